"""A report of the certificates in the certificate stores of Windows machines, as `collect-certificates.ps1` writes it.

One row is one certificate of one store; a row without a thumbprint says that this store was read and holds none, so
that "nothing found" is not "not looked". CSV (as PowerShell, Excel and people make it: UTF-8 or UTF-16, comma,
semicolon or tab) or JSON. What does not belong here: which certificate a machine should have.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from inregel.errors import InregelError
from inregel.frozen import frozen
from inregel.later import later

COLUMNS: Final = (
    "machine",
    "store",
    "user",
    "thumbprint",
    "serial",
    "subject",
    "email",
    "not_after",
    "has_private_key",
    "exportable",
    "collected_at",
)
"""In the order in which the script writes them; `user` and `exportable` may be empty."""
_STORES: Final = {"user": "user", "currentuser": "user", "machine": "machine", "localmachine": "machine"}
_YES: Final = {"true": True, "1": True, "yes": True, "ja": True, "waar": True,
               "false": False, "0": False, "no": False, "nee": False, "onwaar": False}  # fmt: skip
_DUTCH: Final = later(r"(\d{1,2})-(\d{1,2})-(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?\Z")
"""As a Dutch Excel writes a day that it was given."""
_HIDDEN: Final = later("[\\s:\u200e\u200f\ufeff]")
"""What the certificate dialog of Windows puts among the digits that one copies."""
_MOST: Final = 5
"""Mistakes that are named."""


class ReportError(InregelError):
    """{file}{mistakes}"""


@frozen
class Stored:
    """One certificate in one store."""

    thumbprint: str
    """40 hex digits, capitals."""
    serial: str
    """Hex digits, capitals, without zeros in front."""
    email: str
    """Small letters; "" where it names none."""
    not_after: date
    private_key: bool
    exportable: bool | None
    """None where the script could not tell."""


@frozen
class Collected:
    """One store of one machine as it was at a time; a user's store has the name of the user."""

    machine: str
    """Capitals."""
    store: str
    user: str
    """Small letters, without the domain; "" for the machine's own store."""
    at: datetime
    certificates: tuple[Stored, ...]


def read(data: bytes, name: str) -> list[Collected]:
    """The stores in a report. Of a store that was collected several times, the last.

    `name` is the file as people know it; `.json` is read as JSON. Raises `ReportError` with file and row.
    """
    text = _text(data, name)
    if not text.strip():
        raise ReportError(file=name, mistakes=" is empty: collect it again")
    rows = _from_json(text, name) if name.lower().endswith(".json") else _from_csv(text, name)
    stores: dict[tuple[str, str, str], tuple[datetime, dict[str, Stored]]] = {}
    mistakes = []
    for place, row in rows:
        try:
            _add(stores, row)
        except ValueError as error:
            mistakes.append(f"{place}: {error}")
    if mistakes:
        more = [f"and {len(mistakes) - _MOST} more"] if len(mistakes) > _MOST else []
        raise ReportError(file=name, mistakes=":" + "; ".join([*mistakes[:_MOST], *more]))
    return [Collected(*key, at, tuple(held.values())) for key, (at, held) in stores.items()]


def serial_of(text: str) -> str:
    """A serial number as it is compared: capitals, without spaces and zeros in front."""
    return _HIDDEN.sub("", text).upper().lstrip("0")


def _add(stores: dict[tuple[str, str, str], tuple[datetime, dict[str, Stored]]], row: Mapping[str, str]) -> None:
    """Puts one row into its store. Raises `ValueError` with what is wrong."""
    machine = row["machine"].partition(".")[0].upper()
    if not machine:
        raise ValueError("machine is empty")
    store = _STORES.get(row["store"].lower())
    if store is None:
        raise ValueError(f"store is {row['store']!r}, not user or machine")
    at = _time(row["collected_at"], "collected_at")
    key = (machine, store, row["user"].rpartition("\\")[2].lower() if store == "user" else "")
    known, held = stores.get(key, (at, {}))
    if at > known:
        known, held = at, {}  # collected again: what it held before is gone
    stores[key] = (known, held)
    thumbprint = _HIDDEN.sub("", row["thumbprint"]).upper()
    certificate = _certificate(thumbprint, row) if thumbprint else None
    if certificate is None or at < known:
        return
    if held.setdefault(thumbprint, certificate) != certificate:
        raise ValueError(f"thumbprint {thumbprint[:8]}... stands here with other values than in a row before")


