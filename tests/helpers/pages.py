"""Pages of the docs as tests read them: their blocks and tables, and somebody who types what a page says.

A page shows commands in a block marked `sh`, and what they print in the block marked `text` right after it. There
`...` alone on a line stands for lines that are left out, and `...` within one for what differs from run to run.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from helpers.canary import allow
from helpers.clock import Clock
from inregel.cli import main
from inregel.commands.context import Context

FENCE = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
CLEAR = (".vault-password", "letters/zwolle-password.txt")
"""Files of the example in which a secret stands in clear."""


@dataclass(frozen=True)
class Block:
    """One fenced block: `kind` is what stands behind the fence."""

    kind: str
    text: str

    @property
    def lines(self) -> list[str]:
        """Its lines."""
        return self.text.splitlines()


def blocks(page: str) -> list[Block]:
    """All blocks of a page, in order."""
    return [Block(match["kind"].strip(), match["text"]) for match in FENCE.finditer(page)]


def told(page: str) -> Iterator[tuple[list[str], list[str]]]:
    """(commands, what they print) in order; nothing where the page does not show it."""
    found = blocks(page)
    for block, following in zip(found, [*found[1:], Block("", "")], strict=True):
        if block.kind == "sh":
            yield block.lines, following.lines if following.kind == "text" else []


def files(page: str) -> dict[str, str]:
    """The files that a page gives in full: blocks such as `python file=modules/a/b.py`."""
    named = ((re.search(r"\bfile=(\S+)", block.kind), block.text) for block in blocks(page))
    return {match[1]: text for match, text in named if match is not None}


def sections(page: str) -> dict[str, str]:
    """The text below each heading, up to the next one of any level."""
    parts = re.split(r"^#+ +(.+)$", FENCE.sub("", page), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows in a text, headings and rules left out."""
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith("|")]
    table = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    rules = {number for number, row in enumerate(table) if all(re.fullmatch(r":?-+:?", cell) for cell in row)}
    return [row for number, row in enumerate(table) if number not in rules and number + 1 not in rules]


def names(cell: str) -> list[str]:
    """The words in backticks of a cell."""
    return re.findall(r"`([^`]+)`", cell)


def missing(shown: list[str], said: str) -> list[str]:
    """The lines that a page shows and that were not said, in this order and without a gap where none is shown."""
    wanted = [line.rstrip() for line in shown if line.strip()]
    there = [line.rstrip() for line in said.splitlines() if line.strip()]
    at, loose = 0, False
    for number, line in enumerate(wanted):
        if line.strip() == "...":
            loose = True
            continue
        pattern = re.compile(".*?".join(map(re.escape, line.split("..."))))
        reach = there[at:] if loose or at == 0 else there[at : at + 1]
        found = next((index for index, each in enumerate(reach) if pattern.fullmatch(each)), None)
        if found is None:
            return wanted[number:]
        at, loose = at + found + 1, False
    return []


@dataclass
class Reader:
    """Somebody who types what a page says, on a fixed day, in a terminal of 110 columns."""

    folder: Path
    clock: Clock
    environ: dict[str, str] = field(default_factory=lambda: {"COLUMNS": "110"})
    typed: int = 0

    def type(self, lines: list[str]) -> str:
        """Types the lines of one block; returns what they printed. Fails where a command does not end with 0."""
        waiting, said = list(lines), ""
        while waiting:
            line = waiting.pop(0)
            here = re.fullmatch(r"cat > (\S+) <<'(\w+)'", line)
            if here is None:
                said += self._one(line)
                continue
            end = waiting.index(here[2])
            (self.folder / here[1]).write_text("\n".join(waiting[:end]) + "\n", "utf-8")
            del waiting[: end + 1]
        return said

    def _one(self, line: str) -> str:
        name, *words = shlex.split(line, comments=True) or [""]
        if name == "cd":
            self.folder /= words[0]
            os.chdir(self.folder)  # for paths in the environment; `monkeypatch.chdir` of the test puts it back
            for each in CLEAR:
                allow(self.folder / each)
        elif name == "export":
            variable, _, value = words[0].partition("=")
            self.environ[variable] = value
        elif name == "inregel":
            self.typed += 1
            return self._through_the_shell(line) if "<" in words else self._inregel(line, words)
        else:
            assert not name, f"the test cannot type: {line}"
        return ""

    def _inregel(self, line: str, words: list[str]) -> str:
        target = ""
        if ">" in words:
            words, target = words[: words.index(">")], words[-1]
        out = io.StringIO()
        context = Context(self.folder, out, io.StringIO(), environ=self.environ, now=self.clock, interactive=False)
        code = main(words, context)
        assert code == 0, f"{line}\n{out.getvalue()}"
        if target and target != "/dev/null":
            (self.folder / target).write_text(out.getvalue(), "utf-8")
        return "" if target else out.getvalue()

    def _through_the_shell(self, line: str) -> str:
        script = f'inregel() {{ "{sys.executable}" -m inregel "$@"; }}; {line}'
        environ = {**os.environ, **self.environ}
        done = subprocess.run(
            ["bash", "-c", script], cwd=self.folder, env=environ, capture_output=True, text=True, check=True
        )
        return done.stdout
