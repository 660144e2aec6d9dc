"""Keeps Python's garbage collector from walking a survey's facts while a report is made of them."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def collector_resting() -> Generator[None, None, None]:
    """A million small tuples, none in a cycle: looking through them again and again took two thirds of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
