"""The settings of the whole program: one frozen value per section, read once at the start.

Sections are plain dataclasses beside the code that reads them; here they are collected and judged. Layers, lowest
first: file (`--config`, else `PLUMBRULE_CONFIG`, else the user's configuration folder), secrets directory
(`PLUMBRULE_SECRETS_DIR`), environment, flags. Every fault of all of them is reported at once.

pydantic-settings is the judge, but its import costs half of what a whole survey may cost. So it is asked only when a
value is set that the plain reading of `core.fields` does not accept; a test holds both to the same answers.
"""

import contextlib
import dataclasses
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from plumbrule.core.calls import CallLimits
from plumbrule.core.errors import ConfigurationError
from plumbrule.core.fields import Mismatch, accept, describe
from plumbrule.core.observability.logging import LogSettings
from plumbrule.core.observability.metrics import MetricsSettings
from plumbrule.core.observability.tracing import TelemetrySettings
from plumbrule.core.security.urls import NetworkSettings
from plumbrule.core.settings import (
    CONFIG_VARIABLE,
    SECRETS_VARIABLE,
    Layer,
    SettingField,
    environment_layer,
    file_layer,
    flags_layer,
    gather,
    json_schema_of,
    secrets_layer,
    walk,
)
from plumbrule.core.store.build import CacheSettings
from plumbrule.core.values import dataclass
from plumbrule.core.workers import WorkerLimits
from plumbrule.mcp_server.analysis.limits import SurveyLimits
from plumbrule.mcp_server.dependencies.limits import ResolutionSettings
from plumbrule.mcp_server.platforms.limits import SourceSettings
from plumbrule.mcp_server.server.settings import HttpSettings, StdioSettings

FILE_NAME = "plumbrule.toml"
_SHOWN_CHARACTERS = 60
_NO_TEXT: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set. Each field is a section; its class lies beside the code that it steers."""

    log: LogSettings = field(default_factory=LogSettings)
    metrics: MetricsSettings = field(default_factory=MetricsSettings)
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
    limits: CallLimits = field(default_factory=CallLimits)
    cache: CacheSettings = field(default_factory=CacheSettings)
    sources: SourceSettings = field(default_factory=SourceSettings)
    survey: SurveyLimits = field(default_factory=SurveyLimits)
    resolution: ResolutionSettings = field(default_factory=ResolutionSettings)
    workers: WorkerLimits = field(default_factory=WorkerLimits)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    stdio: StdioSettings = field(default_factory=StdioSettings)
    http: HttpSettings = field(default_factory=HttpSettings)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings with their story. `origins` names the source of each setting that is not at its default."""

    settings: Settings
    origins: Mapping[str, str] = field(default_factory=dict[str, str])
    file: Path | None = None

    @classmethod
    def defaults(cls) -> "Loaded":
        return cls(Settings())


def known_settings() -> dict[str, SettingField]:
    """Every setting by its dotted name, sections in the order of `Settings`."""
    return walk(typing.get_type_hints(Settings))


def secret_values(settings: Settings) -> list[str]:
    """What the masker must never let through: the value of every secret setting that has one."""
    found: list[str] = []
    for each in known_settings().values():
        if each.shape.secret:
            found += _texts(getattr(getattr(settings, each.section), each.key))
    return found


def _texts(value: Any) -> list[str]:
    """Each text, and the value by itself of each `name=value` in it."""
    if isinstance(value, Mapping):
        value = list(typing.cast("Mapping[str, str]", value).values())
    items = typing.cast("Sequence[str]", value if isinstance(value, (list, tuple)) else [value])
    pieces = [piece.partition("=")[2].strip() for item in items if item for piece in item.split(",")]
    return [text for text in (*items, *pieces) if text]


def load(
    environment: Mapping[str, str],
    *,
    config: Path | None = None,
    flags: Mapping[str, Any] = _NO_TEXT,
    flag_origins: Mapping[str, str] = _NO_TEXT,
) -> Loaded:
    """Read every layer and judge the whole.

    Args:
        environment: the process's environment, handed in by the command line.
        config: the file named by `--config`.
        flags: settings given on the command line, by dotted name.
        flag_origins: the option that gave each of them.

    Raises:
        ConfigurationError: the message lists every bad value and every unknown name with its source.
    """
    path = _existing_file(environment, config)
    if path is None and not flags and not any(name.upper().startswith("PLUMBRULE_") for name in environment):
        return Loaded.defaults()
    known = known_settings()
    layers = _layers(path, environment, flags, flag_origins, known)
    gathered = gather(layers)
    settings = None if gathered.faults else plainly(gathered.values, known)
    return Loaded(settings or judged(layers, known), gathered.origins, path)


def _layers(
    path: Path | None,
    environment: Mapping[str, str],
    flags: Mapping[str, Any],
    flag_origins: Mapping[str, str],
    known: Mapping[str, SettingField],
) -> list[Layer]:
    layers: list[Layer] = []
    if path is not None:
        layers.append(_layer_or_fault(file_layer, path, known))
    if folder := environment.get(SECRETS_VARIABLE):
        layers.append(_layer_or_fault(secrets_layer, Path(folder), known))
    layers.append(environment_layer(environment, known))
    layers.append(flags_layer(flags, flag_origins, known))
    return layers


