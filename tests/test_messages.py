"""The catalogs of translations: whole, up to date with the code, and true to the places and commands of each text."""

import ast
import importlib.util
import re
import string
import sys
from types import ModuleType

import pytest

from helpers.places import checkout
from inregel.cli.root import LAZY

LANGUAGES = ("nl", "fr")
SECOND = "show|list|done|fail|reopen|remind|restore|backup|init|verify|heads|set|offices|resume|pause|stop"
COMMAND = rf"inregel (?:{'|'.join(LAZY)})\b(?: (?:{SECOND})\b)?"
TYPED = "[A-Z]+_[A-Z_]+|PLAYBOOK|OFFICE|NAME|FILE|BACKUP|DIR|DAY|TEXT|FORMAT|LABEL|COPY|NUMBER"
KEPT = re.compile(rf"{COMMAND}|--[a-z-]+|`[^`]*`|\bW\d+|\b(?:{TYPED})\b|\w+\.yml|\d{{4}}-\d\d-\d\d")
"""What is typed, or read by a machine, so that it stands in each language as it is."""


SPACED = ":;?!"
"""Signs before which French has a space."""


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = checkout() / "tools/messages.py"
    spec = importlib.util.spec_from_file_location("messages", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["messages"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def texts(tool):
    """Those of the code."""
    return tool.template()


def forms(text):
    return (text,) if isinstance(text, str) else tuple(text)


def places(text):
    return sorted(
        {f"{name}!{conversion or ''}" for _, name, _, conversion in string.Formatter().parse(text) if name is not None}
    )


def test_the_texts_of_the_code_are_found(texts):
    found = {(each.context, forms(each.id)) for each in texts}
    assert (None, ("{what} ends",)) in found
    assert (None, ("{count} day", "{count} days")) in found
    assert ("column", ("What to do",)) in found
    assert ("date", ("Monday",)) in found
    assert any(text[0].startswith("{system} is unavailable: {reason}\nNothing was changed") for _, text in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_a_translation_that_was_looked_at_and_no_other_has_one(tool, texts, language):
    assert tool.missing(language) == []
    wanted = {(each.context or None, forms(each.id)) for each in texts if each.id}
    there = {(each.context or None, forms(each.id)) for each in tool.read(language) if each.id}
    assert there == wanted
    assert not tool.read(language).obsolete


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shipped_is_compiled_from_what_is_written(tool, texts, language):
    source, compiled = tool.made(language, texts)
    file = tool.place(language)
    assert file.read_bytes() == source
    assert file.with_suffix(".mo").read_bytes() == compiled


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_and_the_commands_of_its_text(tool, language):
    for message in tool.read(language):
        if message.id:
            for text, each in zip(forms(message.id), tool.strings(message), strict=True):
                assert places(each) == places(text), text
                assert sorted(KEPT.findall(each)) == sorted(KEPT.findall(text)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_begins_and_ends_as_its_text_does(tool, language):
    for message in tool.read(language):
        if message.id:
            for text, each in zip(forms(message.id), tool.strings(message), strict=True):
                assert each[:1].isspace() == text[:1].isspace() or text[0] in SPACED, text
                assert each[-1:].isspace() == text[-1:].isspace(), text
                assert each.count("\n") == text.count("\n"), text


def test_what_the_modules_of_assu_and_asr_say_can_be_said_again():
    made = {"Finding", "Fault", "Blocked"}
    bare = (ast.JoinedStr, ast.BinOp, ast.Constant)
    calls = [
        (path.name, node)
        for folder in ("assu", "asr")
        for path in sorted((checkout() / "modules" / folder).glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in made
    ]
    assert len(calls) > 40
    assert [f"{name}:{node.lineno}" for name, node in calls if isinstance(node.args[0], bare)] == []
