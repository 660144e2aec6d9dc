"""The joint set written down: locks and manifests that installers accept, each package with who asked for it."""
