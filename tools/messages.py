"""`make messages`: brings the catalogs of inregel/locale up to the texts of the code; `--check` only compares.

A text is found where it is given to one of `CALLS`, and the message of an error where its class stands: its docstring.
Translations are written into the `.po` files by hand; what is compiled from them stands beside each, and is shipped.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Final, NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as BabelMessage
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCES: Final = ("inregel", "modules")
LOCALE: Final = ROOT / "inregel/locale"
CALLS: Final = ("speech", "_speech", "tell", "said", "phrase", "words", "paragraph", "heading")
"""Functions whose first argument is a text. `Speech.within` has a context before it, `Speech.many` two forms."""
LISTS: Final = ("columns", "counted")
"""Functions each of whose arguments is a text."""
SILENT: Final = "inregel/sandbox/"
"""What stands there are the screens of others, and what the people of an office say."""
ROOT_ERROR: Final = "InregelError"
_PLACE: Final = re.compile(r"\{[^}]*\}")
_WORDS: Final = re.compile("[A-Za-z]")
HEAD: Final = "# How a text is translated: docs/guide/translating.md"


class Translations(Catalog):
    """A catalog whose head says no more than what its reader needs: equal texts give equal bytes, whoever makes it."""

    @property
    def num_plurals(self) -> int:
        """How many forms a text has that goes with a number."""
        return 2

    @property
    def plural_expr(self) -> str:
        """Which form goes with the number n. Without the form of round millions that newer tables have for French."""
        return "(n > 1)" if str(self.locale) == "fr" else "(n != 1)"

    @property  # type: ignore[misc]  # of the catalog of Babel it can be set too
    def mime_headers(self) -> list[tuple[str, str]]:
        """The lines of the head."""
        plain = [("Language", str(self.locale or "")), ("Content-Type", "text/plain; charset=utf-8")]
        return [*plain, ("Plural-Forms", self.plural_forms)]


class Message(NamedTuple):
    """One text of the code."""

    text: str
    several: str
    """The other form, or ""."""
    context: str
    place: tuple[str, int]


def messages() -> list[Message]:
    """All texts of the code, in the order in which they stand there."""
    nodes = {
        path.relative_to(ROOT).as_posix(): _nodes(path)
        for name in SOURCES
        for path in sorted((ROOT / name).rglob("*.py"))
    }
    errors = _errors(node for own in nodes.values() for node in own if isinstance(node, ast.ClassDef))
    found: list[Message] = []
    for name, own in nodes.items():
        for node in own:
            if isinstance(node, ast.Call):
                if not name.startswith(SILENT):
                    found += (Message(*each, (name, node.lineno)) for each in _called(node))
            elif node.name == ROOT_ERROR or _bases(node) & errors:
                text = cleandoc(ast.get_docstring(node, clean=False) or "")
                found.append(Message(text, "", "", (name, node.lineno)))
    said = (each for each in found if each.context or _WORDS.search(_PLACE.sub("", each.text)))
    return sorted(said, key=lambda each: each.place)


def _nodes(path: Path) -> list[ast.Call | ast.ClassDef]:
    """The calls and classes of a file."""
    tree = ast.parse(path.read_text("utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call | ast.ClassDef)]


def _called(node: ast.Call) -> Iterator[tuple[str, str, str]]:
    """(text, other form, context) of a call that says something."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    arguments = node.args
    if name in CALLS and arguments:
        yield from ((text, "", "") for text in _texts(arguments[0]))
    elif name in LISTS:
        yield from ((text, "", "") for each in arguments for text in _texts(each))
    elif name == "_date" and arguments:
        yield from ((text, "", "date") for text in _texts(arguments[0]))
    elif name == "within" and len(arguments) > 1:
        yield from ((text, "", context) for context in _texts(arguments[0]) for text in _texts(arguments[1]))
    elif name == "many" and len(arguments) > 2:
        yield from zip(_texts(arguments[1]), _texts(arguments[2]), ("",) * 9, strict=False)


def _texts(node: ast.expr) -> Iterator[str]:
    """The text of an argument, or both where it chooses one."""
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _errors(classes: Iterable[ast.ClassDef]) -> set[str]:
    """The names of all classes of errors."""
    above = {node.name: _bases(node) for node in classes}
    known, before = {ROOT_ERROR}, 0
    while len(known) > before:
        before = len(known)
        known |= {name for name, bases in above.items() if bases & known}
    return known


def _bases(node: ast.ClassDef) -> set[str]:
    return {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}


def template() -> Translations:
    """A catalog of the texts, without translations."""
    catalog = Translations(charset="utf-8", header_comment=HEAD, fuzzy=False)
    for each in messages():
        text = (each.text, each.several) if each.several else each.text
        catalog.add(text, context=each.context or None, locations=[(each.place[0], 0)])
    return catalog


def languages() -> list[str]:
    """Those that there is a catalog of."""
    return sorted(path.name for path in LOCALE.iterdir() if path.is_dir())


def read(language: str) -> Catalog:
    """A catalog as it stands in its file."""
    with place(language).open("rb") as stream:
        return read_po(stream, locale=language, abort_invalid=True)


def place(language: str) -> Path:
    """Where a catalog stands."""
    return LOCALE / language / "LC_MESSAGES/inregel.po"


def made(language: str, texts: Catalog) -> tuple[bytes, bytes]:
    """The catalog of a language, brought up to `texts`, and what is compiled from it."""
    old, new = read(language), Translations(language, charset="utf-8", header_comment=HEAD, fuzzy=False)
    for each in texts:
        if each.id:
            known = old.get(each.id, context=each.context)
            string = None if known is None else known.string
            new.add(each.id, string, locations=each.locations, context=each.context)
    source, compiled = io.BytesIO(), io.BytesIO()
    write_po(source, new, width=110)
    write_mo(compiled, new)
    return source.getvalue(), compiled.getvalue()


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the catalogs, or with --check says which are not up to date; returns the exit code."""
    check = "--check" in (sys.argv[1:] if arguments is None else arguments)
    texts, wrong = template(), 0
    for language in languages():
        file = place(language)
        for path, data in zip((file, file.with_suffix(".mo")), made(language, texts), strict=True):
            if path.is_file() and path.read_bytes() == data:
                continue
            wrong += 1
            if check:
                print(f"{path.relative_to(ROOT)} is not up to date: make messages")
            else:
                path.write_bytes(data)
        left = missing(language)
        if left:
            wrong += 1
            print(f"{file.relative_to(ROOT)}: {len(left)} texts without a translation, such as {left[0]!r}")
    return 1 if wrong and check else 0


def missing(language: str) -> list[str]:
    """The texts of a catalog that have no translation, or one that nobody has looked at."""
    return [_first(each.id) for each in read(language) if each.id and (each.fuzzy or not all(strings(each)))]


def strings(message: BabelMessage) -> tuple[str, ...]:
    """The translations of a message: one, or one for each form."""
    string = message.string
    return (string,) if isinstance(string, str) else tuple(string or ("",))


def _first(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else text[0]


if __name__ == "__main__":
    sys.exit(main())