def _certificate(thumbprint: str, row: Mapping[str, str]) -> Stored:
    if not re.fullmatch("[0-9A-F]{40}", thumbprint):
        raise ValueError(f"thumbprint {row['thumbprint']!r} is not 40 hex digits")
    serial = serial_of(row["serial"])
    if not re.fullmatch("[0-9A-F]+", serial):
        raise ValueError(f"serial {row['serial']!r} is not a number of hex digits")
    until = _time(row["not_after"], "not_after").date()
    key = _flag(row["has_private_key"], "has_private_key")
    if key is None:
        raise ValueError("has_private_key is empty")
    return Stored(thumbprint, serial, row["email"].lower(), until, key, _flag(row["exportable"], "exportable"))


def _flag(text: str, column: str) -> bool | None:
    if not text:
        return None
    if text.lower() not in _YES:
        raise ValueError(f"{column} is {text!r}, not True or False")
    return _YES[text.lower()]


def _time(text: str, column: str) -> datetime:
    """An ISO day or time, or a Dutch one (14-11-2028); one without a zone is taken for UTC."""
    iso, dutch = text, _DUTCH.match(text)
    if dutch:
        day, month, year, clock = dutch.groups(default="0:00")
        iso = f"{year}-{month:0>2}-{day:0>2}T{clock if clock[1:2].isdigit() else '0' + clock}"
    try:
        time = datetime.fromisoformat(iso)
    except ValueError:
        raise ValueError(f"{column} is {text!r}, not a day such as 2028-11-14") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


# --- rows -----------------------------------------------------------------------------------------------------------


def _text(data: bytes, name: str) -> str:
    coding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(coding)
    except UnicodeDecodeError:
        mistakes = f" is neither UTF-8 nor UTF-16: collect it again, or save it as CSV UTF-8 ({coding} was tried)"
        raise ReportError(file=name, mistakes=mistakes) from None


def _from_csv(text: str, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows by column, each with its line number."""
    lines = text.splitlines()
    first = 0
    while first < len(lines) and (not lines[first].strip() or lines[first].startswith(("#TYPE", "sep="))):
        first += 1  # what Export-Csv and Excel put above the header
    header = lines[first] if first < len(lines) else ""
    delimiter = max(",;\t", key=header.count)
    reader = csv.reader(io.StringIO("\n".join(lines[first:])), delimiter=delimiter)
    try:
        names = [each.strip().lower() for each in next(reader, [])]
        _refuse_columns(names, name)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                place = str(first + reader.line_num)
                yield place, _row(dict(zip(names, cells, strict=False)))
    except csv.Error as error:
        raise ReportError(file=name, mistakes=f":{first + reader.line_num}: {error}") from error


def _from_json(text: str, name: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows by column, each with its number; PowerShell writes a single row without a list around it."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReportError(file=name, mistakes=f" is not JSON: {error}") from error
    rows = data if isinstance(data, list) else [data]
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise ReportError(file=name, mistakes=f": row {number} is no object")
        _refuse_columns([str(each).lower() for each in row], name)
        yield f" row {number}", _row({str(column).lower(): value for column, value in row.items()})


def _refuse_columns(names: Sequence[str], file: str) -> None:
    missing = [column for column in COLUMNS if column not in names]
    if missing:
        told = f" has no column {', '.join(missing)}; a report has {', '.join(COLUMNS)}"
        raise ReportError(file=file, mistakes=told)


def _row(cells: Mapping[str, Any]) -> dict[str, str]:
    return {column: _cell(cells.get(column)) for column in COLUMNS}


def _cell(value: Any) -> str:
    return "" if value is None else str(value).strip()


def of(stores: Iterable[Collected], place: str) -> list[Collected]:
    """The stores that a place means: of `RDS-1\\ria` the store of that user and the machine's, of `PC-01` all."""
    machine, _, user = place.partition("\\")
    return [
        each
        for each in stores
        if each.machine == machine.upper() and (not user or each.store == "machine" or each.user == user.lower())
    ]
