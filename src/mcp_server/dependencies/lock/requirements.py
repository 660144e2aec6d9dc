"""A hashed `requirements.txt`, as `pip install --require-hashes -r` and `uv pip install -r` take it."""

from collections.abc import Iterator

from plumbrule.mcp_server.dependencies.lock.model import JointLock, LockedPackage
from plumbrule.mcp_server.dependencies.lock.toml import comment
from plumbrule.mcp_server.dependencies.lock.words import heading, reason


def write(lock: JointLock) -> str:
    """The file: one pin with its hashes each, below it a comment for each repository that asked."""
    lines = [comment(line) for line in heading(lock, "pip install --require-hashes -r requirements.txt")]
    for package in lock.packages:
        lines.append("")
        lines += _pin(package)
        lines += [f"    {comment(reason(one))}" for one in lock.askings(package.name)]
    return "\n".join(lines) + "\n"


def _pin(package: LockedPackage) -> Iterator[str]:
    marker = f" ; {package.marker}" if package.marker else ""
    hashes = sorted({f"--hash={algorithm}:{digits}" for file in package.files for algorithm, digits in file.hashes})
    parts = [f"{package.name}=={package.version}{marker}", *(f"    {one}" for one in hashes)]
    yield from (f"{part} \\" for part in parts[:-1])
    yield parts[-1]
