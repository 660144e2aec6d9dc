"""A handler's signature is its published input, and is kept strictly."""

from typing import Annotated, Literal

import jsonschema
import pytest
from annotated_types import Interval
from typing_extensions import Doc

from plumbrule.core.errors import InvalidArgument
from plumbrule.mcp_server.tools.arguments import parameters_of
from plumbrule.mcp_server.tools.spec import Answer


async def look(
    source: Annotated[str, Doc("Where it is.")],
    detail: Annotated[Literal["card", "full"], Doc("How much.")] = "card",
    max_tokens: Annotated[int | None, Interval(ge=100, le=900), Doc("Budget.")] = None,
    deep: Annotated[bool, Doc("All the way.")] = False,
) -> Answer:
    """Look at it."""
    return Answer({"source": source, "detail": detail, "max_tokens": max_tokens, "deep": deep}, "")


PARAMETERS = parameters_of("look", look)


def test_the_schema_is_a_flat_object_that_refuses_other_names() -> None:  # S-03
    schema = PARAMETERS.json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema == {
        "type": "object",
        "properties": {
            "source": {"type": "string", "description": "Where it is."},
            "detail": {"type": "string", "enum": ["card", "full"], "description": "How much.", "default": "card"},
            "max_tokens": {"type": "integer", "minimum": 100, "maximum": 900, "description": "Budget."},
            "deep": {"type": "boolean", "description": "All the way.", "default": False},
        },
        "additionalProperties": False,
        "required": ["source"],
    }


def test_scalars_sent_as_text_are_read() -> None:
    read = PARAMETERS.read({"source": "x", "max_tokens": "500", "deep": "true", "detail": "full"})
    assert read == {"source": "x", "max_tokens": 500, "deep": True, "detail": "full"}


def test_null_for_an_optional_argument_leaves_the_default() -> None:
    assert PARAMETERS.read({"source": "x", "detail": None, "max_tokens": None}) == {"source": "x"}


def test_all_faults_of_a_call_come_at_once_with_the_nearest_names() -> None:
    with pytest.raises(InvalidArgument) as caught:
        PARAMETERS.read({"detial": "full", "max_tokens": 5, "deep": "perhaps"})
    assert caught.value.message == (
        "look: unknown argument 'detial' (did you mean 'detail'?); "
        "max_tokens: expected a whole number from 100 to 900, or nothing, got 5; "
        "deep: expected true or false, got 'perhaps'; source is missing."
    )
    assert caught.value.hint == "Arguments: source, detail?, max_tokens?, deep?."


def test_a_huge_wrong_value_is_not_repeated_whole() -> None:
    with pytest.raises(InvalidArgument) as caught:
        PARAMETERS.read({"source": ["x" * 100_000]})
    assert len(caught.value.message) < 200
