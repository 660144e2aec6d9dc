"""Is the process alive, is it ready: the state that probes ask for, and the pages that tell it.

`/livez` and plain `/readyz` say one word to anybody. Per-check details (`/readyz?verbose`, `/health`) are for the
operator: `server/front` asks for the token first. Upstream trouble is detail, not readiness, so only checks marked
required can make the server unready.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from typing import Literal

import anyio
import orjson

from plumbrule.core.values import dataclass

CHECK_TIMEOUT_S = 2.0
RESULTS_KEPT_S = 1.0
"""Anybody may ask `/readyz`; checks run at most once in this time."""

State = Literal["starting", "ready", "draining"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at. `probe` raises when it is not well; text that it gives is shown as detail."""

    name: str
    probe: Callable[[], Awaitable[object]]
    required: bool = True


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What came of a check."""

    name: str
    required: bool
    passed: bool
    detail: str
    duration_ms: float


@dataclass(frozen=True, slots=True)
class Page:
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: bytes = b"text/plain; charset=utf-8"


@dataclass(slots=True)
class Health:
    """The server's state and its checks. `mask` cleans what a check says."""

    mask: Callable[[str], str]
    checks: Sequence[Check] = ()
    state: State = "starting"
    check_timeout_s: float = CHECK_TIMEOUT_S
    _results: tuple[CheckResult, ...] = field(default=(), init=False)
    _looked_at: float = field(default=float("-inf"), init=False)

    def live(self) -> Page:
        """The process answers; nothing more."""
        return Page(200, b"ok\n")

    async def ready(self) -> Page:
        """One word: may traffic come here."""
        if self.state != "ready":
            return Page(503, self.state.encode() + b"\n")
        fit = _fit(await self.results())
        return Page(200, b"ok\n") if fit else Page(503, b"not ready\n")

    async def verbose(self, load: Mapping[str, int]) -> Page:
        """One line a check, in the style of Kubernetes, and what is under way."""
        results = await self.results()
        lines = [f"[{'+' if r.passed else '-'}]{r.name} {_word(r)} ({r.duration_ms:g} ms)" for r in results]
        fit = self.state == "ready" and _fit(results)
        lines.append(f"state {self.state}, {', '.join(f'{name} {count}' for name, count in load.items())}")
        lines.append("readyz check passed" if fit else "readyz check failed")
        return Page(200 if fit else 503, "\n".join(lines).encode() + b"\n")

    async def details(self, load: Mapping[str, int]) -> Page:
        """`application/health+json`: status, what is under way, and each check with its duration."""
        results = await self.results()
        fit = self.state == "ready" and _fit(results)
        status = "fail" if not fit else "pass" if all(r.passed for r in results) else "warn"
        checks = {
            r.name: {
                "status": "pass" if r.passed else "fail",
                "required": r.required,
                "detail": r.detail,
                "duration_ms": r.duration_ms,
            }
            for r in results
        }
        body = orjson.dumps({"status": status, "state": self.state, "load": dict(load), "checks": checks})
        return Page(200 if fit else 503, body, b"application/health+json")

    async def results(self) -> tuple[CheckResult, ...]:
        """What the checks say, at most `RESULTS_KEPT_S` old."""
        if anyio.current_time() - self._looked_at > RESULTS_KEPT_S:
            self._looked_at = anyio.current_time()
            self._results = tuple([await self._look(check) for check in self.checks])
        return self._results

    async def _look(self, check: Check) -> CheckResult:
        started = time.perf_counter()
        passed, detail = False, "no answer in time"
        try:
            with anyio.move_on_after(self.check_timeout_s):
                said = await check.probe()
                passed, detail = True, said if isinstance(said, str) else "ok"
        except Exception as error:  # a check that fails is a result
            detail = str(error) or type(error).__name__
        duration_ms = round((time.perf_counter() - started) * 1000, 2)
        return CheckResult(check.name, check.required, passed, self.mask(detail), duration_ms)


def _fit(results: Sequence[CheckResult]) -> bool:
    return all(result.passed for result in results if result.required)


def _word(result: CheckResult) -> str:
    return result.detail if result.passed else f"failed: {result.detail}"
