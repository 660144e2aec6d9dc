"""`plumbrule schema` prints what CI needs, without any engine."""

import orjson


def test_a_tools_schemas_are_printed_in_full(plumbrule) -> None:
    schema = orjson.loads(plumbrule("schema", "analyze_repository").stdout)
    assert schema["input"]["required"] == ["source"]
    evidence = schema["output"]["properties"]["licence"]["properties"]["evidence"]
    assert set(evidence["properties"]) == {"at", "rule"}


def test_without_a_name_the_tools_are_listed(plumbrule) -> None:
    assert plumbrule("schema").stdout.startswith("analyze_repository  ")


def test_an_unknown_tool_is_bad_input_with_the_nearest_name(plumbrule) -> None:
    done = plumbrule("schema", "analyse_repository")
    assert (done.returncode, "'analyze_repository'" in done.stderr) == (2, True)
