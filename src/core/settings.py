"""What settings are made of; `mcp_server/settings` collects the sections that lie beside the code that reads them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """Marks a field (`Annotated[str, Secret()]`) whose value is masked wherever it is shown."""
