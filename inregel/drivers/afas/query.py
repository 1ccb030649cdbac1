"""What is asked of a GetConnector: filters, order and page, as the query of an address.

AFAS answers 404 to a query of more than 2,049 signs, so a question with many alternatives becomes several. An order is
required, since pages without one overlap. Source: https://docs.afas.help/profit/en/get-connector
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import Final, TypeAlias
from urllib.parse import quote

from inregel.errors import InregelError
from inregel.frozen import frozen

MOST_SIGNS: Final = 2049
"""Of the whole query, from behind the question mark on."""
PAGE: Final = 1000
"""Rows at a time; AFAS asks for rows x columns below 150,000."""
MOST_ROWS: Final = 100_000
"""AFAS becomes slow behind it."""
_SEPARATORS: Final = frozenset(",;")


class TooLong(InregelError):
    """A filter of {signs} signs is longer than AFAS takes ({most}).
    Ask for a shorter value."""


class Operator(IntEnum):
    """How a field is compared. EMPTY and NOT_EMPTY have a value too, which is not looked at."""

    EQUAL = 1
    AT_LEAST = 2
    AT_MOST = 3
    MORE = 4
    LESS = 5
    CONTAINS = 6
    UNEQUAL = 7
    EMPTY = 8
    NOT_EMPTY = 9
    BEGINS = 10
    CONTAINS_NOT = 11
    BEGINS_NOT = 12
    ENDS = 13
    ENDS_NOT = 14
    QUICK = 15


@frozen
class Condition:
    """One field compared with one value."""

    field: str
    value: str
    operator: Operator = Operator.EQUAL


Alternative: TypeAlias = "tuple[Condition, ...]"
"""Conditions that hold together; of several alternatives one must hold."""


@frozen
class Question:
    """What to ask of a GetConnector. `order` names fields that tell rows apart, `-` in front for descending."""

    connector: str
    order: tuple[str, ...]
    alternatives: tuple[Alternative, ...] = ()
    """() is all rows."""


def queries(question: Question) -> Iterator[tuple[Alternative, ...]]:
    """The alternatives, as many at a time as one query can hold. Raises `TooLong` where one alone is too many."""
    if not question.alternatives:
        yield ()
        return
    left = list(dict.fromkeys(question.alternatives))
    while left:
        # Each one more makes the query longer, so the longest that fits is found by halves.
        fits = bisect_right(range(1, len(left) + 1), MOST_SIGNS, key=lambda count: _length(question, left[:count]))
        if not fits:
            raise TooLong(signs=_length(question, left[:1]), most=MOST_SIGNS)
        yield tuple(left[:fits])
        left = left[fits:]


def query(question: Question, alternatives: Sequence[Alternative], skip: int, take: int = PAGE) -> str:
    """The query of one page, encoded."""
    if not question.order:
        raise ValueError("pages without an order overlap")
    parts = [("skip", str(skip)), ("take", str(take)), ("orderbyfieldids", ",".join(question.order))]
    parts += _filter(alternatives)
    return "&".join(f"{name}={quote(value, safe=',;')}" for name, value in parts)


def _length(question: Question, alternatives: Sequence[Alternative]) -> int:
    """Of the longest query that it will need."""
    return len(query(question, alternatives, MOST_ROWS))


def _filter(alternatives: Sequence[Alternative]) -> list[tuple[str, str]]:
    """As three lists; where a value has a sign that separates them, as JSON."""
    if not alternatives:
        return []
    if any(_SEPARATORS & set(each.value) for alternative in alternatives for each in alternative):
        return [("filterjson", _json(alternatives))]

    def listed(part: str) -> str:
        return ";".join(
            ",".join(
                str(int(each.operator)) if part == "operator" else str(getattr(each, part)) for each in alternative
            )
            for alternative in alternatives
        )

    return [("filterfieldids", listed("field")), ("filtervalues", listed("value")),
            ("operatortypes", listed("operator"))]  # fmt: skip


def _json(alternatives: Sequence[Alternative]) -> str:
    filters = [
        {
            "@FilterId": f"Filter {number}",
            "Field": [
                {"@FieldId": each.field, "@OperatorType": str(int(each.operator)), "#text": each.value}
                for each in alternative
            ],
        }
        for number, alternative in enumerate(alternatives, 1)
    ]
    return json.dumps({"Filters": {"Filter": filters}}, separators=(",", ":"))
