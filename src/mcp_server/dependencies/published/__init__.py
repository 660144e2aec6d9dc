"""What registries say of single releases beyond what resolution needs: their licences."""
