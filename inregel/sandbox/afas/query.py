"""What a GetConnector is asked: which rows, in which order, from where to where. Pure functions on rows.

Assumed, since AFAS does not say: text is compared without regard to case, as its SQL server does; an empty value
comes first in an order, is like "" in a comparison of text and meets none of numbers and dates; `*` in a quick
filter stands for any text. What does not belong here: who may ask.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import parse_qsl

from inregel.frozen import frozen
from inregel.sandbox.afas.auth import ZONE
from inregel.sandbox.afas.calls import Refused, functional, unexpected
from inregel.sandbox.afas.state import Field, GetConnector

LONGEST: Final = 2_049
"""Characters of a query; one more and the address is not found."""
_NAMES: Final = {
    *("skip", "take", "orderbyfieldids", "filterfieldids", "filtervalues", "operatortypes", "filterjson"),
}
Row = Mapping[str, Any]


@frozen
class Condition:
    """One field, one of the operators 1 to 15, one value."""

    field: Field
    operator: int
    value: str


@frozen
class Query:
    """What was asked. `any_of` holds the alternatives, each of which is a list of conditions; () for all rows."""

    skip: int
    take: int
    order: tuple[tuple[Field, bool], ...]
    """Each with whether it descends."""
    any_of: tuple[tuple[Condition, ...], ...]


def parse_query(text: str, connector: GetConnector) -> Query:
    """Reads the query string of a call. Raises `Refused`."""
    try:
        given = {name.lower(): value for name, value in parse_qsl(text, keep_blank_values=True, errors="strict")}
    except ValueError as error:
        raise Refused(400, "The query is not valid.") from error
    unknown = set(given) - _NAMES
    if unknown:
        raise Refused(400, f"Unknown parameter {sorted(unknown)[0]}.")
    skip, take = _number(given, "skip", 0), _number(given, "take", 100)
    if (skip < 0 or take < 0) and (skip, take) != (-1, -1):
        raise unexpected()
    if "filterjson" in given and "filterfieldids" in given:
        raise Refused(400, "Use filterjson or filterfieldids, not both.")
    any_of = _from_json(given["filterjson"], connector) if "filterjson" in given else _from_lists(given, connector)
    return Query(skip, take, _order(given.get("orderbyfieldids", ""), connector), any_of)


def select(query: Query, rows: Sequence[Row], *, steady: bool) -> list[Row]:
    """The rows that were asked for. Unless `steady`, a later page without an order begins elsewhere, as it may."""
    found = [row for row in rows if not query.any_of or any(_all(each, row) for each in query.any_of)]
    for field, descends in reversed(query.order):
        found.sort(key=lambda row, field=field: _sortable(field, row.get(field.id)), reverse=descends)  # type: ignore[misc]
    if not query.order and not steady and query.skip > 0:
        found = found[1:] + found[:1]
    return found if query.take == -1 else found[query.skip : query.skip + query.take]


def local(value: str) -> str:
    """A time as AFAS writes it: by the clock of Amsterdam, with a Z that is not true."""
    when = datetime.fromisoformat(value)
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return when.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%SZ")


# --- the text of a query --------------------------------------------------------------------------------------------


def _number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, str(default))
    if not re.fullmatch(r"-?\d{1,9}", text):
        raise Refused(400, f"{name} is not a number.")
    return int(text)


def _field(name: str, connector: GetConnector) -> Field:
    for field in connector.fields:
        if field.id.lower() == name.strip().lower():
            return field
    raise functional(f"Connector field '{name.strip()}' not found")


def _order(text: str, connector: GetConnector) -> tuple[tuple[Field, bool], ...]:
    names = [name.strip() for name in text.split(",")] if text.strip() else []
    return tuple((_field(name.removeprefix("-"), connector), name.startswith("-")) for name in names)


def _condition(name: str, operator: str, value: str | None, connector: GetConnector) -> Condition:
    if not operator.strip().isdecimal() or not 1 <= int(operator) <= 15:
        raise functional(f"Operator type '{operator}' is not supported")
    if value is None:
        raise Refused(400, f"The filter on '{name}' has no value.")
    condition = Condition(_field(name, connector), int(operator), value)
    if condition.operator in _TYPED and _typed(condition.field, value) is None and value != "":
        raise functional(f"The value '{value}' does not fit field '{condition.field.id}'")
    return condition


def _from_lists(given: Mapping[str, str], connector: GetConnector) -> tuple[tuple[Condition, ...], ...]:
    """`,` is AND, `;` is OR; the three lists have to be cut alike. Without operators all are 1 (assumed)."""
    names = given.get("filterfieldids", "")
    if not names:
        if "filtervalues" in given or "operatortypes" in given:
            raise Refused(400, "filterfieldids is missing.")
        return ()
    fields = _cut(names)
    values = _cut(given["filtervalues"]) if "filtervalues" in given else None
    operators = _cut(given.get("operatortypes", re.sub(r"[^,;]+", "1", names)))
    if values is None or [len(each) for each in fields] != [len(each) for each in values]:
        raise Refused(400, "filterfieldids and filtervalues do not have as many parts.")
    if [len(each) for each in fields] != [len(each) for each in operators]:
        raise Refused(400, "filterfieldids and operatortypes do not have as many parts.")
    return tuple(
        tuple(_condition(name, operator, value, connector) for name, value, operator in zip(*each, strict=True))
        for each in zip(fields, values, operators, strict=True)
    )


def _cut(text: str) -> list[list[str]]:
    return [part.split(",") for part in text.split(";")]


def _from_json(text: str, connector: GetConnector) -> tuple[tuple[Condition, ...], ...]:
    try:
        filters = json.loads(text)["Filters"]["Filter"]
        return tuple(
            tuple(
                _condition(each["@FieldId"], str(each["@OperatorType"]), _text(each.get("#text")), connector)
                for each in _several(one["Field"])
            )
            for one in _several(filters)
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(400, "filterjson is not a filter.") from error


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


# --- the meaning of a query -----------------------------------------------------------------------------------------


def _all(conditions: Iterable[Condition], row: Row) -> bool:
    return all(_meets(each, row.get(each.field.id)) for each in conditions)


def _meets(condition: Condition, value: Any) -> bool:
    if condition.operator in _TYPED:
        left, right = _typed(condition.field, _held(condition.field, value)), _typed(condition.field, condition.value)
        if left is None or right is None:
            # Nothing is smaller or greater than what is not there; it is only unlike what is.
            return (condition.operator == 1 and left == right) or (condition.operator == 7 and left != right)
        return _TYPED[condition.operator](left, right)
    return _TEXTUAL[condition.operator](_shown(condition.field, value), condition.value.lower())


def _typed(field: Field, value: Any) -> Any:
    """A value to compare: text in lower case, or a number, a time, a truth; None where there is none, or no such."""
    if field.type == "string":
        return str(value).lower() if value is not None else ""
    if value is None or value == "":
        return None
    try:
        if field.type == "boolean":
            return {"1": 1, "true": 1, "0": 0, "false": 0}.get(str(value).lower())
        if field.type == "date":
            return datetime.fromisoformat(str(value).removesuffix("Z"))
        number = Decimal(str(value))
        return number if number.is_finite() else None
    except (InvalidOperation, ValueError):
        return None


def _held(field: Field, value: Any) -> Any:
    """A value of a row as it is compared: a time by the clock of Amsterdam, as a filter has it."""
    return local(value) if field.type == "date" and value else value


def _shown(field: Field, value: Any) -> str:
    held = _held(field, value)
    return "" if held is None else str(held).lower()


def _sortable(field: Field, value: Any) -> tuple[bool, Any]:
    typed = _typed(field, _held(field, value))
    return (typed is not None, typed if typed is not None else 0)


def _quick(value: str, wanted: str) -> bool:
    return re.search(".*".join(re.escape(part) for part in wanted.split("*")), value, re.DOTALL) is not None


_TYPED: Final[dict[int, Callable[[Any, Any], bool]]] = {
    1: lambda value, wanted: value == wanted,
    2: lambda value, wanted: value >= wanted,
    3: lambda value, wanted: value <= wanted,
    4: lambda value, wanted: value > wanted,
    5: lambda value, wanted: value < wanted,
    7: lambda value, wanted: value != wanted,
}
_TEXTUAL: Final[dict[int, Callable[[str, str], bool]]] = {
    6: lambda value, wanted: wanted in value,
    8: lambda value, wanted: value == "",
    9: lambda value, wanted: value != "",
    10: lambda value, wanted: value.startswith(wanted),
    11: lambda value, wanted: wanted not in value,
    12: lambda value, wanted: not value.startswith(wanted),
    13: lambda value, wanted: value.endswith(wanted),
    14: lambda value, wanted: not value.endswith(wanted),
    15: _quick,
}
