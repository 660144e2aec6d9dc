"""Dangerous calls of Python by the last name of what is called: loaders that run code, blind trust, debuggers.

Below `python_uses`, which finds the calls; a call is judged by what stands in it alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from plumbrule.mcp_server.analysis.syntax.model import Use

_LOADERS = frozenset(
    ("pickle", "cPickle", "_pickle", "dill", "cloudpickle", "marshal", "shelve", "jsonpickle", "joblib")
)
_TEXT = re.compile(r"(?i)[rub]{0,2}['\"]")


class Call(Protocol):
    """What `python_uses` knows of a call."""

    @property
    def function(self) -> str:
        """The function as written."""
        ...

    @property
    def line(self) -> int:
        """From 1."""
        ...

    @property
    def positional(self) -> tuple[str, ...]:
        """Arguments as written."""
        ...

    @property
    def named(self) -> Mapping[str, str]:
        """Keyword arguments as written."""
        ...

    @property
    def whole(self) -> str:
        """The call as written, cut short."""
        ...


def _danger(call: Call, rule: str) -> Iterator[Use]:
    yield Use("danger", call.whole, call.line, rule)


def load(call: Call) -> Iterator[Use]:
    """Formats that make any object; NumPy, torch and YAML where they are told to."""
    module, _, name = call.function.rpartition(".")
    if (
        module in _LOADERS
        or (module in ("np", "numpy") and call.named.get("allow_pickle") == "True")
        or (module == "torch" and call.named.get("weights_only", "") == "False")
    ):
        yield from _danger(call, "danger.deserialize")
    elif module == "yaml" and name in ("load", "load_all", "unsafe_load", "full_load"):
        loader = call.named.get("Loader", call.positional[1] if len(call.positional) > 1 else "")
        if name == "unsafe_load" or (name != "full_load" and "Safe" not in loader and "Base" not in loader):
            yield from _danger(call, "danger.deserialize")


def debug(call: Call) -> Iterator[Use]:
    """Flask's and Bottle's interactive debugger, which runs what a visitor types."""
    if call.named.get("debug") == "True" and call.function.rpartition(".")[0].endswith(
        ("app", "application", "bottle")
    ):
        yield from _danger(call, "danger.debug")


def _decode(call: Call) -> Iterator[Use]:
    if call.function == "jsonpickle.decode":
        yield from _danger(call, "danger.deserialize")


def _unverified(call: Call) -> Iterator[Use]:
    if call.function.endswith(("ssl._create_unverified_context", "disable_warnings")) and "unverified" in call.function:
        yield from _danger(call, "danger.tls-off")


def _host_key(call: Call) -> Iterator[Use]:
    if call.positional and re.search(r"\b(?:AutoAddPolicy|WarningPolicy)\b", call.positional[0]):
        yield from _danger(call, "danger.tls-off")


def _xml(call: Call) -> Iterator[Use]:
    if call.function.endswith("etree.XMLParser") and call.named.get("resolve_entities") == "True":
        yield from _danger(call, "danger.xml")


def _shell(call: Call) -> Iterator[Use]:
    if call.positional and not (_TEXT.match(call.positional[0]) and call.positional[0][-1:] in "'\""):
        yield from _danger(call, "danger.shell")


def _mktemp(call: Call) -> Iterator[Use]:
    if call.function in ("tempfile.mktemp", "mktemp"):
        yield from _danger(call, "danger.tempfile")


def _mark_safe(call: Call) -> Iterator[Use]:
    literal = call.positional and _TEXT.match(call.positional[0]) and not re.search(r"%|\+|\{", call.positional[0])
    if call.positional and not literal and re.search(r"request\.|%|\+|\{", call.positional[0]):
        yield from _danger(call, "danger.html")


DANGERS: dict[str, Callable[[Call], Iterator[Use]]] = {
    **dict.fromkeys(("load", "loads", "load_all", "unsafe_load", "Unpickler"), load),
    "decode": _decode,
    "_create_unverified_context": _unverified,
    "set_missing_host_key_policy": _host_key,
    "XMLParser": _xml,
    "create_subprocess_shell": _shell,
    "mktemp": _mktemp,
    "mark_safe": _mark_safe,
}
"""By the last name of what is called."""
