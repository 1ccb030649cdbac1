"""Lines on a screen: width, wrapping, colour, and what a value cannot do to them."""

import io
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from inregel.report.lines import Line, Span, cells, clean, cut, line, pad, plain, write


def shown(*lines: Line, width: int = 110, color: bool = False) -> str:
    stream = io.StringIO()
    write(lines, stream, width=width, color=color)
    return stream.getvalue()


def test_what_does_not_print_is_shown_as_an_escape() -> None:
    assert clean("a\x1b[31mb\nc\u202ed\x85e\u2028f\ud800") == "a\\x1b[31mb\\nc\\u202ed\\x85e\\u2028f\\ud800"
    assert clean("Assurantiën 東京 [red]") == "Assurantiën 東京 [red]"


def test_markup_in_a_value_is_only_text() -> None:
    assert shown(line("[red]x[/red] :smile: {x}")) == "[red]x[/red] :smile: {x}\n"
    assert "[red]x[/red] :smile:" in shown(line("[red]x[/red] :smile:"), color=True)


def test_wide_signs_count_double_and_combining_ones_not() -> None:
    assert cells("東京") == 4
    assert cells("e\u0301") == 1
    assert pad("東京", 6) == "東京  "
    assert cut("東京東京", 6) == "東..."


def test_what_acts_stands_at_the_right_edge() -> None:
    assert shown(line("left", right="right"), width=20) == "left           right\n"


def test_what_does_not_fit_goes_on_below_at_its_column() -> None:
    text = shown(line("  + module   one two three four five", right="person W1", hang=13), width=30)
    assert text == "  + module   one two three\n             four   person W1\n".replace(
        "four   person W1", "four five\n                     person W1"
    )


def test_a_longer_word_is_not_cut_because_it_may_be_a_command() -> None:
    assert shown(line("  ", "x" * 50, hang=2), width=40) == "  " + "x" * 50 + "\n"
    assert shown(line("  abc " + "x" * 50, hang=4), width=40) == "  abc\n    " + "x" * 50 + "\n"


def test_nothing_stands_at_the_end_of_a_line() -> None:
    assert shown(line("a   ")) == "a\n"


def test_plain_output_has_no_escape_sequences_and_colour_has() -> None:
    both = line(Span("x", "blocked"), " why")
    assert shown(both) == "x why\n"
    assert shown(both, color=True) == "\x1b[1;31mx\x1b[0m why\n"


def test_colour_changes_no_text() -> None:
    import re

    lines = [line(Span("a b", "add"), " c " * 60, right="right", hang=4)]
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown(*lines, color=True)) == shown(*lines)


@given(st.lists(st.text(max_size=30), max_size=4), st.text(max_size=30), st.integers(0, 60), st.integers(40, 120))
def test_no_line_is_wider_than_the_screen_but_for_one_long_word(
    parts: list[str], right: str, hang: int, width: int
) -> None:
    for row in plain([Line(tuple(Span(part) for part in parts), right, hang)], width):
        assert cells(row) <= width or " " not in row.strip()
        assert row.isprintable()


@given(st.lists(st.text(st.characters(exclude_categories=["Zs"]), max_size=30), max_size=6), st.integers(40, 120))
def test_wrapping_loses_no_word(words: list[str], width: int) -> None:
    rows = plain([line(" ".join(words), hang=3)], width)
    assert " ".join(rows).split() == clean(" ".join(words)).split()


def test_plain_output_does_not_pay_for_rich() -> None:
    code = (
        "import sys, inregel.report.text, inregel.report.outcome, inregel.report.progress; print('rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_space_between_thousands_is_shown_and_any_other_strange_one_is_not() -> None:
    assert clean("2\u202f175 r\u00e9glages") == "2\u202f175 r\u00e9glages"
    assert clean("a\u202fb 2\u202f17 \u00a0") == "a\\u202fb 2\\u202f17 \\xa0"
