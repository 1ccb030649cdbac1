"""Where a mistake stands, and mistakes as people read them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.canary import canary
from inregel.config import source
from inregel.config.lines import Lines, place
from inregel.config.mistakes import Mistake, Position, Unquoted, Where
from inregel.config.positions import failure, locate

TEXT = """\
all:
  vars: &base {language: nl}
  offices:
    utrecht:
      name: Van Dalen
      postbussen: [I09000123,
                   I09000456]
    "zwolle":
      <<: *base
      list:
      - a
      - b: c
"""


def at(folder: Path, *path: str | int, key: bool = False) -> tuple[int, int]:
    position = locate(folder, Where("x.yml", path, key))
    return position.line, position.column


def test_a_path_leads_to_its_value_or_its_key(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(TEXT)
    assert at(tmp_path) == (1, 1)
    assert at(tmp_path, "all", "offices", "utrecht", "name") == (5, 13)
    assert at(tmp_path, "all", "offices", "utrecht", "name", key=True) == (5, 7)
    assert at(tmp_path, "all", "offices", "utrecht", "postbussen", 1) == (7, 20)
    assert at(tmp_path, "all", "offices", "zwolle", key=True) == (8, 5)
    assert at(tmp_path, "all", "offices", "zwolle", "list", 1, "b") == (12, 12)


def test_a_node_without_a_place_of_its_own_has_that_of_the_nearest_above(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(TEXT)
    assert at(tmp_path, "all", "offices", "zwolle", "language") == (9, 7)
    assert at(tmp_path, "all", "nothing", "here") == (2, 3)
    assert str(locate(tmp_path, Where("other.yml", ("a",)))) == "other.yml"


def test_a_path_in_json_is_found_too(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('{"a": {"b\\n": [1,\n  "x:y", {"c": null}]}}')
    assert locate(tmp_path, Where("x.json", ("a", "b\n", 2, "c"))) == Position("x.json", 2, 16)
    assert locate(tmp_path, Where("x.json", ("a", "b\n"), True)) == Position("x.json", 1, 8)


key = st.text(st.characters(min_codepoint=33, max_codepoint=0x17F), min_size=1, max_size=5)
tree = st.recursive(
    st.integers(0, 9) | key,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(key, inner, max_size=3),
    max_leaves=10,
)


def paths(data: Any, base: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [(base, data), *(found for name, inner in parts for found in paths(inner, (*base, name)))]


@given(tree, st.sampled_from([None, 1]))
def test_what_stands_at_the_place_is_the_value_of_the_path(
    tmp_path_factory: pytest.TempPathFactory, data: Any, indent: int | None
) -> None:
    folder = tmp_path_factory.getbasetemp()
    text = json.dumps(data, indent=indent, ensure_ascii=False)
    (folder / "places.json").write_text(text, encoding="utf-8")
    for path, value in paths(data):
        position = locate(folder, Where("places.json", path))
        rest = "\n".join(
            [text.split("\n")[position.line - 1][position.column - 1 :], *text.split("\n")[position.line :]]
        )
        assert json.JSONDecoder().raw_decode(rest)[0] == value


def test_mistakes_stand_in_the_order_of_their_lines_and_each_once(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text(TEXT)
    one = Mistake("late", Where("x.yml", ("all", "offices", "zwolle")))
    two = Mistake("early", Where("x.yml", ("all", "vars")))
    error = failure(tmp_path, [one, two, one])
    assert [mistake.message for mistake in error.mistakes] == ["early", "late"]
    assert str(error).endswith("\n2 mistakes")


def test_more_than_a_hundred_mistakes_are_counted_and_kept_and_not_printed(tmp_path: Path) -> None:
    error = failure(tmp_path, [Mistake("x", Position("x.yml", line, 1)) for line in range(1, 301)])
    assert len(error.mistakes) == 300
    assert str(error).count("x.yml:") == 100
    assert str(error).endswith("300 mistakes (the first 100 are shown)")


def test_the_text_to_write_is_the_written_one_in_quotes(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text("a: 1.2630\nb: '{{ x }}'\nc: 5\n")
    mistakes = [
        Unquoted("m", Where("x.yml", ("a",)), '"1.263"'),
        Unquoted("m", Where("x.yml", ("b",)), '"7"'),
        Unquoted("m", Where("x.yml", ("c",)), '"5"', pattern="^x", example="x5"),
    ]
    assert [mistake.instead for mistake in failure(tmp_path, mistakes).mistakes] == ['"1.2630"', '"7"', "x5"]


def test_a_long_line_is_cut_to_a_hundred_columns_around_the_caret(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text("a: [" + "x, " * 100 + "no]\n")
    line, caret = str(failure(tmp_path, [Mistake("m", Position("x.yml", 1, 305))])).splitlines()[1:3]
    assert len(line.partition("| ")[2]) <= 100
    assert line[caret.index("^") :] == "no]"


def test_a_secret_is_shown_in_no_excerpt(tmp_path: Path) -> None:
    value = canary("value")
    lines = [
        f"password: {value}",
        f"  api_key: '{value}'",
        f"a: {{token: {value}, b: 1}}",
        f'bcc_code: "{value}"',
        f"passwords: [{value}]",
        f"db: postgresql://ria:{value}@db.example/x",
        "secrets:",
        f"  name: {value}",
        "vault: !vault |",
        f"  {value}",
    ]
    (tmp_path / "x.yml").write_text("\n".join(lines))
    error = failure(tmp_path, [Mistake("m", Position("x.yml", number + 1, 3)) for number in range(len(lines))])
    assert value not in str(error)
    assert "***" in str(error)
    (tmp_path / "x.yml").unlink()


def test_the_files_that_inregel_yml_names_as_secrets_are_none(tmp_path: Path) -> None:
    (tmp_path / "inregel.yml").write_text("secrets: secrets.yml\n")
    assert "secrets: secrets.yml" in str(failure(tmp_path, [Mistake("m", Position("inregel.yml", 1, 1))]))


def test_a_template_for_a_secret_is_shown(tmp_path: Path) -> None:
    (tmp_path / "x.yml").write_text("password: \"{{ secret('assu') }}\"\n")
    assert "secret('assu')" in str(failure(tmp_path, [Mistake("m", Position("x.yml", 1, 1))]))


def test_a_file_is_read_once_whatever_the_number_of_its_mistakes(tmp_path: Path) -> None:
    text = "".join(f"k{number}: [a, {{b: {number}}}]\n" for number in range(3_000))
    (tmp_path / "x.yml").write_text(text)
    data = source.read(tmp_path / "x.yml", tmp_path)
    error = failure(tmp_path, [Mistake("m", Where("x.yml", (name, 1, "b"))) for name in data])
    assert [mistake.where[1] for mistake in error.mistakes] == list(range(1, 3_001))


@given(st.lists(st.text("ab\u00e9", max_size=4), max_size=8), st.sampled_from(["\n", "\r\n", "\r"]))
def test_lines_are_found_in_every_convention(lines: list[str], end: str) -> None:
    text = end.join(lines)
    found = Lines(text)
    assert [found[number] for number in range(len(lines))] == lines
    assert found[len(lines)] == found[-1] == ""
    offset = 0
    for number, line in enumerate(lines):
        assert place(text, offset) == (number + 1, 1)
        offset += len(line) + len(end)
