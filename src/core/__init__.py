"""What every room stands on: errors, settings values, calls, security, processes. Imports no other room."""
