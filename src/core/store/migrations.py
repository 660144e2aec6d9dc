"""Numbered migrations: a schema's history as a tuple of steps, and the one function that brings a file up to date.

Step `n` of the tuple leads from version `n` to `n + 1`; the version lies in the file's `user_version`. All missing
steps run in one transaction, so a process killed in the middle leaves the old schema, never half of the new one.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


class NewerSchema(Exception):
    """The file was written by a later version of this program, whose schema this one does not know."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(f"its schema is version {found}, this program knows {known}")


def schema_version(connection: "sqlite3.Connection") -> int:
    """How many steps the file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: "sqlite3.Connection", steps: Sequence[Sequence[str]]) -> int:
    """Run the steps that the file has not seen; how many ran. Each step is a sequence of single statements.

    The connection must be in autocommit mode. Safe when several processes open the same new file: one runs the steps,
    the others find them done.

    Raises:
        NewerSchema: the file has seen more steps than `steps` has.
    """
    found = schema_version(connection)
    if found > len(steps):
        raise NewerSchema(found, len(steps))
    if found == len(steps):
        return 0
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = schema_version(connection)  # another process may have been here while we waited for the lock
        for step in steps[found:]:
            for statement in step:
                connection.execute(statement)
        if found < len(steps):
            connection.execute(f"PRAGMA user_version = {len(steps)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return max(len(steps) - found, 0)
