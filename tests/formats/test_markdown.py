"""Values in Markdown: as they are, and read back the same; judged by a CommonMark reader that is not ours."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from inregel.formats import markdown

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PRINTABLE = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1)
TRICKY = st.text(st.sampled_from("` \\*_<>&[]()~|#-+.!ab1\n"), min_size=1)


def spans(text):
    """(kind, text) of each inline part of a paragraph, as a CommonMark reader sees it."""
    (inline,) = (token for token in READER.parse(text) if token.type == "inline")
    return [(child.type, child.content) for child in inline.children]


@given(TRICKY | PRINTABLE)
@example("`")
@example("``a`b")
@example(" a ")
@example("  ")
@example("<b>**x**</b>")
def test_a_code_span_is_read_back_as_it_was_by_every_reader(value):
    line = f"Fill in {markdown.code(value)} at **Name**."
    assert markdown.Token("code", value.replace(markdown.RETURN, "\n")) in list(markdown.tokens(line))
    shown = value.replace("\n", markdown.RETURN)
    assert ("code_inline", shown) in spans(line)


def test_the_fence_is_the_shortest_that_the_value_does_not_hold():
    assert markdown.code("a") == "`a`"
    assert markdown.code("a`b") == "``a`b``"
    assert markdown.code("``") == "` `` `"
    assert markdown.code("a\r\nb\nc") == "`a↵b↵c`"


@given(TRICKY | PRINTABLE)
@example("1. a")
@example("&amp; a_b_ c_d")
def test_words_are_no_markup_whatever_they_are(value):
    expected = " ".join(value.replace("\n", " ").split())
    line = f"{markdown.escape(value.strip() or '.', begins=True)}, **end**"
    parts = spans(line)
    assert {kind for kind, _ in parts} <= {"text", "text_special", "strong_open", "strong_close"}
    told = "".join(text for _, text in parts)
    assert " ".join(told.split()) == f"{expected or '.'}, end"
    assert markdown.plain(line) == f"{expected or '.'}, end"


def test_an_unclosed_backtick_or_an_escaped_one_begins_no_value():
    assert list(markdown.tokens("a `` b \\`c\\` **d\\*e**")) == [
        markdown.Token("text", "a `` b `c` "),
        markdown.Token("strong", "d*e"),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. a\n1. b\n1. c", "1. a\n2. b\n3. c"),
        ("3. a\n3. b", "3. a\n4. b"),
        ("1. a\n\n1. b", "1. a\n\n2. b"),
        ("1. a\n   1. in\n   1. in\n1. b\n   1. in", "1. a\n   1. in\n   2. in\n2. b\n   1. in"),
        ("1. a\n## Then\n1. b", "1. a\n## Then\n1. b"),
        ("1. a\n\nwords\n\n1. b", "1. a\n\nwords\n\n1. b"),
        ("1. a\n```\n1. x\n1. y\n```\n1. b", "1. a\n```\n1. x\n1. y\n```\n2. b"),
        ("1.5 is a number", "1.5 is a number"),
    ],
)
def test_steps_are_numbered_as_a_reader_of_markdown_counts_them(text, shown):
    assert markdown.numbered(text) == shown
