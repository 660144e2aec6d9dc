"""What settings are made of, where they come from, and who said what: the walk over sections, files and environment.

`mcp_server/settings` collects the sections that lie beside the code that reads them, and judges the values; here is
only the gathering. A setting is named `section.field`; in the environment and among secret files that is
`PLUMBRULE_SECTION__FIELD`. Nothing is ever read from the working folder.
"""

import dataclasses
import os
import stat
import typing
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from plumbrule.core.errors import ConfigurationError
from plumbrule.core.fields import Secret, Shape, json_schema, nearest, shape_of
from plumbrule.core.values import dataclass

__all__ = ["Gathered", "Layer", "Secret", "SettingField", "gather", "walk"]

PREFIX = "PLUMBRULE_"
CONFIG_VARIABLE = "PLUMBRULE_CONFIG"
SECRETS_VARIABLE = "PLUMBRULE_SECRETS_DIR"
POINTERS = (CONFIG_VARIABLE, SECRETS_VARIABLE)
"""Variables that say where settings lie; they are no settings themselves."""

MAX_FILE_BYTES = 1_000_000
"""A settings file is a few kilobytes; anything larger is not one."""


@dataclass(frozen=True, slots=True)
class SettingField:
    """One setting: `name` is `section.field`."""

    section: str
    key: str
    shape: Shape
    default: Any

    @property
    def name(self) -> str:
        return f"{self.section}.{self.key}"

    @property
    def variable(self) -> str:
        """Its name in the environment and among secret files."""
        return f"{PREFIX}{self.section}__{self.key}".upper()


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says. `origins` tells for each setting where exactly ("environment PLUMBRULE_LOG__LEVEL").

    `faults` are sentences about names that are no settings; they are reported with the bad values, all at once.
    """

    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    origins: Mapping[str, str] = field(default_factory=dict[str, str])
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gathered:
    """All layers as one: the highest layer's word per setting."""

    values: Mapping[str, Any]
    origins: Mapping[str, str]
    faults: tuple[str, ...]


def walk(sections: Mapping[str, type]) -> dict[str, SettingField]:
    """Every setting of the sections (frozen dataclasses) by its dotted name, in their order."""
    found: dict[str, SettingField] = {}
    for section, kind in sections.items():
        hints = typing.get_type_hints(kind, include_extras=True)
        for each in dataclasses.fields(kind):
            default = each.default if each.default is not dataclasses.MISSING else _made(each)
            setting = SettingField(section, each.name, shape_of(hints[each.name]), default)
            found[setting.name] = setting
    return found


def _made(each: "dataclasses.Field[Any]") -> Any:
    if each.default_factory is dataclasses.MISSING:
        raise TypeError(f"the setting {each.name} has no default")
    return each.default_factory()


def gather(layers: Iterable[Layer]) -> Gathered:
    """Lay the layers over each other, lowest first."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    faults: list[str] = []
    for layer in layers:
        values |= layer.values
        origins |= layer.origins
        faults += layer.faults
    return Gathered(values, origins, tuple(faults))


def file_layer(path: Path, known: Mapping[str, SettingField]) -> Layer:
    """What a TOML file says: one table per section.

    Raises:
        ConfigurationError: it cannot be read, is not TOML, everybody may write to it, or it holds a secret that
            everybody may read.
    """
    mode = _mode(path)
    layer = _flattened(_tables(path), f"file {path}", known)
    secrets = [name for name in layer.values if known[name].shape.secret]
    if secrets and mode & stat.S_IROTH:
        raise ConfigurationError(
            f"The settings file {path} holds a secret ({secrets[0]}) and can be read by every user of this machine.",
            hint=f"Type: chmod 600 {path}",
        )
    return layer


def _mode(path: Path) -> int:
    """The permissions of a settings file that only its owner and group can write."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise ConfigurationError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    if not stat.S_ISREG(mode):
        raise ConfigurationError(f"The settings file {path} is not a regular file.")
    if mode & stat.S_IWOTH and os.name == "posix":  # elsewhere the bits say nothing about other users
        raise ConfigurationError(
            f"The settings file {path} can be written by every user of this machine.", hint=f"Type: chmod 600 {path}"
        )
    return mode if os.name == "posix" else 0


