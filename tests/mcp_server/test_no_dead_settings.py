"""S-118: every setting changes what the program does, and a test says how.

`PROOFS` names for each setting the test that fails when the setting is ignored. A new setting without an entry fails
here; so does an entry whose test is gone or no longer speaks of the setting.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

from plumbrule.mcp_server.settings import known_settings

TESTS = Path(__file__).parent.parent
SOURCE = TESTS.parent / "src"

_LOG = "core/observability/test_logging.py"
_CACHE = "core/store/test_build_cache.py"
_STDIO = "mcp_server/server/test_stdio.py"
_TELEMETRY = "mcp_server/test_telemetry_settings.py"
_SPAN = f"{_TELEMETRY}::test_a_console_exporter_prints_the_span_of_the_call_under_the_services_name"
_MATTER = "mcp_server/test_settings_matter.py"
_CLONE = "mcp_server/platforms/test_checkout.py"
_BOUNDS = "mcp_server/platforms/test_clone_bounds.py"
_PAST = "mcp_server/platforms/test_past.py"
_PACKAGES = "mcp_server/platforms/test_packages.py"
_URLS = "core/test_urls.py"
_WORKERS = "core/test_workers.py"
_FACTS = "mcp_server/compatibility/test_published_facts.py"
_KNOWN = "mcp_server/analysis/test_known_vulnerabilities.py"
_FETCH = "core/test_http.py"
_NPM = "mcp_server/dependencies/test_npm_engine.py"
_UV = "mcp_server/dependencies/test_uv_engine.py"
_IDLE = "mcp_server/server/test_http_idle.py"
_HTTP = "mcp_server/server/test_http.py"

PROOFS = {
    "log.level": f"{_LOG}::test_the_level_changes_at_run_time_and_foreign_chatter_stays_out",
    "log.format": f"{_LOG}::test_auto_is_json_when_nobody_watches",
    "log.file": f"{_LOG}::test_the_file_is_rotated_by_size_and_old_ones_are_deleted",
    "log.max_bytes": f"{_LOG}::test_the_file_is_rotated_by_size_and_old_ones_are_deleted",
    "log.backups": f"{_LOG}::test_the_file_is_rotated_by_size_and_old_ones_are_deleted",
    "log.mask": f"{_LOG}::test_masking_can_be_switched_off_for_the_log",
    "metrics.enabled": f"{_TELEMETRY}::test_metrics_are_counted_where_they_can_be_read",
    "telemetry.enabled": f"{_TELEMETRY}::test_without_telemetry_or_with_nothing_sampled_there_is_no_span",
    "telemetry.exporter": _SPAN,
    "telemetry.endpoint": f"{_TELEMETRY}::test_spans_go_to_the_endpoint_with_the_headers",
    "telemetry.headers": f"{_TELEMETRY}::test_spans_go_to_the_endpoint_with_the_headers",
    "telemetry.sample_ratio": f"{_TELEMETRY}::test_without_telemetry_or_with_nothing_sampled_there_is_no_span",
    "telemetry.service_name": _SPAN,
    "limits.max_calls": "mcp_server/test_app.py::test_the_limits_on_calls_are_those_of_the_settings",
    "limits.deadline_s": "mcp_server/test_app.py::test_the_limits_on_calls_are_those_of_the_settings",
    "limits.calls_per_minute": "mcp_server/test_app.py::test_each_client_of_a_network_server_is_held_to_its_rate",
    "cache.enabled": f"{_CACHE}::test_when_not_enabled_nothing_is_written",
    "cache.folder": f"{_CACHE}::test_the_folder_holds_the_file",
    "cache.max_bytes": f"{_CACHE}::test_size_and_age_are_the_caches_own",
    "cache.max_age_days": f"{_CACHE}::test_size_and_age_are_the_caches_own",
    "resolution.advisories": f"{_FACTS}::test_what_nobody_could_tell_is_no_all_clear",
    "sources.roots": "mcp_server/test_app.py::test_which_folders_may_be_read_depends_on_who_asks",
    "sources.max_files": f"{_MATTER}::test_a_lower_bound_cuts_what_the_default_lets_pass",
    "sources.git_wall_s": f"{_MATTER}::test_git_wall_s_is_the_patience_with_each_git",
    "sources.history_commits": f"{_MATTER}::test_history_commits_bounds_what_is_counted",
    "sources.clone_wall_s": f"{_CLONE}::test_a_server_that_never_ends_its_list_of_refs_is_stopped",
    "sources.clone_stall_s": f"{_CLONE}::test_each_way_a_server_fails_has_its_own_error",
    "sources.clone_max_bytes": f"{_BOUNDS}::test_clone_max_bytes_ends_a_fetch_that_writes_too_much",
    "sources.clone_max_blob_bytes": f"{_CLONE}::test_a_file_over_the_limit_is_listed_without_its_size_and_not_read",
    "sources.concurrent_clones": f"{_BOUNDS}::test_concurrent_clones_bounds_how_many_fetches_run_at_once",
    "sources.cache_max_bytes": f"{_CLONE}::test_nothing_is_kept_when_the_cache_is_off",
    "sources.archive_max_bytes": f"{_MATTER}::test_archives_are_bounded",
    "sources.archive_max_unpacked_bytes": f"{_MATTER}::test_archives_are_bounded",
    "sources.archive_max_ratio": f"{_MATTER}::test_archive_max_ratio_bounds_what_a_small_archive_unpacks_to",
    "sources.pypi_url": f"{_PACKAGES}::test_the_newest_final_release_is_read_sdist_before_wheel",
    "sources.npm_url": f"{_PACKAGES}::test_npm_gives_the_highest_final_version_that_is_not_deprecated",
    "sources.osv_url": f"{_KNOWN}::test_locked_and_pinned_versions_that_an_advisory_names_are_findings",
    "sources.tokens": f"{_CLONE}::test_a_token_reaches_its_origin_and_is_found_nowhere_else",
    "survey.advisories": f"{_KNOWN}::test_by_default_nobody_is_asked_and_the_report_says_so",
    "survey.max_files": f"{_MATTER}::test_a_lower_bound_cuts_what_the_default_lets_pass",
    "survey.max_source_bytes": f"{_MATTER}::test_a_lower_bound_cuts_what_the_default_lets_pass",
    "survey.max_file_bytes": f"{_MATTER}::test_a_lower_bound_cuts_what_the_default_lets_pass",
    "survey.max_manifests": f"{_MATTER}::test_a_lower_bound_cuts_what_the_default_lets_pass",
    "survey.max_manifest_bytes": f"{_MATTER}::test_a_lower_bound_cuts_what_the_default_lets_pass",
    "survey.max_manifest_s": f"{_MATTER}::test_a_lower_bound_cuts_what_the_default_lets_pass",
    "survey.max_parse_s": f"{_MATTER}::test_max_parse_s_ends_the_reading_of_one_file",
    "survey.max_history_commits": f"{_PAST}::test_the_walk_ends_at_the_most_commits_and_at_the_most_seconds",
    "survey.max_history_s": f"{_PAST}::test_the_walk_ends_at_the_most_commits_and_at_the_most_seconds",
    "survey.max_surveys": f"{_MATTER}::test_max_surveys_bounds_how_many_run_at_once",
    "resolution.wall_s": f"{_UV}::test_a_call_is_held_to_its_time_and_its_memory",
    "resolution.memory_mb": f"{_UV}::test_a_call_is_held_to_its_time_and_its_memory",
    "resolution.parallel": f"{_UV}::test_at_most_so_many_calls_run_at_once",
    "resolution.npm_token": f"{_NPM}::test_a_token_goes_to_the_registry_and_nowhere_else",
    "resolution.cache_max_bytes": f"{_UV}::test_what_is_kept_is_held_to_its_size",
    "resolution.indexes": f"{_UV}::test_a_private_index_goes_first_and_its_credentials_appear_nowhere",
    "resolution.index_credentials": f"{_UV}::test_a_private_index_goes_first_and_its_credentials_appear_nowhere",
    "workers.count": f"{_WORKERS}::test_two_workers_run_at_the_same_time_and_no_third",
    "workers.memory_mb": f"{_MATTER}::test_memory_mb_bounds_what_a_worker_may_take",
    "workers.task_s": f"{_WORKERS}::test_a_task_ends_at_its_wall_clock_limit_and_its_worker_with_it",
    "workers.tasks_per_worker": f"{_WORKERS}::test_a_worker_is_used_again_and_replaced_after_its_share_of_tasks",
    "network.offline": f"{_CLONE}::test_offline_contacts_nothing",
    "network.allowed_hosts": f"{_URLS}::test_an_allowed_host_is_a_lower_case_name",
    "network.extra_origins": f"{_URLS}::test_a_configured_origin_may_be_private_and_a_literal_is_not_looked_up",
    "network.proxy": f"{_FETCH}::test_everything_goes_through_a_configured_proxy_by_name",
    "network.ca_file": f"{_FETCH}::test_a_pinned_connection_keeps_the_name_for_the_certificate",
    "network.connect_timeout_s": f"{_FETCH}::test_endless_and_silent_answers_end_at_their_limits",
    "network.read_timeout_s": f"{_FETCH}::test_endless_and_silent_answers_end_at_their_limits",
    "network.total_timeout_s": f"{_FETCH}::test_endless_and_silent_answers_end_at_their_limits",
    "network.requests_per_minute": f"{_FETCH}::test_requests_to_one_host_are_limited_and_other_hosts_are_not",
    "stdio.max_line_bytes": f"{_STDIO}::test_a_line_longer_than_the_pipe_is_skipped_whole",
    "stdio.drain_s": f"{_STDIO}::test_a_call_that_does_not_finish_is_cancelled_and_the_exit_is_in_time",
    "http.host": f"{_HTTP}::test_an_open_address_without_a_token_is_refused",
    "http.port": f"{_HTTP}::test_the_listening_line_names_the_address_and_an_address_in_use_is_named",
    "http.allowed_hosts": f"{_HTTP}::test_settings_add_hosts_and_origins",
    "http.allowed_origins": f"{_HTTP}::test_settings_add_hosts_and_origins",
    "http.tokens": f"{_HTTP}::test_without_a_right_token_there_is_only_401",
    "http.insecure_no_auth": f"{_HTTP}::test_an_open_address_without_a_token_is_refused",
    "http.grace_s": f"{_HTTP}::test_a_call_beyond_the_grace_is_cut_and_the_exit_is_in_time",
    "http.max_body_bytes": f"{_HTTP}::test_an_endless_body_is_cut",
    "http.max_sessions": f"{_HTTP}::test_sessions_and_streams_are_bounded_and_refused_with_a_time_to_come_back",
    "http.session_idle_s": f"{_IDLE}::test_an_idle_session_is_closed_and_its_place_is_free_again",
    "http.receive_timeout_s": f"{_HTTP}::test_a_slow_request_is_cut_and_others_are_served_meanwhile",
}


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("name", known_settings())
def test_a_test_proves_that_the_setting_matters(name: str) -> None:
    assert name in PROOFS, f"{name} has no proof: write a test that fails when it is ignored, and name it here"
    file, _, function = PROOFS[name].partition("::")
    tree = _tree(TESTS / file)
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert function in names, f"{PROOFS[name]} does not exist"
    assert name.partition(".")[2] in (TESTS / file).read_text("utf-8"), f"{file} does not speak of {name}"


def test_no_proof_is_left_of_a_setting_that_is_gone() -> None:
    assert set(PROOFS) <= set(known_settings())


@cache
def _attributes_read() -> frozenset[str]:
    """Every attribute that the program reads, `self.x` of a settings class itself among them."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                found.add(node.attr)
    return frozenset(found)


@pytest.mark.parametrize("name", known_settings())
def test_some_code_reads_the_setting(name: str) -> None:
    assert name.partition(".")[2] in _attributes_read()