def _layer_or_fault(
    read: Callable[[Path, Mapping[str, SettingField]], Layer], path: Path, known: Mapping[str, SettingField]
) -> Layer:
    """A source that cannot be read is one fault among the others: everything is reported at once."""
    try:
        return read(path, known)
    except ConfigurationError as error:
        return Layer(faults=(f"{error.message} {error.hint}".strip(),))


def settings_file(environment: Mapping[str, str], config: Path | None) -> Path:
    """The file that is named, else the user's own, which need not exist.

    Raises:
        ConfigurationError: none is named, and the user has no home (a container's arbitrary id).
    """
    path = _named_file(environment, config) or _own_file()
    if path is None:
        raise ConfigurationError(
            "This user has no home folder, so there is no settings file.", hint=f"Set {CONFIG_VARIABLE} or HOME."
        )
    return path


def _named_file(environment: Mapping[str, str], config: Path | None) -> Path | None:
    named = environment.get(CONFIG_VARIABLE)
    return config or (Path(named) if named else None)


def _own_file() -> Path | None:
    import platformdirs  # 5 ms; only when no file is named

    try:
        return platformdirs.user_config_path("plumbrule", appauthor=False) / FILE_NAME
    except RuntimeError:  # no home
        return None


def _existing_file(environment: Mapping[str, str], config: Path | None) -> Path | None:
    """The user's own file may be absent; one that was named may not, and fails when it is read."""
    if named := _named_file(environment, config):
        return named
    own = _own_file()
    return own if own is not None and own.exists() else None


def settings_schema() -> dict[str, Any]:
    """The settings file as a JSON Schema; what `plumbrule://settings-schema` holds."""
    return json_schema_of(typing.get_type_hints(Settings))


def plainly(values: Mapping[str, Any], known: Mapping[str, SettingField]) -> Settings | None:
    """The settings when every value has its plain form; None leaves the judgement to pydantic."""
    sections: dict[str, dict[str, Any]] = {}
    try:
        for name, value in values.items():
            setting = known[name]
            sections.setdefault(setting.section, {})[setting.key] = accept(setting.shape, value)
        kinds = typing.get_type_hints(Settings)
        return Settings(**{section: kinds[section](**fields) for section, fields in sections.items()})
    except (Mismatch, ValueError):  # a section's own check raises ValueError; pydantic tells which
        return None


def judged(layers: Sequence[Layer], known: Mapping[str, SettingField]) -> Settings:
    from pydantic import ValidationError  # 0.14 s with pydantic-settings: only for what has no plain form

    gathered = gather(layers)
    faults = list(gathered.faults)
    try:
        judged = _model([_nested(layer, known) for layer in layers])()
    except ValidationError as error:
        faults += [_fault(each, gathered.values, gathered.origins, known) for each in error.errors(include_url=False)]
    else:
        if not faults:
            return Settings(**{each.name: getattr(judged, each.name) for each in dataclasses.fields(Settings)})
    raise ConfigurationError(
        "The settings cannot be used:\n" + "\n".join(f"  - {fault}" for fault in faults),
        hint="`plumbrule config schema` lists every setting with its range.",
    )


def _model(layers: Sequence[dict[str, Any]]) -> Any:
    """The one `BaseSettings`: the sections of `Settings`, fed by our layers and by nothing else."""
    from pydantic import Field, create_model
    from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

    class Layered(BaseSettings):
        model_config = SettingsConfigDict(extra="forbid", frozen=True)

        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_sources: Any, **_more: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return tuple(InitSettingsSource(settings_cls, init_kwargs=layer) for layer in reversed(layers))

    hints = typing.get_type_hints(Settings)
    fields: dict[str, Any] = {name: (kind, Field(default_factory=kind)) for name, kind in hints.items()}
    return create_model("PlumbruleSettings", __base__=Layered, **fields)


def _nested(layer: Layer, known: Mapping[str, SettingField]) -> dict[str, Any]:
    """A layer as pydantic-settings reads it; lists, tables and paths that came as text in their own form."""
    nested: dict[str, Any] = {}
    for name, value in layer.values.items():
        setting = known[name]
        if setting.shape.kind in ("strings", "mapping", "path") and isinstance(value, str):
            with contextlib.suppress(Mismatch):  # left as it came, for pydantic to refuse
                value = accept(dataclasses.replace(setting.shape, min_length=None, max_length=None), value)
        nested.setdefault(setting.section, {})[setting.key] = value
    return nested


def _fault(
    error: Mapping[str, Any], values: Mapping[str, Any], origins: Mapping[str, str], known: Mapping[str, SettingField]
) -> str:
    """One fault in our words: name, value unless secret, source, and what was expected."""
    where = ".".join(str(part) for part in error["loc"][:2])
    setting = known.get(where)
    if setting is None:  # a section's own check of several fields
        sources = sorted({origin for name, origin in origins.items() if name.startswith(f"{where}.")})
        return f"{where} ({', '.join(sources)}): {error['msg']}"
    shown = "" if setting.shape.secret else f" = {_shown(values[where])}"
    return f"{where}{shown} ({origins[where]}): expected {describe(setting.shape)}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"
