"""The values that reading a project gives. Pure data; how they come about is `project`, `inventory`, `playbook`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from inregel.config.mistakes import Where
from inregel.frozen import frozen


@frozen
class Quota:
    """At most `amount` of an operation per office and day."""

    operation: str
    amount: int


@frozen
class Settings:
    """`inregel.yml`, checked and with its defaults."""

    root: Path
    project: str
    ledger: str
    """A path relative to the root, or postgresql://…"""
    ledger_id: str
    inventory: tuple[str, ...]
    """Files or folders, later ones add to earlier ones."""
    secrets: tuple[str, ...]
    time_zone: ZoneInfo
    attestations: Mapping[str, str]
    """Per module or `default`: `365d` or `until FIELD`."""
    quotas: Mapping[str, Quota]
    language: Literal["nl", "fr", "en"]
    """Of work orders and reports."""
    lease: timedelta = timedelta(seconds=60)
    """How long a process that stands still keeps an office; one operation may take a third of it."""
    spoken: Literal["nl", "fr", "en"] = "en"
    """Of what commands print: the same where the project says which, else English."""


@frozen
class Chosen:
    """`connection:` at a task, or at the play or the `import_tasks` above it."""

    text: str
    """The name of a connection, `afas.test`, or a template that gives it."""
    where: Where
    own: bool = False
    """It stands at the task itself; else it is for the tasks of its own system."""


@frozen
class Task:
    """One task of a play, unrendered."""

    name: str
    module: str
    args: Any
    """The mapping under the module's name, with templates in it."""
    where: Where
    when: tuple[Any, ...] = ()
    loop: Any = None
    loop_var: str = "item"
    tags: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    """Names of tasks, or `module` / `module:key`, that come first."""
    exact: bool = False
    connections: tuple[Chosen, ...] = ()
    """What is said about its connection, the nearest first."""
    vars: Mapping[str, Any] = field(default_factory=dict)
    quiet: bool = False
    """Left out by --tags or --skip-tags: still declared (for `exact` and dependencies), never planned."""


@frozen
class Play:
    """One play of a playbook."""

    name: str
    pattern: str
    where: Where
    tasks: tuple[Task, ...]
    serial: tuple[int | str, ...] = ()
    """Numbers and percentages ("50%"), as in Ansible; empty is one batch."""
    max_fail_percentage: float | None = None
    proceed: Literal["in_sync", "handed_out"] = "in_sync"
    vars: Mapping[str, Any] = field(default_factory=dict)
    tags: frozenset[str] = frozenset()


@frozen
class Declaration:
    """One task for one office (and one loop item), rendered and checked against the module's schema."""

    task: Task
    module: str
    """With the label of its connection: `afas.user`, `afas.user@test`."""
    args: Mapping[str, Any]
    """Secrets are `contract.Secret`."""
    fault: str = ""
    """Why it could not be rendered for this office alone (a secret that is not there): blocks here, others go on."""
    remedy: str = ""
    skipped: bool = False
    """`when` is false for this office: declared (an `exact` task does not remove it), but not planned."""
