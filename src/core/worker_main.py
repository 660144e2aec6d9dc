"""The program that a worker process runs: takes a function's name and a payload, gives back the result as JSON.

Run as a script (`python -I -S -B worker_main.py SECONDS ROOMS MODULE MARK PATH…`) by `core.workers`, its other end.
Until the first task it imports nothing but small standard modules (8 ms of CPU) and MODULE, unless that is ""; MARK is
for `core.worker_mark`. Requests come as marshal from the parent, which is trusted; answers go as JSON, because a worker
that hostile bytes took over must not be able to crash its reader.
The pipes are moved away from descriptors 0 and 1 first, so that nothing a library prints or reads gets between.
"""

import gc
import marshal
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

OK, KNOWN, FAULT, OUT_OF_MEMORY, RAW = b"okfmr"
"""First byte of an answer: a result as JSON; an error of `core.errors`; any other exception; memory ran out; a result
that is bytes, as it is."""

LENGTH_BYTES = 4
MANY_OBJECTS = 50_000
"""What a parser makes has no cycles: looking for some after every 700 objects took a hundredth of the time."""

MAX_TRACE_CHARS = 4000


def main(words: list[str]) -> None:
    """Serve until the parent closes the pipe."""
    cpu_s, rooms = int(words[0]), tuple(words[1].split(","))
    requests, answers = _private_pipes()
    sys.path.extend(words[4:])
    gc.set_threshold(MANY_OBJECTS)
    if words[2]:
        _load(words[2], rooms)
    targets: dict[str, Callable[[Any], object]] = {}
    while head := _read(requests, LENGTH_BYTES):
        name, payload = marshal.loads(_read(requests, int.from_bytes(head, "big")))  # noqa: S302 - the parent wrote it
        _limit_cpu(cpu_s)
        kind, body = _answer(targets, name, rooms, payload)
        _write(answers, bytes([kind]) + len(body).to_bytes(LENGTH_BYTES, "big") + body)


def _answer(
    targets: dict[str, Callable[[Any], object]], name: str, rooms: tuple[str, ...], payload: object
) -> tuple[int, bytes]:
    try:
        if name not in targets:
            targets[name] = _find(name, rooms)
        result = targets[name](payload)
        return (RAW, result) if isinstance(result, bytes) else (OK, _as_json(result))
    except MemoryError:
        return OUT_OF_MEMORY, b""
    except Exception as error:  # the one place here that turns failures into answers
        return _failure(error)


def _load(module: str, rooms: tuple[str, ...]) -> None:
    """Import what the first task will need. What fails fails again then, and is told."""
    import contextlib
    import importlib

    with contextlib.suppress(Exception):
        if module.startswith(rooms):
            importlib.import_module(module)


def _find(name: str, rooms: tuple[str, ...]) -> Callable[[Any], object]:
    import importlib

    module, _, function = name.partition(":")
    if not module.startswith(rooms):
        raise PermissionError(name)
    found: Callable[[Any], object] = getattr(importlib.import_module(module), function)
    return found


def _as_json(result: object) -> bytes:
    import json

    return json.dumps(result, separators=(",", ":"), allow_nan=False, default=_fields_of).encode("ascii")


def _fields_of(value: object) -> object:
    names = getattr(value, "__dataclass_fields__", None)
    if names is None or isinstance(value, type):
        raise TypeError(f"a result holds a {type(value).__name__}")
    return {name: getattr(value, name) for name in names}


def _failure(error: Exception) -> tuple[int, bytes]:
    code, message, hint = (getattr(error, name, None) for name in ("code", "message", "hint"))
    if isinstance(code, str) and isinstance(message, str):
        return KNOWN, _as_json([code, message, hint or ""])
    import traceback

    trace = "".join(traceback.format_tb(error.__traceback__))[-MAX_TRACE_CHARS:]
    # Where, but not what: the exception's own text may quote the file that was parsed.
    return FAULT, _as_json([type(error).__name__, trace])


def _limit_cpu(cpu_s: int) -> None:
    """Give the next task its own CPU time; the limit counts from the start of the process."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = int(time.process_time()) + cpu_s + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _private_pipes() -> tuple[int, int]:
    requests, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    os.close(null)
    return requests, answers


def _read(fd: int, count: int) -> bytes:
    """`count` bytes, or none at the end."""
    chunks: list[bytes] = []
    while count:
        chunk = os.read(fd, min(count, 1 << 20))
        if not chunk:
            return b""
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)


def _write(fd: int, message: bytes) -> None:
    rest = memoryview(message)
    while rest:
        rest = rest[os.write(fd, rest) :]


if __name__ == "__main__":
    main(sys.argv[1:])
