"""The only folder that knows MCP and HTTP serving."""
