"""What blocks resources of several offices for one reason: told once, with a count and the resources. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from inregel.config.mistakes import Where
from inregel.plan.model import Entry
from inregel.report import words
from inregel.report.lines import EMPTY, Line, Span, line
from inregel.report.office import Locate
from inregel.report.rows import Finding, Reason, View, describe, reason_of
from inregel.speech import Speech


@dataclass(slots=True)
class Cause:
    """One reason, and what it blocks."""

    finding: Finding
    where: Where
    """Where the first resource is declared."""
    offices: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Per office and module the keys."""


def common(entries: Iterable[Entry], view: View) -> Mapping[Reason, Cause]:
    """The reasons that block resources of more than one office."""
    found: dict[Reason, Cause] = {}
    for entry in entries:
        if entry.blocked is None:
            continue
        finding = describe(entry, view)
        reason = reason_of(entry, finding)
        if reason is not None:
            cause = found.setdefault(reason, Cause(finding, entry.where))
            cause.offices.setdefault(entry.office, {}).setdefault(entry.module, []).append(words.key(entry))
    return {reason: cause for reason, cause in found.items() if len(cause.offices) > 1}


def cause_lines(causes: Iterable[Cause], locate: Locate, speech: Speech) -> Iterator[Line]:
    """Each cause with what can be done, and what it blocks."""
    for cause in causes:
        yield EMPTY
        count = sum(len(keys) for modules in cause.offices.values() for keys in modules.values())
        offices, settings = words.offices(len(cause.offices), speech), words.settings(count, speech)
        about = speech("{resources} in {offices}", resources=settings, offices=offices)
        yield line(Span("x", "blocked"), " ", Span(about, "strong"), f"  {cause.finding.text}", hang=2)
        for detail in cause.finding.details:
            yield line(f"  {detail.text}", right=str(locate(cause.where)) if detail.located else detail.note, hang=2)
        told = [f"{office}: {words.resources(modules.items(), speech)}" for office, modules in cause.offices.items()]
        yield line(f"  {'; '.join(told)}", hang=2)
