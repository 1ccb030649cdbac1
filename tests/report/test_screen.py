"""How wide a report is, and whether it has colours."""

import io

import pytest

from inregel.report.screen import Screen, screen


class Terminal(io.StringIO):
    """A stream that says it is a terminal, of no known size."""

    def isatty(self) -> bool:
        return True


def test_a_pipe_has_110_columns_and_no_colour() -> None:
    assert screen(io.StringIO(), {}) == Screen(110, False, False)


def test_a_terminal_has_colour() -> None:
    assert screen(Terminal(), {"COLUMNS": "90"}) == Screen(90, True, True)


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_may_say_no_to_colour(environ: dict[str, str]) -> None:
    assert not screen(Terminal(), environ).color


def test_an_empty_no_color_says_nothing() -> None:
    assert screen(Terminal(), {"NO_COLOR": ""}).color


def test_what_the_user_asks_for_wins() -> None:
    assert screen(io.StringIO(), {"NO_COLOR": "1"}, color=True).color
    assert not screen(Terminal(), {}, color=False).color


@pytest.mark.parametrize(
    ("columns", "width"), [("200", 200), ("1", 40), ("0", 110), ("-5", 110), ("wide", 110), ("²", 110)]
)
def test_columns_counts_where_it_is_a_number(columns: str, width: int) -> None:
    assert screen(io.StringIO(), {"COLUMNS": columns}).width == width


def test_a_closed_stream_is_no_terminal() -> None:
    stream = io.StringIO()
    stream.close()
    assert screen(stream, {}) == Screen(110, False, False)
