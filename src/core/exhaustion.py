"""What the machine refuses for want of room: a full disk, no descriptors, no memory, told as an error of ours.

Such a refusal can come out of any system call of any library, so it is translated where errors become replies
(`core.calls`, `cli.root`) and not at each edge.
"""

import errno
from typing import cast

from plumbrule.core.errors import LimitExceeded, PlumbruleError

_DISK = ("There is no room left to write.", "Free some space where the cache and temporary folders lie (TMPDIR).")
_FILES = ("Too many files are open.", "Raise the limit of open files (ulimit -n), or ask for less at once.")
_MEMORY = ("There is not enough memory.", "Give the process more, or ask for less at once.")
_REASONS = {
    errno.ENOSPC: _DISK,
    errno.EDQUOT: _DISK,
    errno.EFBIG: _DISK,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.ENOMEM: _MEMORY,
}


def exhausted(error: BaseException) -> PlumbruleError | None:
    """The error to show when `error` means that the machine has no room for more, else None."""
    if isinstance(error, MemoryError):
        return LimitExceeded(_MEMORY[0], hint=_MEMORY[1])
    if isinstance(error, OSError) and error.errno in _REASONS:
        message, hint = _REASONS[error.errno]
        return LimitExceeded(message, hint=hint)
    if isinstance(error, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", error)
        found = [exhausted(inner) for inner in group.exceptions]
        return found[0] if found and all(found) else None
    return None
