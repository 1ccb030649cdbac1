"""The words of the reports: each in every language, none that nobody says, numbers as the language writes them."""

import ast
import re
from pathlib import Path

import pytest

import inregel.report
from inregel.report.phrases import PHRASES, count, sayer

FOLDER = Path(inregel.report.__file__).parent
SPOKEN = [FOLDER / "ics.py", *sorted((FOLDER / "season").glob("*.py"))]


def literals() -> set[str]:
    """Every text that stands in the code of the reports that speak."""
    return {
        node.value
        for path in SPOKEN
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def asked() -> set[str]:
    """The texts that are given to a function that says them."""
    found = set()
    for path in SPOKEN:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in ("say", "words", "paragraph", "heading", "columns", "counted"):
                    found |= {each.value for each in node.args if isinstance(each, ast.Constant)}
    return found


def test_every_text_that_is_said_has_a_translation_and_every_translation_is_said() -> None:
    assert len(asked()) > 30
    assert asked() - PHRASES.keys() == set()
    assert PHRASES.keys() - literals() == set()


def test_a_translation_names_what_the_phrase_names() -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    for phrase, texts in PHRASES.items():
        assert all(text.strip() == text != "" for text in texts), phrase
        assert [places(text) for text in texts] == [places(phrase)] * 2, phrase


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_a_phrase_without_a_translation_is_a_mistake_in_every_language(language: str) -> None:
    with pytest.raises(KeyError):
        sayer(language)("no such phrase")


def test_a_value_is_put_in_as_it_is() -> None:
    assert sayer("en")("{what} ends", what="{day}") == "{day} ends"


def test_numbers_are_as_the_language_writes_them() -> None:
    assert [count(2175, language) for language in ("nl", "fr", "en")] == ["2.175", "2\u202f175", "2,175"]
