"""`inregel doc`: the list, one page, all pages; and that the pages in docs/reference are up to date."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from inregel.commands.context import Context
from inregel.commands.doc import NoScript, NowhereToWrite, OneOrAll, PageNotWritten, doc, reference
from inregel.library import Library, NoSuchModule, home


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """A folder without a project."""
    return Context(directory=tmp_path, out=io.StringIO(), err=io.StringIO(), environ={})


def said(context: Context, module: str = "", **options: object) -> str:
    heard = replace(context, out=io.StringIO())
    assert doc(heard, module, **options) == 0  # type: ignore[arg-type]  # options by name
    assert isinstance(heard.out, io.StringIO)
    return heard.out.getvalue()


def own_module(root: Path) -> None:
    """A project with a module of its own, which must not be run to be documented."""
    (root / "inregel.yml").write_text("project: offices\n")
    (root / "modules/desk").mkdir(parents=True)
    (root / "modules/desk/chair.py").write_text('"""The chair at a desk."""\nraise SystemExit("nobody runs this")\n')
    (root / "schemas/modules/desk").mkdir(parents=True)
    (root / "schemas/modules/desk/chair.schema.json").write_text('{"properties": {"legs": {"type": "integer"}}}')


def test_the_list_has_every_module_with_its_summary(context: Context) -> None:
    told = said(context)
    for name in Library(None).modules():
        assert f"\n{name} " in f"\n{told}"
    assert re.search(r"\nassu\.postbus +The ADN-postbussen \(TIME mailboxes, I09 numbers\)", told)
    assert told.splitlines()[-1].startswith("One of them: inregel doc ")


def test_a_page_tells_arguments_operations_and_an_example(context: Context) -> None:
    told = said(context, "assu.postbus")
    for part in ("\nArguments\n", "list of text, required\n", "\nExample\n", "- I09000123", "assu.link_postbus"):
        assert part in told
    assert "else work order assu/wizard" in told


def test_modules_of_the_project_are_told_too_and_not_run(context: Context) -> None:
    own_module(context.directory)
    assert "desk.chair  " in said(context)
    assert "  legs  whole number\n" in said(context, "desk.chair")


def test_an_unknown_module_names_the_nearest(context: Context) -> None:
    with pytest.raises(NoSuchModule, match=r"There is no module assu\.postbox\. Nearest: assu\.postbus"):
        doc(context, "assu.postbox")


def test_markdown_is_what_the_reference_holds(context: Context) -> None:
    pages = reference(Library(None))
    assert said(context, "assu.postbus", format="markdown") == pages["modules/assu.postbus.md"]
    assert said(context, format="markdown") == pages["modules/index.md"]


def test_all_pages_are_written_and_those_of_modules_that_are_gone_taken_away(context: Context) -> None:
    folder = context.directory / "docs/modules"
    folder.mkdir(parents=True)
    (folder / "assu.gone.md").write_text("old")
    pages = reference(Library(None))
    assert said(context, everything=True, out="docs") == f"Wrote {len(pages)} pages to docs\n"
    written = {f"modules/{path.name}": path.read_text("utf-8") for path in folder.iterdir()}
    assert written == pages


def test_all_needs_a_folder_and_no_module(context: Context) -> None:
    with pytest.raises(NowhereToWrite):
        doc(context, everything=True)
    with pytest.raises(OneOrAll):
        doc(context, "assu.postbus", everything=True, out="docs")


def test_a_folder_that_cannot_be_written_is_said(context: Context) -> None:
    (context.directory / "docs").write_text("")
    with pytest.raises(PageNotWritten, match="could not be written"):
        doc(context, everything=True, out="docs")


def test_the_pages_in_docs_reference_are_up_to_date() -> None:
    folder = home() / "docs/reference/modules"
    if not folder.parent.is_dir():
        pytest.skip("a wheel has no docs")
    written = {f"modules/{path.name}": path.read_text("utf-8") for path in folder.glob("*.md")}
    assert written == reference(Library(None)), "run: make docs"


def test_the_script_of_a_module_is_printed_or_written_as_it_is(context: Context) -> None:
    shipped = (home() / "modules/assu/scripts/collect-certificates.ps1").read_text("ascii")
    assert said(context, "assu.client_certificates", script=True) == shipped
    assert said(context, "assu.client_certificates", script=True, out="my.ps1") == "Wrote my.ps1\n"
    assert said(context, "assu.client_certificates", script=True, out=".") == "Wrote collect-certificates.ps1\n"
    for name in ("my.ps1", "collect-certificates.ps1"):
        assert (context.directory / name).read_text("ascii") == shipped


def test_a_module_without_a_script_names_those_that_have_one(context: Context) -> None:
    with pytest.raises(
        NoScript, match=r"No script comes with assu\.postbus\. One comes with assu\.client_certificates"
    ):
        doc(context, "assu.postbus", script=True)
    with pytest.raises(NoScript, match=r"No script comes\. One comes with assu\.client_certificates\."):
        doc(context, script=True)
    with pytest.raises(PageNotWritten, match="could not be written"):
        doc(context, "assu.client_certificates", script=True, out="nowhere/my.ps1")
