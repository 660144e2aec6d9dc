"""The sentences that every format of a lock begins with, as comments: for what it holds, and what is not in it."""

from plumbrule.mcp_server.dependencies.lock.model import Asking, JointLock, LeftOut

MAX_PATH_SHOWN = 6
"""Packages of a path that a comment names; `pylock.toml` has them all."""


def heading(lock: JointLock, use: str) -> list[str]:
    """What stands above everything else. `use` is the command that takes the file, "" for none."""
    count = len(lock.sides)
    labels = ", ".join(side.label + (f" ({side.revision[:12]})" if side.revision else "") for side in lock.sides)
    lines = [
        f"Joint lock of {count} repositories: {labels}." if count > 1 else f"Lock of {labels}.",
        f"For {lock.target}" + (f", nothing newer than {lock.exclude_newer}." if lock.exclude_newer else "."),
    ]
    if use:
        lines.append(f"Use: {use}")
    if lock.presumes:
        lines += ["It holds only after these changes:", *(f"  {sentence}" for sentence in lock.presumes)]
    if lock.siblings:
        lines += ["Met by the repositories themselves, and not in here:", *(f"  {one}" for one in lock.siblings)]
    if lock.left_out:
        lines.append("Not complete. These were not followed and are not in here:")
        lines += [f"  {absence(one)}" for one in lock.left_out]
    return lines


def absence(one: LeftOut) -> str:
    """`repo-a requirements.txt:9: git+https://host/x (requirement.vcs)`."""
    return f"{one.repository} {one.at}: " + (f"{one.written} ({one.rule})" if one.written else one.rule)


def reason(one: Asking) -> str:
    """`repo-a: flask>=2 (pyproject.toml:12) > flask > jinja2`, from the requirement down."""
    place = f" ({one.at})" if one.at else ""
    shown = one.through[:MAX_PATH_SHOWN]
    path = "".join(f" > {name}" for name in shown) + (" > ..." if len(one.through) > len(shown) else "")
    return f"{one.repository}: {one.requirement}{place}{path}"
