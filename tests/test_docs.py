"""What the docs show is what happens: the tutorial is done as written, and the README shows the plan of the example."""

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.canary import allow
from helpers.clock import Clock
from helpers.places import checkout
from inregel.cli import main
from inregel.commands.context import Context

BLOCK = re.compile(r"^```(console|yaml file=(\S+))\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Reader:
    """Somebody who types what a page says, on a fixed day."""

    folder: Path
    clock: Clock
    environ: dict[str, str]

    def run(self, line: str) -> str:
        """Types one line; returns what it printed. Fails where the exit code is not 0."""
        name, *words = shlex.split(line)
        if name == "cd":
            self.folder /= words[0]
            os.chdir(self.folder)  # put back by the fixture
            for each in (".vault-password", "letters/zwolle-password.txt"):
                allow(self.folder / each)
            return ""
        if name == "export":
            variable, _, value = words[0].partition("=")
            self.environ[variable] = value
            return ""
        assert name == "inregel", line
        if "<" in words or ">" in words:
            return self.through_the_shell(line)
        out = io.StringIO()
        context = Context(self.folder, out, out, environ=self.environ, now=self.clock, interactive=False)
        code = main(words, context)
        assert code == 0, f"{line}\n{out.getvalue()}"
        return out.getvalue()

    def through_the_shell(self, line: str) -> str:
        script = f'inregel() {{ "{sys.executable}" -m inregel "$@"; }}; {line}'
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env={**os.environ, **self.environ},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


def steps(page: str) -> Iterator[tuple[str, str, list[str]]]:
    """What a page tells to do: (kind, what, the lines that it shows)."""
    for match in BLOCK.finditer(page):
        if match[2]:
            yield "file", match[2], match[3].splitlines()
            continue
        for part in re.split(r"^\$ ", match[3], flags=re.MULTILINE)[1:]:
            line, *shown = part.splitlines()
            yield "run", line, [each for each in shown if each.strip()]


@pytest.fixture
def reader(tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Reader:
    monkeypatch.chdir(tmp_path)
    return Reader(tmp_path, clock, {})


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_tutorial_is_what_happens(reader: Reader) -> None:
    page = (checkout() / "docs/guide/tutorial.md").read_text("utf-8")
    count = 0
    for kind, what, lines in steps(page):
        if kind == "file":
            (reader.folder / what).write_text("\n".join(lines) + "\n", "utf-8")
            continue
        said = squeezed(reader.run(what))
        count += 1
        for line in lines:
            assert squeezed(line) in said, f"{what} does not say: {line}"
    assert count > 15


def normal(plan: str) -> str:
    """Without what differs between any two runs."""
    plan = re.sub(r"read in [0-9.]+ s", "read in N s", plan)
    return re.sub(r"Revision [0-9a-f]{7}", "Revision NNNNNNN", plan).strip()


def test_the_readme_shows_the_plan_of_the_example(reader: Reader) -> None:
    page = (checkout() / "README.md").read_text("utf-8")
    shown = re.search(r"^\$ inregel plan playbooks/site.yml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert shown is not None
    reader.run("inregel init offices --example")
    reader.run("cd offices")
    reader.run("export INREGEL_VAULT_PASSWORD_FILE=.vault-password")
    assert normal(reader.run("inregel plan playbooks/site.yml")) == normal(shown[1])
