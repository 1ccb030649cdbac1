"""What most commands begin with: the project, its ledger and its secrets, opened together and closed at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from inregel.commands.context import Context
from inregel.errors import InregelError
from inregel.speech import said

if TYPE_CHECKING:
    from inregel.config.playbook import Playbook
    from inregel.config.project import Project
    from inregel.ledger.base import Holder, Ledger
    from inregel.secrets.base import SecretError
    from inregel.work import Desk


class WhichPlaybook(InregelError):
    """There {count} in playbooks/, so say which one: {hint}"""


class Unreadable(InregelError):
    """The folder {folder} cannot be read: {reason}. Who may read it is shown by: ls -ld {folder}"""


@dataclass(slots=True, repr=False, eq=False)
class Session:
    """An open project."""

    context: Context
    project: Project
    ledger: Ledger
    holder: Holder
    shut: Callable[[], SecretError | None] = lambda: None
    """Why no vault at all could be opened, where one was needed."""

    def playbook(self, path: str, *, tags: Sequence[str] = (), skip_tags: Sequence[str] = ()) -> Playbook:
        """A playbook by path, as typed: from where the user stands, else from the project's root."""
        return self.project.playbook(self.relative(path), tags=tags, skip_tags=skip_tags)

    def relative(self, path: str) -> str:
        """A path from the project's root, with forward slashes."""
        root = self.project.settings.root.resolve()
        place = Path(os.path.realpath(self.context.directory / path))  # resolve() has no words for links in a circle
        if not place.exists() and (root / path).exists():
            return Path(path).as_posix()
        return place.relative_to(root).as_posix() if place.is_relative_to(root) else place.as_posix()

    def only_playbook(self) -> str:
        """The one playbook of the project, where there is just one."""
        root = self.project.settings.root
        found = all_playbooks(root)
        if len(found) == 1:
            return found[0]
        count = said("are {count} playbooks", count=len(found)) if found else said("is no playbook")
        hint = "--playbook " + (found[0] if found else "playbooks/site.yml")
        raise WhichPlaybook(count=count, hint=hint)

    def desk(self) -> Desk:
        """Where work orders are handed out."""
        from inregel.work import Desk

        return Desk(self.ledger, self.project.library, self.project)


@contextmanager
def open_session(
    context: Context, *, extra_vars: Sequence[str] = (), inventory: Sequence[str] = ()
) -> Iterator[Session]:
    """Opens the project that `context.directory` stands in."""
    from inregel.config import project, settings
    from inregel.ledger import open_ledger
    from inregel.ledger.base import Holder
    from inregel.platform import process_name
    from inregel.secrets import open_source

    root = settings.find_root(context.directory)
    chosen = settings.load(root)
    context.adopt(chosen.spoken)
    ledger = open_ledger(
        chosen.ledger,
        root,
        ledger_id=chosen.ledger_id,
        now=lambda: context.now().astimezone(UTC),
        environ=context.environ,
    )
    try:
        secrets = open_source(
            root,
            chosen.secrets,
            environ=context.environ,
            vault_ids=context.vault_ids,
            ask=context.ask,
            captured=ledger.captured,
            usable=context.secrets,
        )
        loaded = project.load(root, extra_vars=extra_vars, inventory=inventory, secrets=secrets)
        holder = Holder(process_name(), token_hex(8))
        yield Session(context, loaded, ledger, holder, secrets.shut)
    finally:
        ledger.close()


def all_playbooks(root: Path) -> list[str]:
    """The playbooks of the project: not the files of tasks and variables that stand beside them and that they name."""
    found = {path: _plays(path, root) for path in _playbook_files(root / "playbooks")}
    parts = {os.path.realpath(path.parent / name) for path, plays in found.items() for name in _named(plays)}
    return [
        path.relative_to(root).as_posix()
        for path, plays in found.items()
        if os.path.realpath(path) not in parts or any("offices" in play for play in plays)
    ]


def _playbook_files(folder: Path) -> list[Path]:
    """In order of name. Raises `Unreadable`: a folder that hides its playbooks is not one without any."""
    try:
        found = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise Unreadable(folder=f"{folder.name}/", reason=error.strerror) from error
    return [path for path in found if path.name.endswith(".yml") and not path.is_dir()]


def _plays(path: Path, root: Path) -> list[Mapping[str, Any]]:
    """The mappings in a file; none where it cannot be read, which others say better."""
    from inregel.config import source
    from inregel.config.mistakes import ConfigError

    try:
        data = source.read(path, root, may_be_empty=True)
    except ConfigError:
        return []
    return _mappings(data)


def _named(plays: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The files that plays import or take variables from."""
    for play in plays:
        files = play.get("vars_files")
        yield from (each for each in (files if isinstance(files, list) else [files]) if isinstance(each, str))
        for task in [play, *_mappings(play.get("tasks"))]:
            if isinstance(task.get("import_tasks"), str):
                yield task["import_tasks"]


def _mappings(data: Any) -> list[Mapping[str, Any]]:
    return [each for each in data if isinstance(each, Mapping)] if isinstance(data, list) else []
