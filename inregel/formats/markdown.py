"""Markdown as work orders use it (CommonMark 0.31): values stand in it as they are, and are read back the same.

What does not belong here: which texts there are and what stands in them (`inregel.plan.texts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from inregel.later import later

RETURN: Final = "↵"
"""Stands for a line break in a value: a code span is one line."""

_ESCAPABLE: Final = r"[!-/:-@\[-`{-~]"
_CODE: Final = r"(?P<fence>`+)(?!`)(?P<code>.+?)(?<!`)(?P=fence)(?!`)"
CODE_SPAN: Final = later(rf"\\(?P<escaped>{_ESCAPABLE})|{_CODE}|`+")
"""Scans a line for code spans; what is escaped, and backticks that close nothing, are no beginning of one."""
_TOKEN: Final = later(
    rf"\\(?P<escaped>{_ESCAPABLE})|{_CODE}|\*\*(?P<strong>(?:\\.|[^*\\])+)\*\*|(?P<text>`+|[^\\`*]+|.)"
)
_RUN: Final = later("`+")
_ESCAPED: Final = later(rf"\\({_ESCAPABLE})")
_BREAK: Final = later(r"\r\n|\r|\n")
_SPECIAL: Final = later(rf"[`*\[\]<~|]|\\(?={_ESCAPABLE}|$)|&(?=[#A-Za-z]|$)|(?<![^\W_])_|_(?![^\W_])")
_BLOCK: Final = later(r"[0-9]{1,9}(?=[.)])|(?=[#+=>-])")
_FENCE: Final = later(r"^ *(?P<fence>`{3,}|~{3,})")
_ITEM: Final = later(r"^(?P<indent> *)(?P<number>[0-9]{1,9})(?P<sign>[.)])(?= )")


class Token(NamedTuple):
    """A part of a line: `code` is a value as it is, `strong` a label, `text` the words between."""

    kind: Literal["text", "code", "strong"]
    text: str


def code(text: str) -> str:
    """A code span that is read back as `text`, with a fence that does not stand in it. A line break shows as `↵`."""
    text = _BREAK.sub(RETURN, text)
    taken, size = set(_RUN.findall(text)), 1
    while "`" * size in taken:
        size += 1
    fence = "`" * size
    padded = text.startswith("`") or text.endswith("`") or (text[:1] == text[-1:] == " " and text.strip(" ") != "")
    return f"{fence} {text} {fence}" if padded else f"{fence}{text}{fence}"


def uncode(content: str) -> str:
    """What stands between the fences of a code span, as it is meant."""
    if content[:1] == content[-1:] == " " and content.strip(" "):
        content = content[1:-1]
    return content.replace(RETURN, "\n")


def escape(text: str, *, begins: bool = False) -> str:
    """`text` as words of a line, so that nothing in it is markup. `begins`: it stands at the beginning of a block."""
    text = _SPECIAL.sub(r"\\\g<0>", _BREAK.sub(" ", text))
    block = _BLOCK.match(text) if begins else None
    return text if block is None else f"{text[: block.end()]}\\{text[block.end() :]}"


def tokens(line: str) -> Iterator[Token]:
    """The parts of one line."""
    words = ""
    for found in _TOKEN.finditer(line):
        if found["code"] is None and found["strong"] is None:
            words += found["escaped"] or found["text"] or ""
            continue
        if words:
            yield Token("text", words)
            words = ""
        if found["code"] is not None:
            yield Token("code", uncode(found["code"]))
        else:
            yield Token("strong", _ESCAPED.sub(r"\1", found["strong"]))
    if words:
        yield Token("text", words)


def plain(line: str) -> str:
    """The words of one line without markup; a value is one line in it too."""
    return " ".join("".join(token.text for token in tokens(line)).split())


def numbered(text: str) -> str:
    """The text with the items of its numbered lists counted on, as they are shown: `1.`, `2.`, `3.`."""
    lines, counts, fence, blank = text.split("\n"), dict[int, int](), "", False
    for i, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark and (not fence or mark["fence"].startswith(fence)):
            fence = "" if fence else mark["fence"]
        item = None if fence else _ITEM.match(line)
        if item is not None:
            indent = len(item["indent"])
            counts = {each: count for each, count in counts.items() if each <= indent}
            counts[indent] = counts[indent] + 1 if indent in counts else int(item["number"])
            lines[i] = f"{item['indent']}{counts[indent]}{line[item.start('sign') :]}"
        elif line.startswith(("#", "- ", "* ", "+ ")) or (blank and line and not line.startswith(" ")):
            counts = {}
        blank = not line.strip()
    return "\n".join(lines)
