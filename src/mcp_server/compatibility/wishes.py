"""What a caller may wish beside the target, as words: shared by `check_compatibility` and `resolve_dependencies`."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, get_args

from plumbrule.core.errors import InvalidArgument
from plumbrule.core.fields import nearest
from plumbrule.mcp_server.compatibility.report import Use
from plumbrule.mcp_server.dependencies.joint.asks import Wishes
from plumbrule.mcp_server.dependencies.requirement import Scope

PolicyWord = Literal[
    "workspace", "bundled", "network", "dev", "optional", "prerelease", "secure", "locked", "second-engine"
]
POLICY_WORDS: tuple[PolicyWord, ...] = get_args(PolicyWord)
MEANING: dict[PolicyWord, str] = {
    "workspace": "npm: side by side, each with its own copies, instead of one merged package.json",
    "bundled": "licences: delivered together, not linked into one program",
    "network": "licences: they talk over a network only",
    "dev": "development, test and build requirements count too",
    "optional": "optional and extra requirements count too",
    "prerelease": "pre-releases may be chosen",
    "secure": "of equal fixes, those that clear known vulnerabilities first",
    "locked": "each repository is held to the versions in its own locks",
    "second-engine": "ask a second resolver (pip) too, and say whether it agrees",
}

MAX_TEXTS = 100
MAX_TEXT_CHARACTERS = 300


def policy_words(words: Sequence[str]) -> tuple[PolicyWord, ...]:
    """Words as typed, for callers whose schema does not list them again.

    Raises:
        InvalidArgument: one is none of them.
    """
    known: dict[str, PolicyWord] = {word: word for word in POLICY_WORDS}
    unknown = next((word for word in words if word not in known), None)
    if unknown is not None:
        near = nearest(unknown, known)
        raise InvalidArgument(
            f"policy has no word {unknown[:40]!r}." + (f" Did you mean {near!r}?" if near else ""),
            hint=f"Words: {', '.join(POLICY_WORDS)}.",
        )
    return tuple(known[word] for word in words)


def wishes_of(
    policy: Sequence[PolicyWord], constraints: Sequence[str] = (), added: Sequence[str] = (), exclude_newer: str = ""
) -> Wishes:
    """The wishes behind the words.

    Raises:
        InvalidArgument: two words exclude each other, a date is none, or a text is too long.
    """
    for name, texts in (("constraints", constraints), ("add", added)):
        if len(texts) > MAX_TEXTS or any(len(text) > MAX_TEXT_CHARACTERS or not text.strip() for text in texts):
            raise InvalidArgument(
                f"{name} takes at most {MAX_TEXTS} requirements of {MAX_TEXT_CHARACTERS} characters.",
                hint=f'For example {name}=["numpy<2", "npm:react@^18"].',
            )
    scopes: list[Scope] = ["runtime", "peer"]
    if "optional" in policy:
        scopes.append("optional")
    if "dev" in policy:
        scopes.extend(("dev", "test", "build"))
    return Wishes(
        scopes=tuple(scopes),
        constraints=tuple(dict.fromkeys(text.strip() for text in constraints)),
        added=tuple(dict.fromkeys(text.strip() for text in added)),
        exclude_newer=moment_of(exclude_newer),
        combination="workspace" if "workspace" in policy else "merged",
        prereleases="prerelease" in policy,
        secure="secure" in policy,
        locked="locked" in policy,
        second_engine="second-engine" in policy,
    )


def use_of(policy: Sequence[PolicyWord]) -> Use:
    """How the code of the repositories meets.

    Raises:
        InvalidArgument: two of them at once.
    """
    if "bundled" in policy and "network" in policy:
        raise InvalidArgument("bundled and network exclude each other.", hint="Leave one of them out of policy.")
    return "bundled" if "bundled" in policy else "network" if "network" in policy else "linked"


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}$")


def moment_of(text: str) -> str:
    """A cut-off as engines take it: a day (its first moment in UTC) or a moment (RFC 3339); "" for none.

    Raises:
        InvalidArgument: the text is neither.
    """
    text = text.strip()
    if not text:
        return ""
    try:
        if _DAY.match(text):
            return f"{date.fromisoformat(text).isoformat()}T00:00:00Z"
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return text
    except ValueError:
        pass
    raise InvalidArgument(
        f"exclude_newer {text[:40]!r} is no date.", hint="Write 2026-11-20, or 2026-11-20T12:00:00Z."
    ) from None
