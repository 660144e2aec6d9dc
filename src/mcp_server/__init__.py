"""The product: protocol, tools and engines over core."""
