"""What every command is handed: where it runs, where it writes, what time it is."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

from inregel.errors import InregelError
from inregel.later import later
from inregel.speech import ENGLISH, LANGUAGES, Speech, speech_in


class NoSuchLanguage(InregelError):
    """There is no language {language} here. Write one of {known}: --language nl, or INREGEL_LANGUAGE=nl"""


_UNSEEN: Final = later("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]")
"""What commands a terminal or turns the direction of writing."""


def printable(text: str) -> str:
    """`text` as a screen may get it: what was typed into a sheet somewhere can hold escape sequences."""
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def system_now() -> datetime:
    """The time of the machine, aware."""
    return datetime.now(UTC)


@dataclass(slots=True, repr=False, eq=False)
class Context:
    """Streams, clock, environment and folder of one command."""

    directory: Path = field(default_factory=Path.cwd)
    """Where the project is looked for: here, then upwards."""
    out: TextIO = field(default_factory=lambda: sys.stdout)
    err: TextIO = field(default_factory=lambda: sys.stderr)
    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    now: Callable[[], datetime] = system_now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    color: bool | None = None
    """None: where the stream is a terminal (and NO_COLOR is not set)."""
    interactive: bool | None = None
    """None: where standard input is a terminal. False never asks."""
    vault_ids: tuple[str, ...] = ()
    """`--vault-id LABEL@SOURCE` and `--vault-password-file FILE`, as given."""
    ask: Callable[[str], str] | None = None
    """Shows a question and returns what was typed, unseen; None where nobody can be asked."""
    ask_vault: bool = False
    secrets: bool = True
    """False with --no-secrets."""
    quiet: bool = False
    """True with --quiet: no progress."""
    language: str = ""
    """What was asked for (`--language`); "" leaves it to INREGEL_LANGUAGE, then to the project."""
    speech: Speech = ENGLISH
    """The language of what is printed."""
    note_faults: Callable[[Sequence[BaseException]], None] = lambda errors: None
    """Writes a log of faults in drivers and modules that the command goes on after, and says where it lies."""

    def say(self, text: str = "") -> None:
        """One line (or more) to standard output."""
        self.out.write(text + "\n")

    def tell(self, text: str, /, **values: object) -> None:
        """`say`, in the language of the reader."""
        self.say(self.speech(text, **values))

    def warn(self, text: str) -> None:
        """One line to standard error."""
        self.err.write(text + "\n")

    @property
    def asked_language(self) -> str:
        """The language that was asked for, whatever the project says; "" for none. Raises `NoSuchLanguage`."""
        asked = self.language or self.environ.get("INREGEL_LANGUAGE", "")
        if asked and asked not in LANGUAGES:
            raise NoSuchLanguage(language=asked, known=", ".join(LANGUAGES))
        return asked

    def adopt(self, language: str = "en") -> None:
        """Speaks `language`, which is that of the project, unless another one was asked for."""
        self.speech = speech_in(self.asked_language or language)

    def can_ask(self) -> bool:
        """Whether a person sits at the keyboard."""
        return self.stdin.isatty() if self.interactive is None else self.interactive
