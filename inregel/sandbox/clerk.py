"""The clerk: a person who knows nothing but the work order, and does what it says on the emulated screens.

It reads the Markdown of the order as people do: opens **A** > **B**, presses, ticks or chooses what is bold, types or
compares the value in backticks that follows, reveals a secret that stands there by name, and answers the questions by
what the screen shows beside their title. Where the screen is not as the order says it stops, and reports that.
What does not belong here: anything about modules, plans or the ledger; the door is `inregel.work`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final, Literal

from inregel.errors import InregelError
from inregel.formats import markdown
from inregel.frozen import frozen
from inregel.ledger.base import Order
from inregel.sandbox.afas.store import Afas
from inregel.sandbox.assu import Assu
from inregel.sandbox.controls import NONE, Control
from inregel.sandbox.screens import Desk
from inregel.sandbox.windows import NotOnScreen, Windows
from inregel.work import AnswersRefused, Work

Mistake = Literal["wrong_postbus", "forgot_aplaza", "other_certificate"]

_FILE: Final = "Bestand"
_TO: Final = " > "
_STEP: Final = re.compile(r"^\d+\. (.*)$", re.MULTILINE)
_SECRET: Final = re.compile(r"<secret (.+)>")
_DAY: Final = re.compile(r"(\d\d)-(\d\d)-(\d{4})")


class Stuck(InregelError):
    """{reason}"""


@frozen
class Action:
    """One thing that the text asks: open a path, or something with a label and perhaps a value."""

    label: str
    value: str = ""
    opens: bool = False


@frozen
class Outcome:
    """What became of an order in the hands of the clerk."""

    number: str
    result: Literal["done", "refused", "failed"]
    text: str = ""
    """Why the answers were refused, or why it could not be done."""
    answers: Mapping[str, Any] = field(default_factory=dict)


def actions(text: str) -> Iterator[Action]:
    """What the numbered steps of a work order ask, in order."""
    for step in _STEP.findall(text):
        label = ""
        for kind, words in _parts(list(markdown.tokens(step))):
            if kind == "code":
                if label:
                    yield Action(label, words)
                label = ""
                continue
            if label:
                yield Action(label)
            label = words if kind == "strong" else ""
            if kind == "path":
                yield Action(words, opens=True)
        if label:
            yield Action(label)


def _parts(tokens: Sequence[markdown.Token]) -> Iterator[tuple[Literal["code", "strong", "path"], str]]:
    """The values and labels of a step, with **A** > **B** as one."""
    path: list[str] = []
    for i, token in enumerate(tokens):
        if token.kind == "text":
            continue
        if token.kind == "code":
            yield "code", token.text
            continue
        path.append(token.text)
        goes_on = [each.kind for each in tokens[i + 1 : i + 3]] == ["text", "strong"] and tokens[i + 1].text == _TO
        if not goes_on:
            yield ("path" if len(path) > 1 else "strong"), _TO.join(path)
            path = []


@frozen
class Help:
    """What others do for a clerk."""

    make_up: Callable[[], str] = lambda: token_urlsafe(12)
    """Gives a password where the order asks for a new one."""
    fetch: Callable[[str], str] = lambda path: path
    """Has a file of the project put ready, decrypted where it stands encrypted there, and gives its path."""


class Clerk:
    """Does work orders. `mistakes` are made while doing; a `careless` one answers what was asked, unseen."""

    def __init__(
        self,
        work: Work,
        assu: Assu,
        *,
        mistakes: Collection[Mistake] = (),
        careless: bool = False,
        other_file: tuple[str, str] = ("", ""),
        help: Help | None = None,
    ) -> None:
        """`other_file` is path and password of what is read in by the mistake "other_certificate".

        `help` is what others do for the clerk.
        """
        self._help = help or Help()
        self._work = work
        self._assu = assu
        self._mistakes = frozenset(mistakes)
        self._careless = careless
        self._other_file = other_file
        self._afas: Afas | None = None

    def also_in(self, afas: Afas) -> Clerk:
        """The same clerk, who can work in AFAS too."""
        self._afas = afas
        return self

    def do(self, number: str, *, found: bool = False) -> Outcome:
        """Does one order and reports it. With `found` the clerk insists that it is as it was answered."""
        order = self._work.show(number)
        try:
            answers = self.follow(order)
        except (Stuck, NotOnScreen) as error:
            reason = str(error).splitlines()[0]
            self._work.fail(number, by=order.order.person, reason=reason)
            return Outcome(order.number, "failed", reason)
        return self.report(number, answers, found=found)

    def report(self, number: str, answers: Mapping[str, Any], *, found: bool = False) -> Outcome:
        """Hands in answers."""
        person = self._work.show(number).order.person
        try:
            self._work.done(number, by=person, answers=answers, found=found)
        except AnswersRefused as error:
            return Outcome(number, "refused", str(error), answers)
        return Outcome(number, "done", "", answers)

    def follow(self, order: Order) -> dict[str, Any]:
        """Works the screens and returns the answers. Raises `Stuck` or `NotOnScreen`, and then leaves all windows."""
        hands = _Hands(lambda name: self._reveal(order, name), self._help, self._afas)
        walk = _Walk(self._assu, self._mistakes, self._other_file, hands)
        for action in actions(order.order.text):
            walk.act(action)
        seen = walk.asked_for() if self._careless else walk.noted
        return {name: _answer(name, schema, seen) for name, schema in order.order.schema.get("properties", {}).items()}

    def _reveal(self, order: Order, name: str) -> str:
        if name not in order.order.secrets:
            return f"<secret {name}>"  # a value that only looks like one
        person = order.order.person
        return self._work.reveal(order.number, name, by=person, reason=f"{order.order.title}, {order.number}")


@frozen
class _Hands:
    """What a clerk gets from elsewhere: a secret by its name, and the help of others."""

    reveal: Callable[[str], str]
    help: Help
    afas: Afas | None = None

    def open_afas(self, place: str, files: Path) -> Windows:
        """A desk at an environment of AFAS, by its number or name. Raises `Stuck`."""
        from inregel.sandbox.afas.desk import Desk

        if self.afas is not None:
            for environment in self.afas:
                if place in (environment.identity, environment.name):
                    return Desk(self.afas, environment.identity, files)
        raise Stuck(reason=f"there is no AFAS {place} here")


class _Walk:
    """One walk along the screens."""

    def __init__(
        self,
        assu: Assu,
        mistakes: frozenset[Mistake],
        other_file: tuple[str, str],
        hands: _Hands,
    ) -> None:
        self._assu = assu
        self._mistakes = mistakes
        self._other_file = other_file
        self._hands = hands
        self._installation = ""
        self._desk: Windows | None = None
        self.noted: dict[str, str] = {}
        self._wanted: dict[str, str] = {}
        self._instead: dict[str, str] = {}
        """Postbus that was to be chosen: the one that was chosen."""

    def asked_for(self) -> dict[str, str]:
        """What a careless person answers: what the order says, whatever the screen shows."""
        back = {chosen: wanted for wanted, chosen in self._instead.items()}
        answers = self.noted | {label: value for label, value in self._wanted.items() if label in self.noted}
        shown = [back.get(number, number) for number in answers.get("Postbussen", "").split(", ")]
        return answers | {"Postbussen": ", ".join(dict.fromkeys(shown))}

    def act(self, action: Action) -> None:
        """One thing that the order asks."""
        if action.label == "Assu":
            self._installation = action.value
        elif action.label == "Portefeuille":
            self._desk = Desk(self._assu, f"{self._installation}/{action.value}")
        elif action.label == "AFAS":
            self._desk = self._hands.open_afas(action.value, self._assu.files)
        elif self._desk is None:
            raise Stuck(reason=f"the order asks for {action.label} before it says where")
        elif action.opens:
            self._desk.open(action.label)
        else:
            self._use(self._desk, action, self._desk.control(action.label))

    def _use(self, desk: Windows, action: Action, control: Control) -> None:
        if control.kind == "button":
            desk.press(action.label)
            if desk.message():
                raise Stuck(reason=f"{desk.system} says: {desk.message()}")
        elif control.kind in ("tick", "option"):
            # With `ja` or `nee` the order says how the box has to stand; without, that it is to be ticked.
            if action.value != ("ja" if control.value else "nee"):
                desk.tick(action.label)
        elif control.kind == "secret" and not action.value:
            # The order asks for one that the clerk makes up, and then for that one back.
            self.noted[action.label] = self._hands.help.make_up()
            desk.fill(action.label, self.noted[action.label])
        elif control.kind in ("field", "secret"):
            value = self._text(action.value)
            desk.fill(action.label, self._hands.help.fetch(value) if action.label == _FILE else value)
        elif control.kind == "choice" and action.value:
            self._choose(desk, action, control)
        else:
            self._compare(action, control)

    def _text(self, value: str) -> str:
        secret = _SECRET.fullmatch(value)
        if "other_certificate" in self._mistakes:
            return self._other_file[1] if secret else self._other_file[0]
        return self._hands.reveal(secret[1]) if secret else value

    def _choose(self, desk: Windows, action: Action, control: Control) -> None:
        value = action.value
        self._wanted[action.label] = value
        if action.label == "Gebruiker" and "forgot_aplaza" in self._mistakes:
            self.noted[action.label] = control.value
            return
        if action.label == "Postbus" and "wrong_postbus" in self._mistakes:
            value = next(other for other in reversed(control.options) if other != value)
            self._instead[action.value] = value
        desk.select(action.label, value)
        self.noted[action.label] = desk.control(action.label).value

    def _compare(self, action: Action, control: Control) -> None:
        self.noted[action.label] = control.value
        if not action.value:
            return
        self._wanted[action.label] = action.value
        if control.value != action.value and "other_certificate" not in self._mistakes:
            raise Stuck(reason=f"{action.label}: the order says {action.value}, the screen {control.value}")


def _answer(name: str, schema: Mapping[str, Any], seen: Mapping[str, str]) -> Any:
    title = schema.get("title", name)
    if title not in seen:
        raise Stuck(reason=f"the order asks {name}, and no step led past {title}")
    text = seen[title]
    if schema.get("type") == "array":
        return [] if text == NONE else text.split(", ")
    return _DAY.sub(r"\3-\2-\1", text)
