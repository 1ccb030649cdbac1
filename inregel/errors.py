"""One tree of errors. The docstring of a class is its message; it says what is wrong and what to do next.

What does not belong here: where an error is shown (that is `inregel.cli`) and how a mistake in YAML is located
(that is `inregel.config`).
"""

from __future__ import annotations

from inspect import cleandoc
from typing import ClassVar


class InregelError(Exception):
    """Something went wrong: {reason}"""

    exit_code: ClassVar[int] = 1
    """What the command returns when this reaches the top (design §9)."""

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__(cleandoc(type(self).__doc__ or "").format(**fields))


class Unavailable(InregelError):
    """{system} is unavailable: {reason}
    Nothing was changed there by this step. Try again later: the same command goes on where this one stopped."""

    exit_code = 4


class Moved(InregelError):
    """{what} has moved since the plan: {reason}
    Make a new plan and look at the difference: inregel plan {playbook}"""

    exit_code = 5


class Interrupted(InregelError):
    """Interrupted. What was begun is in the journal; the same command goes on from there."""

    exit_code = 130
