"""XML of other people, read without what XML can do to its reader.

A document type declaration is refused, and with it every entity that could grow, loop or fetch a file; depth and size
are bounded. Names lose their namespace: `soap:Body` and `{http://...}Body` are `Body`.
"""

from __future__ import annotations

from typing import Final, NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from inregel.errors import InregelError

MOST_BYTES: Final = 16 * 2**20
MOST_DEPTH: Final = 64
_SEPARATOR: Final = "\n"
"""Between namespace and name; it can stand in neither."""


class NotPlainXml(InregelError):
    """It is not XML that can be read: {reason}."""


class _Reader(TreeBuilder):
    """Builds the tree; refuses what is not plain."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise NotPlainXml(reason=f"it is nested deeper than {MOST_DEPTH}")
        self.start(_local(name), {_local(each): value for each, value in attributes.items()})

    def finish(self, name: str) -> None:
        """An element ends."""
        self._depth -= 1
        self.end(_local(name))

    @staticmethod
    def refuse(*declaration: object) -> NoReturn:
        """A document type declaration, or an entity."""
        raise NotPlainXml(reason="it declares a document type, which nobody here needs and which can do harm")


def parse(data: bytes) -> Element:
    """The root element. Raises `NotPlainXml`, whose text never shows what stands in it."""
    if len(data) > MOST_BYTES:
        raise NotPlainXml(reason=f"it is larger than {MOST_BYTES >> 20} MiB")
    reader, parser = _Reader(), expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = reader.refuse
    parser.StartElementHandler, parser.EndElementHandler = reader.begin, reader.finish
    parser.CharacterDataHandler = reader.data
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        # The text of such an error may quote; its place may be told.
        place = f"line {parser.CurrentLineNumber}"
        raise NotPlainXml(reason=f"it is broken at {place}") from error
    return reader.close()


def _local(name: str) -> str:
    return name.rpartition(_SEPARATOR)[2]
