"""Requirements as an engine may be told them: checked, one line each, in packaging's own words."""

import re
from functools import lru_cache


@lru_cache(maxsize=20_000)
def plain(line: str) -> str:
    """A requirement as packaging writes it: nothing but name, extras, specifier and marker.

    Raises:
        ValueError: it is none, or names a URL.
    """
    from packaging.requirements import InvalidRequirement, Requirement  # 15 ms, when an engine is asked

    try:
        requirement = Requirement(line)
    except (InvalidRequirement, RecursionError):
        raise ValueError("an engine was handed something that is no requirement") from None
    if requirement.url is not None:
        raise ValueError("an engine was handed a requirement with a URL")
    return str(requirement)


@lru_cache(maxsize=20_000)
def direct_name(line: str) -> str:
    """The normalised name that a requirement begins with."""
    found = re.match(r"[A-Za-z0-9][\w.-]*", line)
    return re.sub(r"[-_.]+", "-", found[0]).lower() if found else ""


@lru_cache(maxsize=20_000)
def pinned(line: str) -> tuple[str, str] | None:
    """The name and the version of `name==version`, None for other requirements."""
    from packaging.requirements import Requirement  # as above
    from packaging.version import Version

    requirement = Requirement(line)
    clauses = [one for one in requirement.specifier if one.operator == "==" and not one.version.endswith(".*")]
    return (direct_name(line), str(Version(clauses[0].version))) if clauses else None


@lru_cache(maxsize=20_000)
def admits(runtime: str, python: str) -> bool:
    """Whether a range of Python admits a target. `3.12` is every 3.12.x: a range that admits one of them admits it.

    Raises:
        ValueError: the range is no PEP 440 specifier.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # as above

    target = f"=={python}" if python.count(".") > 1 else f"=={python}.*"
    try:
        return not (SpecifierSet(runtime) & SpecifierSet(target)).is_unsatisfiable()
    except InvalidSpecifier:
        raise ValueError("a range of Python is no PEP 440 specifier") from None


def admitted(requires_python: str, python: str) -> bool:
    """As `admits` of what a publisher wrote: what nobody can read excludes nothing."""
    try:
        return not python or not requires_python or admits(requires_python, python)
    except ValueError:
        return True
