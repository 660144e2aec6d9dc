"""What repositories declare: manifests read, never executed."""
