"""Words of questions and of code meet: what is asked finds what is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbrule.mcp_server.analysis.mapping.words import asked, stem, words_of


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("parseURLPath", ("pars", "url", "path")),
        ("HTTPAdapter", ("http", "adapt")),
        ("snake_case_name", ("snak", "case", "name")),
        ("src/flask/sessions.py", ("src", "flask", "session", "py")),
        ("v2Migrations", ("migrat",)),
        ("__init__", ("init",)),
        ("a" * 100, ()),
    ],
)
def test_an_identifier_is_the_words_that_it_is_made_of(identifier: str, words: tuple[str, ...]) -> None:
    assert words_of(identifier) == words


@pytest.mark.parametrize(
    ("asking", "named"),
    [
        ("running", "run"),
        ("hashed", "hash"),
        ("hashing", "hash"),
        ("migrations", "migrate"),
        ("sessions", "session"),
        ("configured", "configure"),
        ("redirects", "redirect"),
        ("compiles", "compile"),
        ("classes", "class"),
        ("queries", "query"),
        ("tokenizer", "token"),
        ("serialization", "serialize"),
    ],
)
def test_forms_of_one_word_meet(asking: str, named: str) -> None:
    assert stem(asking) == stem(named)


def test_a_question_is_its_telling_words_and_their_kin() -> None:
    words = asked("Where is the function that handles authentication?")
    assert {word for word, weight in words.items() if weight == 1.0} == {stem("authentication")}
    assert words[stem("login")] == 0.5


def test_small_words_count_when_there_is_nothing_else() -> None:
    assert set(asked("what does get do")) >= {"get"}
    assert asked("") == {}


def test_words_in_a_row_are_known_by_their_initials() -> None:
    assert asked("protect from cross site request forgery")["csrf"] == 0.5


@given(st.text(max_size=200))
def test_any_text_has_words_in_lower_case(text: str) -> None:
    assert all(word == word.lower() and word for word in asked(text))
