"""The employers of an office as it writes them down: a CSV file, with `;` or `,` between its columns."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any, Final

from inregel.contract import Args, Fault, File, Inputs
from inregel.speech import joined, said

_COLUMNS: Final = {"employer": "employer", "asked": "asked"}
_YES: Final = frozenset(("ja", "yes", "oui", "true", "1", "x"))
_NO: Final = frozenset(("", "nee", "no", "non", "false", "0"))


def employers(args: Args, inputs: Inputs) -> dict[str, bool]:
    """By name whether the employer has asked for the coupling. Raises `Fault` with the rows that are wrong."""
    file = inputs.file(args["from"])
    columns = {**_COLUMNS, **args.get("columns", {})}
    # Asked for each employer anew, and the sheet of a large office has thousands.
    key = ("asr employers", file.path, file.digest, *sorted(columns.items()))
    found: dict[str, bool] = inputs.once(key, lambda: _read(file, columns))
    return found


def _read(file: File, columns: Mapping[str, str]) -> dict[str, bool]:
    try:
        text = file.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = file.data.decode("cp1252", "replace")  # as older versions of Excel write it
    first = text.partition("\n")[0]
    rows = list(csv.DictReader(text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ","))
    # What stands behind the last column has no name.
    names = [str(name).strip() for name in (rows[0] if rows else _heading(first)) if name]
    missing = [column for column in columns.values() if column not in names]
    if missing:
        reason = said(
            "{file} has no column {columns}; there is {there}",
            file=file.path,
            columns=", ".join(missing),
            there=", ".join(names) or said("none"),
        )
        raise Fault(reason, remedy=f"columns: {{employer: {names[0] if names else 'NAME'}, asked: ...}}", field="from")
    return _checked(file.path, rows, columns)


def _heading(line: str) -> list[str]:
    return line.strip().replace(";", ",").split(",")


def _checked(path: str, rows: list[dict[str, Any]], columns: Mapping[str, str]) -> dict[str, bool]:
    found: dict[str, bool] = {}
    known: set[str] = set()
    wrong = []
    for number, row in enumerate(rows, 2):
        cells = {str(name).strip(): str(value or "").strip() for name, value in row.items()}
        name, asked = " ".join(cells[columns["employer"]].split()), cells[columns["asked"]].lower()
        if not name:
            if asked:
                wrong.append(said("row {row} names no employer", row=number))
        elif asked not in _YES | _NO:
            wrong.append(said("row {row} says {answer} where ja or nee stands", row=number, answer=repr(asked)))
        elif name.casefold() in known:
            wrong.append(said("row {row} is {name} once more", row=number, name=name))
        else:
            known.add(name.casefold())
            found[name] = asked in _YES
    if wrong:
        reason = said("{file}: {mistakes}", file=path, mistakes=joined(wrong[:5], "; "))
        raise Fault(reason, remedy=said("correct the file"), field="from")
    return found
