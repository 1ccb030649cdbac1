"""The events of a YAML text, one by one, from libyaml where it is there, else from PyYAML's own parser.

Events rather than nodes: a tree of nodes with two marks each takes 500 bytes a value, and is thrown away at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any, Final

from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner


def _libyaml() -> Any:
    """The parser in C, or None where PyYAML was installed without libyaml."""
    try:
        return import_module("yaml.cyaml").CParser
    except ImportError:
        return None


_C_PARSER: Final = _libyaml()
FAST: Final = _C_PARSER is not None
"""Whether libyaml is there. Without it reading is some 15 times slower, and files may be that much smaller."""


class PlainParser(Reader, Scanner, Parser):
    """PyYAML's own parser, without composer and constructor."""

    def __init__(self, data: bytes) -> None:
        Reader.__init__(self, data)
        Scanner.__init__(self)
        Parser.__init__(self)


def events(data: bytes, *, fast: bool = FAST) -> Iterator[Any]:
    """All events, up to and with the end of the stream. Raises `yaml.YAMLError` where the text is not YAML."""
    parser = _C_PARSER(data) if fast else PlainParser(data)
    take: Callable[[], Any] = parser.get_event
    return iter(take, None)
