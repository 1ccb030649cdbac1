"""What declared files show of resources that people spoke of. Such a proof is kept, and told where no secret is read.

A module that opens a file sees more of it than a person who types a date. What it says by `proves` counts as verified
in this plan, and an apply records it. What does not belong here: reading the files, which modules ask `inputs` for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from inregel.contract import Args, Inputs, Key, Proof, Provenance, State
from inregel.frozen import frozen
from inregel.ledger.base import Known, Stated
from inregel.plan.compare import Found
from inregel.plan.faults import running
from inregel.plan.model import Entry, Status

Optional = Callable[[str, str], Callable[..., Any] | None]
"""By module and name, a function that a module may have."""


@frozen
class Kept:
    """A proof of one resource that the ledger does not have yet."""

    module: str
    key: Key
    state: State
    by: Provenance


def proven(  # noqa: PLR0913  # a resource, and what its module is handed
    proves: Callable[..., Proof | None] | None, found: Found, name: tuple[str, str, Key], args: Args, inputs: Inputs
) -> Found:
    """What is known of a resource (office, module, key), with what a declared file shows of it."""
    if proves is None or not isinstance(found.state, Mapping):
        return found
    office, module, key = name
    with running(module, office):
        proof = proves(key, found.state, args, inputs)
    if proof is None:
        return found
    by = Provenance("verified", inputs.now, source=proof.source)
    return Found({**found.state, **proof.state}, {**found.sources, **dict.fromkeys(proof.state, by)})


def fresh(entries: Iterable[Entry], known: Known | None) -> Iterator[Kept]:
    """The proofs in a plan that are to be recorded: another value than the last, or another file."""
    for entry in entries:
        before = entry.before
        said = known.resources.get((entry.module, entry.key)) if known is not None else None
        if said is None or said.state is None or not isinstance(before, Mapping):
            continue
        own = {name: source for name, source in entry.provenance.items() if name and _is_proof(source)}
        new = {name: source for name, source in own.items() if not _is_kept(said, name, before[name], source)}
        if new:
            by = next(iter(new.values()))
            yield Kept(entry.module, entry.key, {name: before[name] for name in new}, by)


def _is_proof(source: Provenance) -> bool:
    """Whether a file showed it; what a driver read names none."""
    return source.kind == "verified" and source.source != ""


def _is_kept(said: Stated, name: str, value: object, source: Provenance) -> bool:
    last = said.fields.get(name)
    same = said.state is not None and said.state.get(name) == value
    return same and last is not None and (last.kind, last.source) == ("verified", source.source)


def told_without_secrets(entries: Iterable[Entry], known: Known, optional: Optional, inputs: Inputs) -> list[Entry]:
    """Entries of tasks that need a secret which is not read now, by what was stated and proven of their resources.

    What is there, until when, and how that is known needs no secret: the daily check of what expires rests on it.
    """
    told: list[Entry] = []
    done: set[str] = set()
    for entry in entries:
        blind = entry.status is Status.BLOCKED and entry.key == ""
        stated = known.resources.items() if blind and entry.module not in done else ()
        found = [
            _told(replace(entry, key=key), said, optional(module, "public"), inputs)
            for (module, key), said in stated
            if module == entry.module and said.state is not None
        ]
        done |= {entry.module} if found else set()
        told += found or [entry]
    return told


def _told(entry: Entry, said: Stated, public: Callable[..., State] | None, inputs: Inputs) -> Entry:
    """One resource as it is known, with what the public part of its proof says."""
    entry.before, entry.provenance = said.state, said.fields
    proofs = [source for source in said.fields.values() if _is_proof(source)]
    if public is None or not proofs or said.state is None:
        return entry
    with running(entry.module, entry.office):
        shown = public(said.state, inputs)
    entry.before = {**said.state, **shown}
    entry.provenance = {**said.fields, **dict.fromkeys(shown, proofs[-1])}
    return entry
