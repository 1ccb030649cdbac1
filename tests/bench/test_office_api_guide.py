"""The page on the office API is what happens: typed in order against the emulator, with the files that it quotes."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from helpers.bench import script, tutorial
from helpers.clock import Clock
from helpers.pages import Block, Reader, blocks, missing
from helpers.places import checkout

PLACE = "127.0.0.1:18080"
"""Where the emulator is on the page."""


@pytest.fixture
def page() -> str:
    return (checkout() / "docs/guide/office-api.md").read_text("utf-8")


@pytest.fixture
def place() -> Iterator[str]:
    """Where the emulator is here."""
    emulator = script("office_api/emulator")
    with emulator.running(emulator.OfficeApi()) as url:
        yield urlsplit(url).netloc


class Author(Reader):
    """Types what the page says, and writes its files, with the address of this emulator."""

    def __init__(self, folder: Path, clock: Clock, place: str) -> None:
        super().__init__(folder, clock)
        self.place = place

    def here(self, text: str) -> str:
        """A text of the page with the address of this emulator."""
        return text.replace(PLACE, self.place)

    def take(self, block: Block) -> None:
        """Writes a file of the page, or changes one as it says."""
        (name,) = re.findall(r" file=(\S+)", block.kind)
        path = self.folder / name
        if block.kind.startswith("diff"):
            (old, new) = (line[1:] for line in block.lines)
            text = path.read_text("utf-8")
            assert text.count(old) == 1
            path.write_text(text.replace(old, new), "utf-8")
        else:
            assert path.parent.is_dir(), f"{name}: the page makes no such folder"
            path.write_text(self.here(block.text), "utf-8")

    def _one(self, line: str) -> str:
        if line.startswith("curl "):
            return self.curl(line)
        if not line.startswith(("mkdir ", "cp ", "python ", "! ")):
            return super()._one(line)
        script = f'set -o pipefail; python() {{ "{sys.executable}" "$@" -p no:cacheprovider; }}; {line}'
        environ = {**os.environ, **self.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        shell = ["bash", "-c", script]
        done = subprocess.run(shell, cwd=self.folder, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        for path in self.folder.rglob("inventory.yml"):
            path.write_text(self.here(path.read_text("utf-8")), "utf-8")
        return done.stdout

    def curl(self, line: str) -> str:
        """The few options that the page uses."""
        found = re.fullmatch(r"curl -s(?: -X (\w+))?(?: -d @(\S+))? (\S+)", line)
        assert found is not None, line
        data = (self.folder / found[2]).read_bytes() if found[2] else None
        with urlopen(Request(found[3], data, method=found[1] or "GET")) as answer:
            text: str = answer.read().decode()
        return text


def follow(author: Author, page: str) -> Iterator[tuple[list[str], str, list[str]]]:
    """Does what the page says, block after block: (commands, what they printed, what the page shows)."""
    found = blocks(page)
    for block, following in zip(found, [*found[1:], Block("", "")], strict=True):
        if " file=" in block.kind:
            author.take(block)
        elif block.kind == "sh":
            said = author.type([author.here(line) for line in block.lines])
            shown = author.here(following.text).splitlines() if following.kind == "text" else []
            yield block.lines, said, shown


def parts(page: str) -> tuple[str, str]:
    """The page without the section on the contract test, and the page up to it without what it types before."""
    before, proof, rest = re.split(r"^(?=## (?:9|10)\. )", page, flags=re.MULTILINE)
    setting_up = re.split(r"^(?=## 6\. )", before, flags=re.MULTILINE)[0]
    return before + rest, setting_up + proof


@pytest.mark.parametrize("part", [0, 1], ids=["plan, drift, lost answer", "the proof"])
def test_the_page_is_what_happens(
    part: int, page: str, place: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inregel").symlink_to(checkout())
    author = Author(tmp_path, clock, place)
    shown = 0
    for commands, said, lines in follow(author, parts(page)[part]):
        assert missing(lines, said) == [], f"{commands[0]} says:\n{said}"
        shown += bool(lines)
    assert shown == (6, 3)[part]


def test_a_block_that_names_a_file_is_that_file(page: str) -> None:
    quoted = [block for block in blocks(page) if " from=" in block.kind]
    for block in quoted:
        (name,) = re.findall(r" from=(\S+)", block.kind)
        assert block.text == (checkout() / name).read_text("utf-8"), name
    assert len(quoted) == 6


def test_a_block_that_names_a_part_of_a_file_has_its_lines_in_order(page: str) -> None:
    named = [block for block in blocks(page) if " part=" in block.kind]
    for block in named:
        (name,) = re.findall(r" part=(\S+)", block.kind)
        there = iter((checkout() / name).read_text("utf-8").splitlines())
        assert [line for line in block.lines if line not in there] == [], name
    assert len(named) == 2


def test_every_file_that_is_written_is_one_of_the_project(page: str) -> None:
    for block in blocks(page):
        for name, source in re.findall(r" file=(\S+) (?:from|part)=(\S+)", block.kind):
            assert source == f"bench/office_api/{name}"


def test_what_starts_the_emulator_prints_what_the_page_shows(page: str) -> None:
    (block,) = [block for block in blocks(page) if "emulator.py" in block.text and block.kind == "text"]
    command, greeting = block.lines
    assert command == "$ python bench/office_api/emulator.py"
    with subprocess.Popen(
        [sys.executable, *command.split()[2:], "0"], cwd=checkout(), stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline().decode().rstrip()
        process.terminate()
    assert re.sub(r":[0-9]+;", ":18080;", said) == greeting


def test_an_emulator_whose_port_is_taken_says_so(place: str) -> None:
    command = [sys.executable, str(tutorial() / "emulator.py"), place.partition(":")[2]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("It cannot be at port ")
    assert "Give another" in done.stderr
