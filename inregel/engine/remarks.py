"""What modules have to say beside the changes: what is allowed but unwise, and tables of an office."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from inregel.contract import Change, Finding, Table
from inregel.engine.run import OfficeRun, Reading, Run
from inregel.names import connection_of, label_of, office_at, plain
from inregel.plan.faults import running
from inregel.plan.model import Entry, OfficePlan, Status

Result = TypeVar("Result")


def remark(run: Run, office: OfficeRun, part: OfficePlan, reading: Reading) -> None:
    """Puts them into a part of the plan."""
    by_module: dict[str, list[Entry]] = defaultdict(list)
    for entry in part.entries:
        by_module[entry.module].append(entry)
    linted = set()
    for item in (*office.declared, *office.desired.empty):
        lint = run.optional(item.module, "lint")
        if (
            lint is None
            or item.failed
            or not item.planned
            or item.play != part.play
            or (item.module, id(item.args)) in linted
        ):
            continue
        linted.add((item.module, id(item.args)))
        # Beside what the driver read, if there is one, what there is in any case.
        before = {entry.key: entry.before for entry in by_module[item.module]}
        there, inputs = office_at(office.office, [item.module]), office.desired.inputs.at(item.module)
        view = {"office": there, "inputs": inputs, "before": before}
        view |= reading.views.get(connection_of(item.module), {})
        with running(item.module, office.office.id):
            part.findings += [(item.module, sound(finding, Finding)) for finding in lint(item.args, view)]
    for name, entries in by_module.items():
        summary = run.optional(name, "summary")
        if summary is not None and any(entry.status is not Status.IN_SYNC for entry in entries):
            with running(name, office.office.id):
                part.tables += [titled_at(name, sound(table, Table)) for table in tables(summary, entries, office)]


def sound(given: Result, kind: type[Result]) -> Result:
    """What a module gives, where it is what it shall be. Raises `TypeError`."""
    if not isinstance(given, kind):
        raise TypeError(f"a {type(given).__name__} in place of a {kind.__name__}")
    return given


def titled_at(module: str, table: Table) -> Table:
    """A table of resources at a connection with a label, which stands behind its title."""
    label = label_of(module)
    return replace(table, title=f"{table.title} ({label})") if label else table


def tables(summary: Callable[..., list[Table]], entries: Sequence[Entry], office: OfficeRun) -> list[Table]:
    """A module's own summary of its changes in one office."""
    args = {(item.module, item.key): item.args for item in office.declared}
    return summary(
        [
            Change(
                office_at(office.office, [entry.module]),
                plain(entry.module),
                entry.key,
                entry.before,
                entry.after,
                tuple(field.name for field in entry.fields),
                entry.provenance,
                args.get((entry.module, entry.key), {}),
            )
            for entry in entries
            if entry.status is not Status.IN_SYNC
        ]
    )
