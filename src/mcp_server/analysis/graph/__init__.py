"""Who imports whom: files, components, outside packages; what that says about layers, cycles and dependencies."""
