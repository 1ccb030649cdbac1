"""`inregel validate`: every mistake in what people wrote, all of them in one go, before anything is read elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from inregel.commands.context import Context
from inregel.commands.session import all_playbooks
from inregel.config.mistakes import ConfigError, Mistake, Where
from inregel.config.model import Play
from inregel.errors import InregelError
from inregel.speech import Speech

if TYPE_CHECKING:
    from inregel.config.model import Settings
    from inregel.config.project import Project
    from inregel.contract import Secret


class NoPlaybook(InregelError):
    """There is no playbook in playbooks/. Write one there, or name it: inregel validate PLAYBOOK"""


@dataclass(slots=True)
class _Count:
    """What was looked at, and what is wrong with it."""

    tasks: int = 0
    mistakes: list[Mistake] = field(default_factory=list)
    faults: dict[str, dict[str, None]] = field(default_factory=dict)
    """Of single offices, such as a secret that is not there: what, and for whom."""


def validate(
    context: Context, playbooks: Sequence[str] = (), *, extra_vars: Sequence[str] = (), inventory: Sequence[str] = ()
) -> int:
    """Checks project, inventory and playbooks (all of `playbooks/` where none is named), for every office.

    Returns 0, or 1 where an office has a fault of its own. Raises `ConfigError` with all mistakes.
    """
    from inregel.config import positions, settings

    root = settings.find_root(context.directory)
    paths = [_relative(context.directory, root, name) for name in playbooks] or all_playbooks(root)
    count = _Count()
    try:
        project = _load(context, root, extra_vars, inventory)
    except ConfigError as error:
        count.mistakes += error.mistakes
        count.mistakes += _playbooks_alone(root, paths)
    else:
        _check(project, paths, count, context.speech)
    if count.mistakes:
        raise positions.failure(root, count.mistakes)
    if not paths:
        raise NoPlaybook
    for text, offices in count.faults.items():
        context.say(f"{_offices(list(offices), context.speech)}: {text}")
    if count.faults:
        return 1
    speech = context.speech
    parts = [
        speech.many(len(project.inventory.order), "{count} office", "{count} offices"),
        speech.many(len(paths), "{count} playbook", "{count} playbooks"),
        speech.many(count.tasks, "{count} task", "{count} tasks"),
    ]
    context.tell("Sound: {counts}.", counts=", ".join(parts))
    return 0


def _load(context: Context, root: Path, extra_vars: Sequence[str], inventory: Sequence[str]) -> Project:
    from inregel.config import project, settings
    from inregel.secrets import open_source

    chosen = settings.load(root)
    context.adopt(chosen.spoken)
    secrets = open_source(
        root,
        chosen.secrets,
        environ=context.environ,
        vault_ids=context.vault_ids,
        ask=context.ask,
        captured=lambda name, connections: _captured(context, chosen, name, connections),
        usable=context.secrets,
    )
    return project.load(context.directory, extra_vars=extra_vars, inventory=inventory, secrets=secrets)


def _captured(context: Context, chosen: Settings, name: str, connections: Sequence[str]) -> Mapping[str, Secret]:
    """What the ledger captured; nothing also where there is no ledger yet, as a fresh clone has none."""
    from inregel.ledger import open_ledger
    from inregel.ledger.base import LedgerError

    try:
        ledger = open_ledger(
            chosen.ledger,
            chosen.root,
            ledger_id=chosen.ledger_id,
            now=lambda: context.now().astimezone(UTC),
            environ=context.environ,
        )
    except LedgerError:
        return {}
    try:
        return ledger.captured(name, connections)
    finally:
        ledger.close()


def _check(project: Project, paths: Iterable[str], count: _Count, speech: Speech) -> None:
    """Every playbook, and every task for every office that it is for."""
    plays: list[tuple[Play, tuple[str, ...]]] = []
    for path in paths:
        try:
            found = project.playbook(path).plays
        except ConfigError as error:
            count.mistakes += error.mistakes
            continue
        plays += [(play, project.select(play.pattern)) for play in found]
    count.tasks = sum(len(play.tasks) for play, _ in plays)
    everybody = Play("", "all", Where(""), ())
    try:
        # The connections of offices that no sound play names are looked at as well.
        project.check([*plays, (everybody, project.inventory.order)])
    except ConfigError as error:
        count.mistakes += error.mistakes
        return
    for play, offices in plays:
        for office in offices:
            for each in project.declare(play, office):
                if each.fault:
                    text = speech.again(each.fault)
                    if each.remedy:
                        text += "\n    " + speech("you can: {remedy}", remedy=each.remedy)
                    count.faults.setdefault(text, {})[office] = None


def _playbooks_alone(root: Path, paths: Iterable[str]) -> list[Mistake]:
    """The mistakes of playbooks where the project itself could not be read: nothing of an office is looked at."""
    from inregel.config import source
    from inregel.config.playbook import Playbooks
    from inregel.config.variables import Files
    from inregel.library import Library

    library = Library(root)
    books = Playbooks(
        Files(root),
        lambda path: source.read(path, root, may_be_empty=True),
        library.schema("playbook"),
        library.modules(),
    )
    for path in paths:
        books.read(root / path)
    return books.mistakes


def _relative(directory: Path, root: Path, name: str) -> str:
    """A playbook by path, as typed: from where the user stands, else from the project's root."""
    place = Path(os.path.realpath(directory / name))
    if not place.exists() and (root / name).exists():
        return Path(name).as_posix()
    base = root.resolve()
    return place.relative_to(base).as_posix() if place.is_relative_to(base) else place.as_posix()


def _offices(names: Sequence[str], speech: Speech) -> str:
    shown = ", ".join(names[:3])
    if len(names) <= 3:
        return shown
    return speech("{names} and {count} others", names=shown, count=len(names) - 3)
