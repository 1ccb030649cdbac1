"""Checks data against a JSON Schema (Draft 2020-12): a quick yes, or mistakes in plain words.

Own words in schemas: `x-message` explains a `pattern`, `format` or bound to people; `x-words: ansible` on an object
says that its unknown keys may be Ansible keywords, `x-others` what else may stand there than its
properties, and `x-instead` what to write in place of single keys of Ansible.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from inregel.config.mistakes import Mistake, Where
from inregel.config.quick import Quickly
from inregel.config.words import nearest

__all__ = ["check", "nearest"]

_MOST: Final = 1_000
"""Mistakes of one check; after that nobody reads on."""
_KEPT: Final = 500
"""Schemas that are kept compiled."""


class _Checker:
    """One schema: a quick yes, and what is wrong where the answer is no."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema
        self.quickly = Quickly(schema)
        self._validator: Any = None

    def mistakes(self, data: Any, where: Where) -> list[Mistake]:
        """What is wrong. jsonschema is loaded here first, as most runs never need it."""
        from inregel.config.schema_errors import told, validator  # noqa: PLC0415 - 0.1 s that only mistakes pay

        if self._validator is None:
            self._validator = validator(self.schema, self.quickly)
        found = (mistake for error in self._validator.iter_errors(data) for mistake in told(error, where))
        return list(dict.fromkeys(islice(found, _MOST)))


_CHECKERS: Final[dict[int, _Checker]] = {}


def check(data: Any, schema: Mapping[str, Any], where: Where) -> list[Mistake]:
    """What in `data` is not as `schema` wants it; `where` is the place of `data` itself.

    `Secret` and vault values are text whose content is not looked at; a date fits text of `format: date`.
    """
    checker = _CHECKERS.get(id(schema))
    if checker is None or checker.schema is not schema:
        if len(_CHECKERS) >= _KEPT:
            _CHECKERS.clear()
        # The checker keeps the schema, so that its id stays its own.
        checker = _CHECKERS[id(schema)] = _Checker(schema)
    if checker.quickly.passes(data, schema):
        return []
    return checker.mistakes(data, where)
