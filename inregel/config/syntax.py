"""What a YAML parser complains about, said so that people know what to write.

libyaml and PyYAML say the same in other words; both are understood. An unknown complaint is passed on.
"""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from inregel.config.lines import Lines
from inregel.config.words import cut, secret_key
from inregel.frozen import frozen
from inregel.later import later

_KEYED: Final = later(r"""\s*(?:-\s+)*(?P<key>[^\s:#'"{\[][^:#'"{\[]*):\s+(?P<value>.*?)\s*\Z""")
_TIGHT: Final = later(r"\s*(?:-\s+)*(?P<key>[A-Za-z_][\w.-]*):(?P<value>[^\s/:][^:]*)\Z")
_FLOW: Final = later(r"\[|\{(?![{%])")
_WITHIN: Final = later(r"(?P<key>[A-Za-z_][\w.-]*):\s+(?P<value>\{\{.*?\}\})")
_TEMPLATE: Final = later(r"""[:\-]\s+\{[{%]""")


@frozen
class Complaint:
    """A syntax error in plain words; line and column count from 1."""

    message: str
    line: int
    column: int
    instead: str = ""


@frozen
class _Spot:
    problem: str
    context: str
    line: int
    column: int
    opened: int
    """Line in which began what was being read, from 0; -1 where it is not known."""
    opened_column: int
    lines: Lines

    def text(self, number: int) -> str:
        return self.lines[number]


def explain(error: yaml.YAMLError, text: str) -> Complaint:
    """The complaint about `text` in plain words."""
    mark: Any = getattr(error, "problem_mark", None)
    context: Any = getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    spot = _Spot(
        problem,
        str(getattr(error, "context", None) or ""),
        mark.line if mark else 0,
        mark.column if mark else 0,
        context.line if context else -1,
        context.column if context else 0,
        Lines(text),
    )
    if "tab character" in problem or spot.text(spot.line)[spot.column : spot.column + 1] == "\t":
        return Complaint(
            "a tab stands where YAML wants spaces", spot.line + 1, spot.column + 1, "spaces, two for each level"
        )
    for pattern, explained in _EXPLAINED:
        if pattern.search(problem):
            return explained(spot)
    return Complaint(f"this is not YAML: {cut(problem)}", spot.line + 1, spot.column + 1)


def template_at(line: str) -> bool:
    """Whether a template begins a value of this line, without quotes."""
    return bool(_TEMPLATE.search(line)) or line.lstrip().startswith("{%")


def template_quoted(line: str) -> str:
    """The same line with the template in quotes, or what quotes look like."""
    keyed = _KEYED.match(line)
    if keyed is not None and _FLOW.match(keyed["value"]):
        keyed = _WITHIN.search(line)  # {numbers: {{ postbussen }}}: the quotes go around the template alone
    return quoted_pair(keyed) or '"{{ name }}"'


def _template(spot: _Spot) -> Complaint | None:
    """A template that does not stand in quotes, or None."""
    line = spot.text(spot.line)
    if not template_at(line):
        return None
    message = "a template must stand in quotes, as `{` begins a mapping in YAML"
    return Complaint(message, spot.line + 1, line.index("{") + 1, template_quoted(line))


def quoted_pair(keyed: re.Match[str] | None) -> str:
    """`key: "value"`; "" where the line is no such pair, or the value is a secret."""
    if keyed is None or secret_key(keyed["key"]):
        return ""
    return cut(f"{keyed['key']}: {quoted(keyed['value'])}", 90)


def quoted(text: str) -> str:
    """The text as a YAML scalar in quotes that reads as exactly this text."""
    if '"' in text or "\\" in text:
        return "'" + text.replace("'", "''") + "'"
    return f'"{text}"'


def _colon(spot: _Spot) -> Complaint:
    line, above = spot.text(spot.line), spot.text(spot.line - 1)
    before = line[: spot.column]
    if before.startswith("--- "):
        start = len(line) - len(line[4:].lstrip()) + 1
        message = "a key stands in the line of `---`"
        return Complaint(message, spot.line + 1, start, "`---` in a line of its own, or nothing")
    if re.search(r":\s", before):
        keyed = re.match(r"\s*(?:-\s+)*(?P<key>[^:]+):\s+(?P<value>.*?)\s*\Z", line)
        return Complaint(
            "a second `: ` in one line; text that holds a colon and a space must stand in quotes",
            spot.line + 1,
            spot.column + 1,
            quoted_pair(keyed),
        )
    tight = _TIGHT.match(above)
    if tight:
        instead = "" if secret_key(tight["key"]) else cut(f"{tight['key']}: {tight['value'].strip()}", 90)
        return Complaint("a space is missing after the colon", spot.line, above.index(":") + 2, instead)
    start = len(line) - len(line.lstrip()) + 1
    if len(above) - len(above.lstrip()) < start - 1:
        return Complaint(
            "this key is indented deeper than the line above, which has a value already",
            spot.line + 1,
            start,
            "both keys in the same column, or nothing after the colon above",
        )
    start = len(above) - len(above.lstrip()) + 1
    return Complaint("this line is not `key: value`, and a key follows it", spot.line, start, "key: value")


def _no_colon(spot: _Spot) -> Complaint:
    at = spot.opened if spot.opened >= 0 else spot.line
    line = spot.text(at)
    tight = _TIGHT.match(line)
    column = len(line) - len(line.lstrip()) + 1
    if tight:
        instead = "" if secret_key(tight["key"]) else cut(f"{tight['key']}: {tight['value'].strip()}", 90)
        return Complaint("a space is missing after the colon", at + 1, line.index(":") + 2, instead)
    return Complaint("a key needs a colon and a space after it", at + 1, column, "key: value")


