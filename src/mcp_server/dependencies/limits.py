"""The settings of resolution: how much an engine may use, and which private indexes it may ask."""

from typing import Annotated

from typing_extensions import Doc

from plumbrule.core.interval import Interval
from plumbrule.core.process import ProcessLimits
from plumbrule.core.settings import Secret
from plumbrule.core.values import dataclass

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class ResolutionSettings:
    """Settings section `resolution`: the engines that answer joint questions."""

    wall_s: Annotated[
        float, Interval(ge=0.1, le=600), Doc("The longest that one call of an engine may take, in seconds.")
    ] = 60.0
    memory_mb: Annotated[
        int, Interval(ge=256, le=65536), Doc("The most memory that one call of an engine may take, in MiB.")
    ] = 2048
    parallel: Annotated[
        int, Interval(ge=1, le=32), Doc("How many calls of an engine run at once; further ones wait.")
    ] = 2
    cache_max_bytes: Annotated[
        int,
        Interval(ge=_MIB, le=1024 * 1024 * _MIB),
        Doc("The most bytes of package metadata that an engine keeps; more than that is forgotten as a whole."),
    ] = 2048 * _MIB
    advisories: Annotated[
        bool, Doc("Ask sources.osv_url what is known against the packages of a joint set, by name and version.")
    ] = True
    indexes: Annotated[
        tuple[str, ...],
        Doc("Private Python indexes, each as name=https://host/simple; asked before the public one, in this order."),
    ] = ()
    index_credentials: Annotated[
        tuple[str, ...], Secret(), Doc("For private indexes, each as name=user:password; sent to that index only.")
    ] = ()
    npm_token: Annotated[str, Secret(), Doc("Opens the registry of sources.npm_url; sent to it only.")] = ""

    def process(self) -> ProcessLimits:
        """The bounds of one call. CPU counts all threads of the engine, hence a multiple of the wall clock; address
        space counts what threads reserve and never touch, hence a multiple of the memory."""
        memory = self.memory_mb * _MIB
        return ProcessLimits(
            wall_s=self.wall_s,
            cpu_s=max(1, int(self.wall_s * 2)),
            memory_bytes=2 * memory,
            data_bytes=memory,
            file_bytes=256 * _MIB,
            open_files=1024,
            stdout_bytes=32 * _MIB,
            stderr_bytes=8 * _MIB,
        )
