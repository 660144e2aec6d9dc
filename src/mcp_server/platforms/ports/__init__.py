"""Protocols that engines look through, with the values that cross them."""
