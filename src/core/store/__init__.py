"""Caches with bounds: in memory, in SQLite, and one computation at a time per key. No pickle, ever."""
