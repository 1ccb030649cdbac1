"""The words around work orders: whole in each language, and no heading means two columns."""

import re
from dataclasses import asdict

import pytest

from inregel.report.order_words import COLUMNS, FILLED, words
from inregel.speech import LANGUAGES


def flat(language):
    return {
        f"{name} {part}".strip(): text
        for name, value in asdict(words(language)).items()
        for part, text in (value.items() if isinstance(value, dict) else [("", value)])
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_the_same_with_the_same_blanks(language):
    blanks = {name: re.findall(r"\{\w*\}", text) for name, text in flat(language).items()}
    assert blanks == {name: re.findall(r"\{\w*\}", text) for name, text in flat("nl").items()}
    assert all(text.strip() for text in flat(language).values())
    assert set(words(language).columns) == {*COLUMNS, *FILLED}


def test_no_heading_means_two_columns():
    meant = {}
    for language in LANGUAGES:
        for column, heading in words(language).columns.items():
            assert meant.setdefault(heading.casefold(), column) == column


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tab_has_a_name_that_a_spreadsheet_takes(language):
    names = list(words(language).sheets.values())
    assert len(set(names)) == 3
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)
