"""Annotated fields: what they accept, what they say they want."""

from pathlib import Path
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from annotated_types import Interval, Len
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import Doc

from plumbrule.core.fields import Mismatch, Secret, accept, describe, json_schema, nearest, shape_of

SMALL = Annotated[int, Interval(ge=1, le=9), Doc("How many.")]
WORD = Literal["text", "json"]


@pytest.mark.parametrize(
    ("annotation", "value", "held"),
    [
        (SMALL, 3, 3),
        (SMALL, "9", 9),
        (float, 2, 2.0),
        (float, "1.5e2", 150.0),
        (bool, "true", True),
        (bool, "0", False),
        (bool, False, False),
        (WORD, "json", "json"),
        (str, "", ""),
        (str | None, None, None),
        (Path | None, "/x", Path("/x")),
        (tuple[str, ...], "a, b,", ("a", "b")),
        (tuple[str, ...], '["a,b"]', ("a,b",)),
        (list[str], ["a"], ("a",)),
        (dict[str, str], "h=t, k=v=w", {"h": "t", "k": "v=w"}),
        (dict[str, str], '{"h": "t"}', {"h": "t"}),
    ],
)
def test_a_plain_value_is_held_in_the_fields_own_type(annotation: Any, value: object, held: object) -> None:
    found = accept(shape_of(annotation), value)
    assert (found, type(found)) == (held, type(held))


@pytest.mark.parametrize(
    ("annotation", "value", "wanted"),
    [
        (SMALL, 0, "a whole number from 1 to 9"),
        (SMALL, True, "a whole number from 1 to 9"),
        (SMALL, 1.0, "a whole number from 1 to 9"),
        (SMALL, "1_0", "a whole number"),
        (Annotated[float, Interval(gt=0)], 0, "a number above 0"),
        (Annotated[float, Interval(le=2)], "nan", "a number up to 2"),
        (bool, "maybe", "true or false"),
        (WORD, "JSON", "one of text, json"),
        (str, 1, "text"),
        (str, None, "text"),
        (Annotated[str, Len(2, 4)], "x", "text of at least 2 characters and at most 4 characters"),
        (Annotated[tuple[str, ...], Len(1)], "", "a list of texts of at least 1 items"),
        (tuple[str, ...], "[1]", "a list of texts"),
        (tuple[str, ...], "[", "a list of texts"),
        (dict[str, str], "h", "a table of texts"),
        (int | None, "x", "a whole number, or nothing"),
    ],
)
def test_anything_else_is_refused_with_what_was_wanted(annotation: Any, value: object, wanted: str) -> None:
    with pytest.raises(Mismatch, match=wanted):
        accept(shape_of(annotation), value)


def test_the_marks_of_an_annotation_are_found_through_optional_and_nesting() -> None:
    shape = shape_of(Annotated[Annotated[str, Secret()] | None, Doc("A key.")])
    assert (shape.kind, shape.optional, shape.secret, shape.doc) == ("string", True, True, "A key.")


@pytest.mark.parametrize("annotation", [bytes, int | str, Literal[1], tuple[int, ...], dict[str, int]])
def test_a_type_that_no_flag_can_write_is_a_fault_of_the_program(annotation: Any) -> None:
    with pytest.raises(TypeError, match="a field cannot be"):
        shape_of(annotation)


@given(st.integers() | st.floats(allow_nan=False) | st.booleans() | st.text() | st.none())
def test_what_the_schema_allows_is_accepted_and_stays_itself(value: object) -> None:
    for annotation in (SMALL, Annotated[float, Interval(gt=0, lt=5)], bool, WORD, Annotated[str, Len(1, 3)]):
        shape = shape_of(annotation)
        if isinstance(value, float) and shape.kind == "integer":
            continue  # JSON Schema takes 1.0 for an integer; we do not
        if jsonschema.Draft202012Validator(json_schema(shape)).is_valid(value):
            assert accept(shape, value) == value


def test_the_schema_of_a_field_is_flat() -> None:
    assert json_schema(shape_of(SMALL)) == {"type": "integer", "minimum": 1, "maximum": 9, "description": "How many."}
    assert json_schema(shape_of(WORD | None)) == {"type": "string", "enum": ["text", "json"]}


def test_the_nearest_name_is_found_or_none() -> None:
    assert nearest("detial", ["detail", "source"]) == "detail"
    assert nearest("zzz", ["detail"]) is None
    assert describe(shape_of(Path)) == "a path"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), 10**400])
def test_what_is_no_figure_is_within_no_bounds(value: float) -> None:
    with pytest.raises(Mismatch):
        accept(shape_of(Annotated[float, Interval(ge=0, le=60)]), value)
