"""A module: one kind of setting, as three pure functions and some that it may have besides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from inregel.contract.differences import Blocked, Change, Seen, Step, Wait
from inregel.contract.handed import Inputs, Office
from inregel.contract.values import Args, Resources, View


@runtime_checkable
class Module(Protocol):
    """One kind of setting, in `modules/<system>/<name>.py`. Plain functions of a file satisfy it; no I/O, no clock.

    Optional beside these three, found by name:
    `check(step, answers) -> list[Finding]`        what a person's answer contradicts
    `trial(step, answers) -> Mapping[str, Any]`    with which settings the connection is read before they count
    `shows(step, secret) -> Secret`                 a secret in the form that the step asks a person to type it
    `claims(key, state) -> Iterable[str]`           names that only one office may hold
    `takes(key, state) -> Iterable[str]`            what of its connection only one resource can take
    `declare(resources) -> Args`                    import: `desired(declare(x)) == x`
    `lint(args, view) -> list[Finding]`             allowed, but unwise
    `summary(changes) -> list[Table]`               fix lists, per office
    `containers(args) -> Iterable[str]`             what an `exact` task owns, where it declares no key
    `proves(key, said, args, inputs) -> Proof | None`  what a declared file shows of what people stated
    `proved(step) -> Proof | None`                  the same of a step that a person has done, from its arguments
    `public(state, inputs) -> State`                what of a proof can be told without a secret
    """

    @staticmethod
    def desired(args: Args, office: Office, inputs: Inputs) -> Resources:
        """What shall be there. Raises `Fault` where a file or secret of this office is wrong."""
        ...

    @staticmethod
    def actual(view: View) -> Seen:
        """This module's part of what a driver read or a person answered. A part that was not asked is not complete."""
        ...

    @staticmethod
    def steps(change: Change, inputs: Inputs) -> Sequence[Step | Wait] | Blocked:
        """The whole way from before to after, in order; only the first may be begun."""
        ...
