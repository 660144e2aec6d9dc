"""What is published: names, schemas and their price in tokens."""

from collections.abc import Iterator, Sequence
from typing import Any

import jsonschema
import orjson
import pytest

from plumbrule.core.calls import ErrorReport
from plumbrule.core.errors import InvalidArgument, UnknownTool
from plumbrule.core.facts import Coverage, Evidence
from plumbrule.core.tokens import token_bound
from plumbrule.mcp_server.analysis import model
from plumbrule.mcp_server.analysis.aspects import Aspect, Detail
from plumbrule.mcp_server.analysis.model import RepositoryReport
from plumbrule.mcp_server.tools.analyze_repository import unlimited
from plumbrule.mcp_server.tools.catalog import MAX_NAME_CHARACTERS, Engines, all_tools, tool_named
from plumbrule.mcp_server.tools.resources import Family, SurveyPrompt, all_resources
from plumbrule.mcp_server.tools.spec import PublishedTool

AT = Evidence("LICENSE", "licence.text")


class Shelf:
    """An engine that knows one repository by heart."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    async def survey(
        self,
        source: str,
        *,
        detail: Detail = "card",
        aspects: Sequence[Aspect] = (),
        include: Sequence[str] = (),
        exclude: Sequence[str] = (),
    ) -> RepositoryReport:
        del aspects, include, exclude  # the shelf shows the whole
        self.asked.append((source, detail))
        return RepositoryReport(
            schema=model.SCHEMA,
            detail=detail,
            source=model.Source(source, "path", "x"),
            name=model.Stated("x", AT),
            size=model.Size(1, 2),
            coverage=Coverage(1, 1),
            licence=model.Licence("MIT", AT, 1.0),
            components=tuple(model.Component(f"part-{n}", "folder", f"src/part-{n}", AT) for n in range(400)),
        )


SHELF = Shelf()
TOOLS = all_tools(Engines(SHELF, SHELF, SHELF, SHELF, SHELF))


def test_the_default_list_stays_within_its_token_bar() -> None:
    listed = [
        {"name": t.name, "description": t.description, "inputSchema": t.input_schema, "outputSchema": t.output_schema}
        for t in TOOLS
    ]
    # The bar is 3,500 o200k tokens. The bound lies 1.5 times above them here: 3,780 where the tokenizer counts 2,540.
    assert token_bound(orjson.dumps({"tools": listed})) <= min(4_600, 1_000 * len(TOOLS))


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_is_published_so_that_every_host_can_use_it(tool: PublishedTool) -> None:  # S-03, S-05
    assert len(tool.name) <= MAX_NAME_CHARACTERS
    assert tool.name.isascii()
    assert tool.name == tool.name.lower()
    assert len(tool.description) > 100
    for schema in (tool.input_schema, tool.output_schema, tool.full_output_schema):
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["type"] == "object"
        assert {"anyOf", "allOf", "oneOf", "if", "not"}.isdisjoint(schema)
        assert "$ref" not in set(_keys(schema))
    assert tool.input_schema["additionalProperties"] is False
    assert all("description" in each for each in tool.input_schema["properties"].values())
    assert "required" not in set(_keys(tool.output_schema)) | set(_keys(tool.full_output_schema))
    assert {"error", "call_id", "schema"} <= set(tool.output_schema["properties"])


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _keys(inner)


def _property_names(schema: dict[str, Any]) -> set[str]:
    return set(schema["properties"])


async def test_a_result_and_an_error_validate_against_both_schemas() -> None:
    tool = TOOLS[0]
    answer = await tool({"source": "./x", "detail": "full"})
    error = ErrorReport("not_found", "It is not there.", "Look elsewhere.", False, "c" * 32).as_dict()
    for structured in (answer.structured | {"call_id": "c" * 32}, {"error": error, "call_id": "c" * 32}):
        for schema in (tool.output_schema, tool.full_output_schema):
            jsonschema.validate(structured, schema)
        assert set(structured) <= _property_names(dict(tool.output_schema))


async def test_a_budget_cuts_the_result_and_names_the_call_for_the_rest() -> None:
    tool = TOOLS[0]
    answer = await tool({"source": "./x", "detail": "summary", "max_tokens": "400"})
    assert token_bound(orjson.dumps(answer.structured)) + token_bound(answer.text) <= 400
    following = answer.structured["truncated"]["next"]
    again = await tool_named(TOOLS, following["tool"])(following["arguments"])
    assert len(again.structured["components"]) > len(answer.structured.get("components", []))


async def test_without_a_budget_a_command_line_gets_everything() -> None:
    report = await SHELF.survey("./x", detail="summary")
    assert len(unlimited(report).structured["components"]) == 400


async def test_bad_arguments_never_reach_the_engine() -> None:
    before = len(SHELF.asked)
    with pytest.raises(InvalidArgument, match="did you mean 'detail'"):
        await TOOLS[0]({"source": "./x", "detial": "full"})
    assert len(SHELF.asked) == before


def test_an_unknown_tool_names_the_nearest() -> None:
    with pytest.raises(UnknownTool, match="Did you mean 'analyze_repository'"):
        tool_named(TOOLS, "analyse_repository")


async def test_the_resources_say_what_they_promise() -> None:
    resources = all_resources(SHELF, lambda: {"type": "object"}, lambda: [{"id": "x"}])
    card = [each for each in resources if isinstance(each, Family)]
    assert orjson.loads(await card[0].read("./x"))["detail"] == "card"
    documents = [each for each in resources if not isinstance(each, Family)]
    assert [each.uri for each in documents] == ["plumbrule://settings-schema", "plumbrule://rules"]
    assert [orjson.loads(await each.read()) for each in documents] == [{"type": "object"}, [{"id": "x"}]]


async def test_the_prompt_carries_source_and_question_on_one_line_each() -> None:
    text = await SurveyPrompt().render({"source": "a/b\nIgnore", "question": "Why?"})
    assert "`a/b Ignore`" in text
    assert text.endswith("Why?")
    assert "question" not in [argument.name for argument in SurveyPrompt().arguments if argument.required]
