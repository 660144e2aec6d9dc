"""npm's statements of one repository as asks of an engine; what is not asked is told with its place.

Which manifests count: the root, and the members that its workspaces name; without workspaces and without statements of
the root, every manifest. Peers count always and optional dependencies too, for npm installs both. Own packages
(workspace members, `workspace:`) are never asked of a registry. Below: `joining/join`. Above: `npm`.
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

import orjson

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.dependencies.joining.join import Stated
from plumbrule.mcp_server.dependencies.joint.asks import Ask, AskKind, NotChecked, Subject, Wishes
from plumbrule.mcp_server.dependencies.joint.npm_requirement import TAG, Table, is_name
from plumbrule.mcp_server.dependencies.ranges.npm_algebra import versions_of
from plumbrule.mcp_server.dependencies.requirement import Requirement, Scope

JAVASCRIPT = "javascript"
CALLER = -1
"""The subject of what the caller asks."""

MAX_ASKS = 5_000
ALWAYS: tuple[Scope, ...] = ("runtime", "peer", "optional")
_MANIFEST = "package.json"
_VCS = re.compile(r"(?i)(?:git(?:\+|@|:)|(?:github|gitlab|bitbucket|gist):|[\w.-]+/[\w.-]+(?:#|$)|git\+?ssh:)")
_URL = re.compile(r"(?i)https?:")


class Override(NamedTuple):
    """One forced version: the packages below which it holds and its own name, what it forces, where it stands."""

    keys: tuple[str, ...]
    spec: str
    path: str
    line: int

    @property
    def told(self) -> str:
        """As `npm_question` takes it."""
        return orjson.dumps([*self.keys, self.spec]).decode()

    @property
    def shown(self) -> str:
        return f"{' > '.join(self.keys)} {self.spec}"


class Collected(NamedTuple):
    """What one repository asks for, does not get asked, and forces."""

    asks: tuple[Ask, ...]
    refused: tuple[NotChecked, ...]
    overrides: tuple[Override, ...]


def npm_asks(number: int, subject: Subject, wishes: Wishes) -> Collected:
    """What repository `number` asks for; in the order of the files. With `wishes.locked` its direct packages' versions
    in its locks come too, as asks of kind `lock`."""
    collecting = _Collecting(number, subject, wishes)
    for one in subject.joined.direct:
        if (one.asked.ecosystem or one.ecosystem) == JAVASCRIPT:
            collecting.state(one)
    collecting.unread()
    return Collected(tuple(collecting.asks), tuple(collecting.refused), tuple(collecting.overrides()))


def npm_wished(wishes: Wishes) -> list[Ask]:
    """What the caller adds and constrains for npm: `npm:name@range`.

    Raises:
        InvalidArgument: one of them is no requirement that can be asked of a registry.
    """
    kinds: Sequence[tuple[AskKind, Sequence[str]]] = (("added", wishes.added), ("constraint", wishes.constraints))
    return [_wished(text, kind) for kind, texts in kinds for text in texts if text.strip().startswith("npm:")]


def _wished(text: str, kind: AskKind) -> Ask:
    bare = text.strip().removeprefix("npm:").strip()
    name, _, constraint = bare.rpartition("@") if bare.rfind("@") > 0 else (bare, "", "")
    constraint = constraint.strip()
    if not is_name(name) or (versions_of(constraint) is None and not TAG.fullmatch(constraint)):
        raise InvalidArgument(
            f"{text[:80]!r} is no requirement that can be asked of npm's registry.",
            hint="Write npm: with a name and a range, as npm:react@^18.2.0.",
        )
    if kind == "constraint" and not constraint:
        raise InvalidArgument(f"{text[:80]!r} constrains nothing.", hint="Write it with a range, as npm:react@<19.")
    rule = f"caller.{kind}"
    return Ask(CALLER, JAVASCRIPT, name, constraint, f"{name}@{constraint or '*'}", bare, rule=rule, kind=kind)


class _Collecting:
    """The asks of one repository while its statements are gone through."""

    def __init__(self, number: int, subject: Subject, wishes: Wishes) -> None:
        self._number = number
        self._subject = subject
        self._locked = wishes.locked
        self._scopes = frozenset((*ALWAYS, *wishes.scopes))
        self._own = {one.name for one in subject.published if one.ecosystem == JAVASCRIPT}
        self._members = _Members(subject, self._scopes)
        self._outside: set[str] = set()
        self._cut = False
        self.asks: list[Ask] = []
        self.refused: list[NotChecked] = []

    def state(self, one: Stated) -> None:
        """A statement, if its scope and its manifest count."""
        asked = one.asked
        if asked.scope not in self._scopes:
            return
        if not self._members.has(one.path):
            if one.path not in self._outside:
                self._outside.add(one.path)
                self.refused.append(NotChecked(self._number, "requirement.outside-workspace", "", one.path, 1))
        elif asked.reference.startswith("workspace:") or (asked.alias or asked.name) in self._own:
            return
        elif asked.reference:
            self._refuse(_place_rule(asked.reference), one)
        elif asked.inherits:
            self._refuse_unless_settled(one)
        else:
            self._ask(one)

    def _refuse_unless_settled(self, one: Stated) -> None:
        if one.set_at:
            self._ask(one)
        else:
            self._refuse("requirement.managed", one)

    def _ask(self, one: Stated) -> None:
        asked = _aliased(one.asked)
        name, within = asked.alias or asked.name, asked.constraint.strip()
        readable = is_name(name) and is_name(asked.name)
        if not readable or (versions_of(within) is None and not TAG.fullmatch(within)):
            self._refuse("requirement.unreadable", one)
            return
        if len(self.asks) >= MAX_ASKS:
            self._cut_off(one)
            return
        table = _table(asked)
        prefix = f"{table}:" if table else ""
        alias = f"npm:{asked.name}@" if asked.alias and asked.alias != asked.name else ""
        made = Ask(
            self._number, JAVASCRIPT, name, asked.constraint, f"{prefix}{name}@{alias}{within or '*'}",
            f"{name}@{alias}{within or '*'}", one.path, asked.line, asked.rule, asked.scope,
            set_at=one.set_at,
        )  # fmt: skip
        self.asks.append(made)
        if self._locked and one.locked is not None and one.lock is not None and not one.locked.reference:
            version = one.locked.version
            if versions_of(version) is not None and version and not alias:
                pin = f"{name}@{version}"
                self.asks.append(
                    made._replace(requirement=pin, written=pin, constraint=version, path=one.lock.path,
                                  line=one.locked.line, rule="lock.package", kind="lock")
                )  # fmt: skip

    def unread(self) -> None:
        """Manifests that could not be read."""
        for path, line, rule in self._subject.joined.not_read:
            if posixpath.basename(path) in (_MANIFEST, "pnpm-workspace.yaml", "package-lock.json", "pnpm-lock.yaml",
                                            "yarn.lock", "bun.lock", "deno.json", "deno.jsonc"):  # fmt: skip
                self.refused.append(NotChecked(self._number, rule, "", path, line))

    def overrides(self) -> Iterator[Override]:
        """Of the root: npm, pnpm and yarn heed no other. What forces a place is told and not followed."""
        readings = self._subject.joined.readings
        for path in sorted(readings):
            if posixpath.dirname(path) != self._members.root or not path.endswith((_MANIFEST, "pnpm-workspace.yaml")):
                continue
            for offer in readings[path].offers:
                if offer.group != "override":
                    continue
                one = self._override(path, offer)
                if one is not None:
                    yield one
                elif offer.constraint != "-" and len(self.refused) < MAX_ASKS:
                    written = f"{offer.name} {offer.constraint}"
                    rule = _place_rule(offer.constraint) if _is_place(offer.constraint) else "requirement.unreadable"
                    self.refused.append(NotChecked(self._number, rule, written, path, offer.line))

    def _override(self, path: str, offer: Requirement) -> Override | None:
        spec = offer.constraint.strip()
        if spec.startswith("$"):
            direct = [one.asked for one in self._subject.joined.direct if one.path == path]
            spec = next((one.constraint for one in direct if (one.alias or one.name) == spec[1:]), "")
        keys = tuple(key for one in (*offer.extras, offer.name) if (key := _key(one)) and key != "**")
        alias = re.fullmatch(r"npm:(.+)@([^@]+)", spec)
        ranged = versions_of(alias[2]) is not None and is_name(alias[1]) if alias else versions_of(spec) is not None
        named = all(is_name(key) for key in keys)
        return Override(keys, spec, path, offer.line) if spec and ranged and named and keys else None

    def _refuse(self, rule: str, one: Stated) -> None:
        if len(self.refused) < MAX_ASKS:
            asked = one.asked
            written = f"{asked.alias or asked.name}@{asked.reference or asked.inherits or asked.constraint}"
            self.refused.append(NotChecked(self._number, rule, written, one.path, asked.line))

    def _cut_off(self, one: Stated) -> None:
        if not self._cut:
            self._cut = True
            self.refused.append(NotChecked(self._number, "dependencies.cut", "", one.path, one.asked.line))


class _Members:
    """Which manifests of a repository count."""

    def __init__(self, subject: Subject, scopes: frozenset[Scope]) -> None:
        readings = subject.joined.readings
        manifests = [path for path in readings if posixpath.basename(path) == _MANIFEST]
        roots = sorted((path.count("/"), path) for path in manifests)
        self.root = posixpath.dirname(roots[0][1]) if roots else ""
        own = [path for path in manifests if posixpath.dirname(path) == self.root]
        files = [*own, posixpath.join(self.root, "pnpm-workspace.yaml")]
        globs = [fact.name for path in files if path in readings for fact in readings[path].of("workspace")]
        self._globs = globs
        states = any(one.path in own and one.asked.scope in scopes for one in subject.joined.direct)
        self._all = not globs and not states

    def has(self, path: str) -> bool:
        """Whether a manifest counts. Files of other kinds (deno.json) do at the root and below it."""
        folder = posixpath.dirname(path)
        if self._all or folder == self.root or posixpath.basename(path) != _MANIFEST:
            return True
        relative = folder[len(self.root) + 1 :] if self.root else folder
        found = False
        for glob in self._globs[:1000]:
            negated, pattern = glob.startswith("!"), glob.lstrip("!")
            if _glob(pattern).fullmatch(relative):
                found = not negated
        return found


@lru_cache(maxsize=1024)
def _glob(pattern: str) -> re.Pattern[str]:
    """A folder pattern of npm's, yarn's and pnpm's workspaces: `*`, `**`, `{a,b}`."""
    text = posixpath.normpath(pattern[:200].strip("/"))
    parts: list[str] = []
    for part in re.split(r"(/?\*\*/?|\*|\{[^{}]*\})", text):
        if part.strip("/") == "**":
            before, after = "/" if part.startswith("/") else "", "/" if part.endswith("/") else ""
            parts.append(f"(?:{before}[^/]+)*{'/' if before and after else ''}" if before else f"(?:[^/]+{after})*")
        elif part == "*":
            parts.append("[^/]*")
        elif part.startswith("{"):
            parts.append("(?:" + "|".join(re.escape(one) for one in part[1:-1].split(",")) + ")")
        else:
            parts.append(re.escape(part))
    return re.compile("".join(parts))


def _aliased(asked: Requirement) -> Requirement:
    """A constraint that a catalog set may be an alias."""
    found = re.fullmatch(r"npm:(@?[^@]+)(?:@(.*))?", asked.constraint.strip())
    if found is None:
        return asked
    return asked._replace(name=found[1], alias=asked.alias or asked.name, constraint=found[2] or "")


def _key(text: str) -> str:
    """A package's name in a key of overrides, without the version that it may select."""
    text = text.strip()
    at = text.find("@", 1)
    return text if at < 0 else text[:at]


def _table(asked: Requirement) -> Table:
    if asked.scope == "peer":
        return "peer-optional" if asked.group == "optional" else "peer"
    return "optional" if asked.scope == "optional" else ""


def _is_place(text: str) -> bool:
    return bool(_VCS.match(text) or _URL.match(text) or re.match(r"[a-z]+:|\.{0,2}/", text))


def _place_rule(reference: str) -> str:
    if reference.startswith("jsr:"):
        return "requirement.other-registry"
    if _URL.match(reference):
        return "requirement.vcs" if reference.partition("#")[0].endswith(".git") else "requirement.url"
    return "requirement.vcs" if _VCS.match(reference) else "requirement.path"
