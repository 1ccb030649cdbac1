"""The text of a store: one entry changes, the others stay, and a mistake never quotes a value."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from helpers.canary import canary, leaks
from inregel.secrets.base import NAME, StoreError
from inregel.secrets.entries import Entry, block, parse, put, quoted, written

names = st.from_regex(NAME, fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
values = st.one_of(
    st.tuples(st.just("text"), texts.map(str.encode)),
    st.tuples(st.just("binary"), st.binary(max_size=40)),
    st.tuples(st.just("vault"), st.just(b"$ANSIBLE_VAULT;1.1;AES256\n3132\n33\n")),
)
comments = st.sampled_from(["", "# é € comment\n", "\n", "   \n", "---\n"])


def plain(found: dict[str, Entry]) -> dict[str, tuple[str, bytes]]:
    return {entry.name: (entry.kind, entry.value) for entry in found.values()}


@given(st.dictionaries(names, values, max_size=6), names, values, st.lists(comments, min_size=6, max_size=6))
def test_setting_one_entry_leaves_all_others(before, name, value, between) -> None:  # type: ignore[no-untyped-def] # hypothesis
    text = "".join(
        ("" if comment.startswith("-") and number else comment) + written(each, *rest)
        for number, (comment, (each, rest)) in enumerate(zip(between, before.items(), strict=False))
    )
    assert plain(parse(text, "s.yml")) == before
    assert plain(parse(put(text, name, *value, "s.yml"), "s.yml")) == before | {name: value}


@given(names, texts)
def test_other_readers_of_yaml_read_what_we_write(name: str, value: str) -> None:
    assert yaml.safe_load(written(name, "text", value.encode())) == {name: value}
    assert yaml.safe_load(written(name, "binary", value.encode())) == {name: value.encode()}


def test_comments_and_order_survive_a_change_in_place() -> None:
    text = "# ours\na: 1 # old\n\n# of b\nb: |\n  two\n  lines\n\n# of c\nc: 'x'"
    assert put(text, "a", "text", b"2", "s") == "# ours\na: \"2\"\n\n# of b\nb: |\n  two\n  lines\n\n# of c\nc: 'x'"
    assert put(text, "b", "text", b"2", "s").startswith('# ours\na: 1 # old\n\n# of b\nb: "2"\n')
    assert put(text, "c", "text", b"2", "s").endswith('# of c\nc: "2"\n')
    assert put(text, "d", "text", b"4", "s") == text + '\nd: "4"\n'


def test_a_mapping_in_braces_is_written_anew() -> None:
    assert plain(parse(put("{a: 1, b: 2}", "c", "text", b"3", "s"), "s")) == {
        "a": ("text", b"1"),
        "b": ("text", b"2"),
        "c": ("text", b"3"),
    }


def test_a_value_is_the_text_that_is_written() -> None:
    text = "pin: 0123\nyes: no\nfloat: 1.50\ndate: 2026-11-20\nempty:\nbig: 1_000\n"
    assert [entry.value for entry in parse(text, "s").values()] == [
        b"0123",
        b"no",
        b"1.50",
        b"2026-11-20",
        b"",
        b"1_000",
    ]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "--- \n...\n"])
def test_a_store_may_be_empty(text: str) -> None:
    assert parse(text, "s") == {}


MISTAKES = {
    "- {0}": "s.yml: it must be a list of `name: value`, one level deep",
    "{0}": "s.yml: it must be a list of `name: value`, one level deep",
    "a: {0}\n---\nb: {0}": "s.yml: line 2: it must be a list of `name: value`, one level deep",
    "a: {0}\nb: {{c: {0}}}": "s.yml: line 2: it must be a list of `name: value`, one level deep",
    "a: [{0}]": "s.yml: line 1: it must be a list of `name: value`, one level deep",
    "? [{0}]\n: 1": "s.yml: line 1: it must be a list of `name: value`, one level deep",
    "a: &x {0}\nb: *x": "s.yml: line 2: it must be a list of `name: value`, one level deep",
    "a: {0}\nb: 1\na: {0}": "s.yml: a stands there twice (lines 1 and 3)",
    "a: {0}\n'{0} x': 1": "s.yml: line 2: a name has letters, digits and . _ @ - only",
    "a: !!binary '{0}*'": "s.yml: line 1: it is not base64",
    "a: !!python/name:{0} x": "s.yml: line 1: a has a tag that is not known here",
    "a: {0}\nb: '{0}": "s.yml: it is not YAML (line 2)",
    "a: {0}\n\tb: {0}": "s.yml: it is not YAML (line 2)",
    "a: *{0}": "s.yml: line 1: it must be a list of `name: value`, one level deep",
    "a: \0{0}": "s.yml: it is not YAML",
    "[" * 500 + "{0}": "s.yml: it is not YAML (line 2)",
}


@pytest.mark.parametrize("text", MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_says_its_line_and_never_the_text(text: str) -> None:
    secret = canary("value")
    with pytest.raises(StoreError) as caught:
        parse(text.format(secret), "s.yml")
    assert str(caught.value) == MISTAKES[text]
    error: BaseException | None = caught.value
    while error is not None:
        assert leaks(f"{error} {error!r} {error.args}".encode()) == []
        error = error.__cause__ or error.__context__


def test_an_entry_is_printed_as_its_name() -> None:
    assert repr(parse(f"a: {canary('value')}", "s")["a"]) == "<entry a>"


@pytest.mark.parametrize(
    ("name", "key"), [("a_b", "a_b"), ("yes", '"yes"'), ("null", '"null"'), ("a-b", '"a-b"'), ("1", '"1"')]
)
def test_a_name_that_yaml_would_misread_is_quoted(name: str, key: str) -> None:
    assert quoted(name) == key


def test_a_block_is_indented() -> None:
    assert block(b"$ANSIBLE_VAULT;1.1;AES256\n31\n", 4) == "!vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    31\n"
