"""`inregel doc`: the modules that there are, and the page of one of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from inregel.commands.context import Context
from inregel.errors import InregelError

if TYPE_CHECKING:
    from inregel.library import Library
    from inregel.report.reference import Page

Format = Literal["text", "markdown"]
FOLDER: Final = "modules"
"""The pages stand in this folder of the one that is given: docs/reference/modules."""
_LANGUAGES: Final = ("nl", "en", "fr")


class NowhereToWrite(InregelError):
    """`--all` writes one page per module, so say where: inregel doc --all --out docs/reference"""


class OneOrAll(InregelError):
    """Give a module or `--all`, not both."""


class NoScript(InregelError):
    """No script comes{module}. One comes with {hint}."""


class PageNotWritten(InregelError):
    """{path} could not be written: {reason}"""


def doc(  # noqa: PLR0913  # a command takes what its options say, by name
    context: Context,
    module: str = "",
    *,
    format: Format = "text",
    everything: bool = False,
    script: bool = False,
    out: str = "",
) -> int:
    """Prints the list of modules, or the page of one; with `everything` writes all pages to the folder `out`.

    With `script` it prints the script that comes with the module, or writes it to the file `out`.
    Returns 0. Raises `library.NoSuchModule` with the nearest name.
    """
    library = open_library(context)
    if script and not everything:
        _script(context, library, module, out)
        return 0
    if everything:
        if module:
            raise OneOrAll
        if not out:
            raise NowhereToWrite
        count = write_pages(library, context.directory / out)
        context.tell("Wrote {count} pages to {folder}", count=count, folder=out)
        return 0
    if module:
        _show(context, page_of(library, module), format)
        return 0
    _list(context, [page_of(library, name) for name in library.modules()], format)
    return 0


def _script(context: Context, library: Library, module: str, out: str) -> None:
    """Hands out the script that the schema of a module names (`x-script`), which stands in `scripts/` beside it."""
    if not module:
        raise NoScript(module="", hint=_with_script(library))
    name = library.module_schema(module).get("x-script")
    if not name:
        raise NoScript(module=f" with {module}", hint=_with_script(library))
    data = (library.origin(module).parent / "scripts" / str(name)).read_bytes()
    if not out:
        context.out.write(data.decode("ascii"))
        return
    path = context.directory / out
    path = path / str(name) if path.is_dir() else path
    try:
        path.write_bytes(data)
    except OSError as error:
        raise PageNotWritten(path=path, reason=error.strerror or error) from error
    shown = path.relative_to(context.directory) if path.is_relative_to(context.directory) else path
    context.tell("Wrote {file}", file=shown)


def _with_script(library: Library) -> str:
    found = [name for name in library.modules() if "x-script" in library.module_schema(name)]
    return " and ".join(found) or "no module"


def open_library(context: Context) -> Library:
    """The built-in library, with the modules of the project where there is one."""
    from inregel.config.settings import NoProject, find_root
    from inregel.library import Library

    try:
        return Library(find_root(context.directory))
    except NoProject:
        return Library(None)


def page_of(library: Library, name: str) -> Page:
    """The page of one module. Raises `NoSuchModule`, `LibraryError`; runs no code of the module."""
    from inregel.report.reference import page

    path = library.origin(name)
    beside = sorted(each for each in path.parent.glob("_*.py") if each.name != "__init__.py")
    sources = [each.read_text("utf-8") for each in (path, *beside)]
    texts = {order: _languages(library, order) for order in library.orders()}
    return page(name, library.module_schema(name), sources, texts)


def _languages(library: Library, order: str) -> list[str]:
    """The languages that a work-order text is written in."""
    found = []
    for language in _LANGUAGES:
        path, _ = library.text(order, language)
        if path.endswith(f".{language}.md"):
            found.append(language)
    return found


def _show(context: Context, told: Page, format: Format) -> None:
    from inregel.report.lines import write
    from inregel.report.pages import markdown, page_lines
    from inregel.report.screen import screen

    if format == "markdown":
        context.out.write(markdown(told))
        return
    looks = screen(context.out, context.environ, context.color)
    write(page_lines(told), context.out, width=looks.width, color=looks.color)


def _list(context: Context, pages: list[Page], format: Format) -> None:
    from inregel.report.lines import Span, line, pad, write
    from inregel.report.pages import index
    from inregel.report.screen import screen

    if format == "markdown":
        context.out.write(index(pages))
        return
    if not pages:
        context.tell("No modules. Your own go into modules/<system>/<name>.py: see docs/guide.")
        return
    looks = screen(context.out, context.environ, context.color)
    width = max(len(each.name) for each in pages) + 2
    lines = [line(Span(pad(each.name, width), "strong"), each.summary, hang=width) for each in pages]
    write(lines, context.out, width=looks.width, color=looks.color)
    context.tell("\nOne of them: inregel doc {module}", module=pages[0].name)


def reference(library: Library) -> dict[str, str]:
    """All pages as Markdown, by path from the folder docs/reference."""
    from inregel.report.pages import index, markdown

    pages = [page_of(library, name) for name in library.modules()]
    return {f"{FOLDER}/index.md": index(pages)} | {f"{FOLDER}/{each.name}.md": markdown(each) for each in pages}


def write_pages(library: Library, folder: Path) -> int:
    """Writes all pages under `folder`, and takes away those of modules that are gone. Returns how many there are."""
    pages = reference(library)
    path = folder / FOLDER
    try:
        path.mkdir(parents=True, exist_ok=True)
        for old in path.glob("*.md"):
            if f"{FOLDER}/{old.name}" not in pages:
                old.unlink()
        for name, text in pages.items():
            path = folder / name
            path.write_bytes(text.encode())
    except OSError as error:
        raise PageNotWritten(path=path, reason=error.strerror or error) from error
    return len(pages)
