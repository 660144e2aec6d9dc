"""What is counted is what happened, under names that do not grow with the clients."""

import math
import random

import pytest
from prometheus_client.parser import text_string_to_metric_families

from plumbrule.core.calls import Admission, CallRuntime, guarded
from plumbrule.core.errors import NotFound
from plumbrule.core.observability.durations import Durations
from plumbrule.core.observability.metrics import CallMetrics


@pytest.fixture
def metrics() -> CallMetrics:
    return CallMetrics(["analyze_repository"], "1.2.3")


def samples(metrics: CallMetrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def test_the_output_parses_and_every_metric_has_a_help_text(metrics: CallMetrics) -> None:  # S-133
    metrics.finished("analyze_repository", "ok", 0.2)
    families = list(text_string_to_metric_families(metrics.render().decode()))
    assert all(family.documentation for family in families)
    names = {family.name for family in families}
    assert {"mcp_server_operation_duration_seconds", "plumbrule_calls", "plumbrule_calls_in_flight"} <= names
    assert {"plumbrule_build_info", "plumbrule_call_duration_seconds", "process_resident_memory_bytes"} <= names


def test_a_duration_of_0_3_s_is_recorded_as_0_3_s(metrics: CallMetrics) -> None:  # S-132
    metrics.finished("analyze_repository", "ok", 0.3)
    found = samples(metrics)
    labels = (("error_type", ""), ("gen_ai_tool_name", "analyze_repository"), ("mcp_method_name", "tools/call"))
    assert found["mcp_server_operation_duration_seconds_sum", labels] == pytest.approx(0.3)
    median = found["plumbrule_call_duration_seconds", (("quantile", "0.5"), ("tool", "analyze_repository"))]
    assert median == pytest.approx(0.3, rel=0.1)


def test_quantiles_agree_with_sorting_within_two_percent() -> None:  # S-132
    rng = random.Random(5)
    drawn = [rng.lognormvariate(-2, 2) for _ in range(5_000)]
    durations = Durations()
    for each in drawn:
        durations.add(each)
    drawn.sort()
    for share in (0.01, 0.5, 0.95, 0.99, 1.0):
        exact = drawn[max(1, math.ceil(share * len(drawn))) - 1]
        assert durations.quantile(share) == pytest.approx(exact, rel=0.02)
    assert math.isnan(Durations().quantile(0.5))


def test_names_that_clients_choose_become_no_labels(metrics: CallMetrics) -> None:
    for number in range(50):
        metrics.finished(f"made_up_{number}", "unknown_tool", 0.001)
    metrics.finished("resources/read", "not_found", 0.001)
    found = samples(metrics)
    assert found["plumbrule_calls_total", (("code", "unknown_tool"), ("tool", "other"))] == 50
    assert b"made_up" not in metrics.render()
    assert found["plumbrule_calls_total", (("code", "not_found"), ("tool", "resources/read"))] == 1


async def test_a_call_is_in_flight_while_it_runs_and_counted_by_its_code(metrics: CallMetrics) -> None:
    seen: list[float] = []

    async def work() -> None:
        seen.append(samples(metrics)["plumbrule_calls_in_flight", ()])
        raise NotFound("gone")

    runtime = CallRuntime(mask=str, mask_value=lambda value: value, admission=Admission(3), observer=metrics)
    await guarded(runtime, "analyze_repository", work)
    found = samples(metrics)
    assert seen == [1.0]
    assert found["plumbrule_calls_in_flight", ()] == 0
    assert found["plumbrule_calls_total", (("code", "not_found"), ("tool", "analyze_repository"))] == 1
