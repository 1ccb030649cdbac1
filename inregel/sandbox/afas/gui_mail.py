"""What was mailed to the users of an environment. Assumed altogether: a mailbox is beside AFAS."""

from __future__ import annotations

from inregel.sandbox.afas.window import Window, shown
from inregel.sandbox.controls import Control

_SHOWN = 10


class Mailbox(Window):
    """The newest messages, the newest first."""

    title = "Postvak IN"

    def controls(self) -> list[Control]:
        newest = self.room.environment.mails[: -_SHOWN - 1 : -1]
        return [*(shown(f"Bericht {i} aan {mail.to}", mail.text) for i, mail in enumerate(newest, 1)), self.close()]