def _indentation(spot: _Spot) -> Complaint:
    template = _template(spot)
    if template:
        return template
    line = spot.text(spot.line)
    before = line[: spot.column].rstrip()
    if before:
        if before[-1] in "\"'":
            return Complaint(
                "something follows after the closing quote",
                spot.line + 1,
                spot.column + 1,
                "one pair of quotes around the whole text",
            )
        return Complaint("this does not belong to what stands before it", spot.line + 1, spot.column + 1)
    if line.lstrip().startswith("- "):
        return Complaint(
            "a list item stands among the keys of a mapping",
            spot.line + 1,
            spot.column + 1,
            "the item below a key of its own, or with the indentation of its list",
        )
    if line[spot.column : spot.column + 1] == ":":
        return Complaint("the key is missing before the colon", spot.line + 1, spot.column + 1, "NAME: value")
    if spot.column == spot.opened_column and "collection" in spot.context:
        return Complaint(
            "a key stands among the items of a list",
            spot.line + 1,
            spot.column + 1,
            "`- ` before it, or another place for it",
        )
    return Complaint(
        f"the indentation fits nothing above: column {spot.column + 1}, and line {spot.opened + 1} begins in column "
        f"{spot.opened_column + 1}",
        spot.line + 1,
        spot.column + 1,
        "as many spaces as the key or item that it belongs beside",
    )


def _bracket(spot: _Spot, closing: str) -> Complaint:
    template = _template(spot)
    if template:
        return template
    kind = "list" if closing == "]" else "mapping"
    return Complaint(
        f"the {kind} that opens in line {spot.opened + 1} is not closed, or a comma is missing",
        spot.line + 1,
        spot.column + 1,
        f"`,` between the parts and `{closing}` at the end",
    )


def _quote(spot: _Spot) -> Complaint:
    return Complaint(
        "the quote that opens here is not closed", spot.opened + 1, spot.opened_column + 1, "a quote at the end as well"
    )


def _character(spot: _Spot) -> Complaint:
    template = _template(spot)
    if template:
        return template
    line = spot.text(spot.line)
    char = line[spot.column : spot.column + 1]
    shown = "a backtick" if char == "`" else f"`{char}`"
    return Complaint(
        f"text cannot begin with {shown} unless it stands in quotes",
        spot.line + 1,
        spot.column + 1,
        quoted_pair(_KEYED.match(line)),
    )


def _anchor(spot: _Spot) -> Complaint:
    line = spot.text(spot.line)
    char = line[spot.opened_column : spot.opened_column + 1]
    return Complaint(
        f"`{char}` begins the name of a repeated value; as text it must stand in quotes",
        spot.line + 1,
        spot.opened_column + 1,
        quoted_pair(_KEYED.match(line)),
    )


def _escape(spot: _Spot) -> Complaint:
    line = spot.text(spot.line)
    found = re.search(r'"((?:[^"\\]|\\.)*)"', line)
    value = found[1] if found else ""
    hide = any(secret_key(key) for key in re.findall(r"([\w.-]+)\s*:", line))
    return Complaint(
        "a backslash in double quotes begins an escape, and this is none",
        spot.line + 1,
        spot.column + 1,
        "single quotes" if hide or not value or "'" in value else cut(f"'{value}'", 90),
    )


def _tag(spot: _Spot) -> Complaint:
    line = spot.text(spot.line)
    return Complaint(
        "`!` begins a tag, and this is none; as text it must stand in quotes",
        spot.line + 1,
        (spot.opened_column if spot.opened == spot.line else spot.column) + 1,
        quoted_pair(_KEYED.match(line)),
    )


def _dash(spot: _Spot) -> Complaint:
    return Complaint(
        "a list cannot begin in the line of its key",
        spot.line + 1,
        spot.column + 1,
        "`- ` in a line of its own, or [a, b]",
    )


def _content(spot: _Spot) -> Complaint:
    char = spot.text(spot.line)[spot.column : spot.column + 1]
    what = f"`{char}` stands where a value is meant" if char else "a value is missing at the end"
    return Complaint(what, spot.line + 1, spot.column + 1, "a value, or nothing at all" if char == "," else "")


def _block(spot: _Spot) -> Complaint:
    return Complaint(
        "after `|` or `>` only `+`, `-` and the number of spaces may stand",
        spot.line + 1,
        spot.column + 1,
        "the text in the lines below, indented",
    )


def _directive(spot: _Spot) -> Complaint:
    return Complaint(
        "a line that begins with `%` speaks to the YAML parser, and this one is not understood",
        spot.line + 1,
        1,
        "leave it out; as text put it in quotes",
    )


_EXPLAINED: Final = tuple(
    (later(pattern), explained)
    for pattern, explained in (
        ("mapping values are not allowed", _colon),
        ("could not find expected ':'", _no_colon),
        ("unexpected end of stream", _quote),
        (r"expected ',' or '\]'", lambda spot: _bracket(spot, "]")),
        (r"expected ',' or '}'", lambda spot: _bracket(spot, "}")),
        ("cannot start any token", _character),
        ("alphabetic or numeric character", _anchor),
        ("escape|hexdecimal|hexadecimal", _escape),
        ("tag|URI", _tag),
        ("sequence entries are not allowed", _dash),
        ("node content", _content),
        ("expected comment or line break|chomping or indentation", _block),
        ("directive|YAML document|document start|expected '!'", _directive),
        ("expected key|'-' indicator|block end", _indentation),
    )
)
