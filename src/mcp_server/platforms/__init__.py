"""The outside world: repositories, registries and archives behind ports."""