def _tables(path: Path) -> dict[str, Any]:
    import tomllib  # 8 ms that only somebody with a file pays

    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise ConfigurationError(f"The settings file {path} is larger than {MAX_FILE_BYTES} bytes.")
        return tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise ConfigurationError(f"The settings file {path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigurationError(f"The settings file {path} is not TOML: {error}.") from error


def _flattened(tables: Mapping[str, Any], origin: str, known: Mapping[str, SettingField]) -> Layer:
    sections = {each.section for each in known.values()}
    values: dict[str, Any] = {}
    faults: list[str] = []
    for section, table in tables.items():
        if section not in sections:
            faults.append(unknown_name(section, sections, f"section of {origin}"))
        elif not isinstance(table, dict):
            faults.append(f"{section} ({origin}): expected a table of settings")
        else:
            for key, value in typing.cast("dict[str, Any]", table).items():
                name = f"{section}.{key}"
                if name in known:
                    values[name] = value
                else:
                    faults.append(unknown_name(name, known, origin))
    return Layer(values, dict.fromkeys(values, origin), tuple(faults))


def environment_layer(environment: Mapping[str, str], known: Mapping[str, SettingField]) -> Layer:
    """What the environment says; every other `PLUMBRULE_` name in it is a fault."""
    by_variable = {each.variable: name for name, each in known.items()}
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    faults: list[str] = []
    for variable in sorted(environment):
        if not variable.upper().startswith(PREFIX) or variable in POINTERS:
            continue
        name = by_variable.get(variable)
        if name is None:
            faults.append(unknown_name(variable, [*by_variable, *POINTERS], "environment"))
        else:
            values[name] = environment[variable]
            origins[name] = f"environment {variable}"
    return Layer(values, origins, tuple(faults))


def secrets_layer(folder: Path, known: Mapping[str, SettingField]) -> Layer:
    """What the files of a secrets directory say (as Docker and Kubernetes mount them), named like the variables.

    Raises:
        ConfigurationError: the folder or a file of it cannot be read.
    """
    by_variable = {each.variable.lower(): name for name, each in known.items()}
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    faults: list[str] = []
    try:
        for path in sorted(folder.iterdir()):
            if not path.name.upper().startswith(PREFIX):
                continue  # other programs' secrets, and Kubernetes' own hidden entries
            name = by_variable.get(path.name.lower())
            if name is None:
                faults.append(unknown_name(path.name, (each.variable for each in known.values()), f"folder {folder}"))
            elif path.stat().st_size > MAX_FILE_BYTES:
                faults.append(f"{name} (secret file {path}): larger than {MAX_FILE_BYTES} bytes")
            else:
                values[name] = path.read_text("utf-8").rstrip("\r\n")
                origins[name] = f"secret file {path}"
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"A file in the secrets directory {folder} is not UTF-8 text.") from error
    except OSError as error:
        raise ConfigurationError(f"The secrets directory {folder} cannot be read: {error}.") from error
    return Layer(values, origins, tuple(faults))


def flags_layer(values: Mapping[str, Any], origins: Mapping[str, str], known: Mapping[str, SettingField]) -> Layer:
    """What the command line says."""
    faults = [unknown_name(name, known, origins[name]) for name in values if name not in known]
    kept = {name: value for name, value in values.items() if name in known}
    return Layer(kept, {name: origins[name] for name in kept}, tuple(faults))


def unknown_name(name: str, known: Iterable[str], origin: str) -> str:
    """The fault of a name that is no setting."""
    near = nearest(name, known)
    return f"{name} ({origin}): no such setting" + (f"; did you mean {near}?" if near else "")


def plain(value: Any) -> Any:
    """A setting's value as JSON and TOML know it."""
    if isinstance(value, Path):
        return str(value)
    return list(typing.cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value


def json_schema_of(sections: Mapping[str, type]) -> dict[str, Any]:
    """The settings file as a JSON Schema: one object per section, every setting optional."""
    properties: dict[str, Any] = {}
    for section, kind in sections.items():
        about = " ".join((kind.__doc__ or "").split("\n\n")[0].split())
        properties[section] = {
            "type": "object",
            "description": about,
            "additionalProperties": False,
            "properties": {},
        }
    for setting in walk(sections).values():
        schema = json_schema(setting.shape)
        if setting.default is not None and not setting.shape.secret:
            schema["default"] = plain(setting.default)
        properties[setting.section]["properties"][setting.key] = schema
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "plumbrule settings",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }
