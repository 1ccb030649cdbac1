"""The guide for authors is a project that works: its files are written as they stand there, and its own test is run."""

import importlib.util
import io
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.pages import Reader, files, missing, told
from helpers.places import checkout
from inregel.cli import main
from inregel.commands.context import Context
from inregel.testing import ContractBroken


@pytest.fixture
def project(tmp_path: Path) -> Path:
    page = (checkout() / "docs/guide/modules-and-drivers.md").read_text("utf-8")
    for name, text in files(page).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def run_its_test(project: Path) -> None:
    path = project / "tests/test_extension.py"
    spec = importlib.util.spec_from_file_location("test_extension_of_the_guide", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.test_a_phone_keeps_the_contract()


def test_the_example_of_the_guide_keeps_the_contract(project: Path) -> None:
    run_its_test(project)


@pytest.mark.parametrize(
    ("file", "honest", "broken"),
    [
        ("modules/phone/extension.py", 'Step("phone.set", change.after)', 'Step("phone.set", {"name": "Fax"})'),
        ("modules/phone/extension.py", "return Seen({}, complete=False)", "return Seen({}, complete=True)"),
        ("drivers/phone.py", "dict(operation.reaches or {})", "{}"),
    ],
)
def test_an_author_who_breaks_a_promise_is_told(project: Path, file: str, honest: str, broken: str) -> None:
    text = (project / file).read_text("utf-8")
    assert honest in text
    (project / file).write_text(text.replace(honest, broken), "utf-8")
    with pytest.raises(ContractBroken):
        run_its_test(project)


def test_the_commands_know_the_module_of_the_guide(project: Path, clock: Clock) -> None:
    out = io.StringIO()
    context = Context(project, out, out, environ={}, now=clock, interactive=False)
    assert main(["validate"], context) == 0
    assert main(["doc", "phone.extension"], context) == 0
    assert main(["doc"], context) == 0
    said = out.getvalue()
    assert "Sound: 1 office, 1 playbook, 1 task." in said
    assert "phone.extension" in said
    assert "phone.give_up" in said


def test_what_the_guide_types_prints_what_it_shows(
    project: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    page = (checkout() / "docs/guide/modules-and-drivers.md").read_text("utf-8")
    reader = Reader(project, clock)
    ((commands, shown),) = told(page)
    assert missing(shown, reader.type(commands)) == []


def test_the_layout_of_the_guide_lists_its_files(project: Path) -> None:
    page = (checkout() / "docs/guide/modules-and-drivers.md").read_text("utf-8")
    layout = page.partition("```text\n")[2].partition("```")[0]
    listed = {line.split()[0] for line in layout.splitlines()}
    assert listed == set(files(page)) - {"tests/test_extension.py"}
