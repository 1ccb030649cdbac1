"""`inregel person`: what hangs on one person, so that it is known before that person leaves. Shows no secret."""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from inregel.commands.context import Context, printable
from inregel.commands.inventory import masked, open_project
from inregel.commands.ledger import open_record
from inregel.config.words import nearest
from inregel.errors import InregelError
from inregel.speech import Speech, phrase, said

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from inregel.config.project import Project
    from inregel.contract import Provenance
    from inregel.ledger.base import Event, Known, Ledger

Format = Literal["text", "json"]
_ADMINISTRATOR: Final = "administrator"
"""The end of the name of a variable under which the holder of a code stands."""
_MOST: Final = 12
_ENDS: Final = {"order.done": phrase("done"), "order.failed": phrase("refused")}


class NoSuchPerson(InregelError):
    """Neither the inventory nor the record names {name}.{hint}
    Write the name or the address as it stands there: inregel history"""


class Role(NamedTuple):
    """A variable of the inventory that names the person, and where it does so."""

    variable: str
    offices: tuple[str, ...]


class Reveal(NamedTuple):
    """A secret that the person was shown."""

    at: datetime
    office: str
    secret: str
    order: str


class Task(NamedTuple):
    """An open work order for the person."""

    number: str
    office: str
    title: str
    opened: datetime


class Statements(NamedTuple):
    """What still counts of what the person stated about one office."""

    office: str
    resources: int
    newest: datetime
    until: date
    """The first of them to end."""


@dataclass(slots=True)
class Found:
    """All that hangs on one person."""

    names: list[str] = field(default_factory=list)
    """As they are written."""
    roles: list[Role] = field(default_factory=list)
    orders: list[Task] = field(default_factory=list)
    reveals: list[Reveal] = field(default_factory=list)
    statements: list[Statements] = field(default_factory=list)
    ended: dict[str, int] = field(default_factory=dict)
    """How many work orders the person ended, by how."""


def person(context: Context, name: str, *, format: Format = "text") -> int:
    """Prints what hangs on a person: codes, work orders, secrets seen, statements. Returns 0.

    `name` is a name, an address, or `Name <address>`, and is compared as `inregel forget` does. Raises `NoSuchPerson`.
    """
    project = open_project(context)
    with open_record(context) as (settings, ledger):
        seen = _Names(name)
        found = _find(project, ledger, seen, context.now().astimezone(settings.time_zone).date())
        if not found.names:
            known = sorted(seen.others)
            part = (each for each in known if len(name) > 1 and name.casefold() in each.casefold())
            near = nearest(name, known) or next(part, "")
            raise NoSuchPerson(name=name, hint=said(" Nearest: {name}.", name=near) if near else "")
        if format == "json":
            context.say(json.dumps(_data(found), ensure_ascii=False, indent=2))
        else:
            context.say(printable("\n".join(_lines(found, settings.time_zone, context.speech))))
    return 0


class _Names:
    """The person that is looked for, and who else was met."""

    def __init__(self, wanted: str) -> None:
        self._name, self._mail = _parts(wanted)
        self.same: dict[str, None] = {}
        self.others: set[str] = set()

    def match(self, text: str | None) -> bool:
        """Whether a text names the person; a bare name is also that of `Name <address>`."""
        if not text:
            return False
        name, mail = _parts(text)
        same = bool(self._mail and mail == self._mail)
        same = same or bool(self._name and name == self._name and not (self._mail and mail))
        if same:
            self.same[text] = None
        elif name or mail:
            self.others.add(text.partition(" <")[0])
        return same


def _parts(text: str) -> tuple[str, str]:
    from inregel.ledger.crypto import split_person

    name, mail = (" ".join(unicodedata.normalize("NFKC", part).casefold().split()) for part in split_person(text))
    return name, mail


def _find(project: Project, ledger: Ledger, names: _Names, today: date) -> Found:
    found = Found()
    roles: dict[str, list[str]] = defaultdict(list)
    for office in project.inventory.order:
        for variable in _roles(project, office, names):
            roles[variable].append(office)
    found.roles = [Role(variable, tuple(offices)) for variable, offices in sorted(roles.items())]
    found.orders = [
        Task(order.number, order.order.office, order.order.title, order.opened)
        for order in ledger.orders()
        if names.match(order.order.person)
    ]
    ended: dict[str, int] = defaultdict(int)
    for event in ledger.events():
        if not names.match(event.person):
            continue
        if event.kind == "secret.revealed":
            found.reveals.append(_reveal(event))
        elif event.kind in _ENDS:
            ended[_ENDS[event.kind]] += 1
    found.ended = dict(ended)
    offices = dict.fromkeys([*project.inventory.order, *filter(None, ledger.heads())])
    known = ledger.known(list(offices))
    stated = (_statements(office, known[office], names, today) for office in offices if office in known)
    found.statements = [each for each in stated if each is not None]
    found.names = list(names.same)
    return found


def _reveal(event: Event) -> Reveal:
    return Reveal(event.at, event.office, str(event.body.get("secret", "")), str(event.body.get("order", "")))


def _roles(project: Project, office: str, names: _Names) -> Iterator[str]:
    """The variables of an office that name the person, also as a key of a mapping."""
    values = project.rendered(office)
    for name in values:
        try:
            yield from dict.fromkeys(_named(masked(values[name], (name,)), name, names))
        except InregelError:
            continue  # it cannot be rendered; validate says so


def _named(value: Any, path: str, names: _Names) -> Iterator[str]:
    if isinstance(value, str):
        if _looks_like_a_name(value) and names.match(value):
            yield path
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if _looks_like_a_name(str(key)) and names.match(str(key)):
                yield path
            yield from _named(each, f"{path}.{key}", names)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _named(each, path, names)


def _looks_like_a_name(text: str) -> bool:
    """Anything short on one line; a longer text names nobody, and neither does a secret."""
    return 0 < len(text) <= 200 and "\n" not in text and not text.startswith(("<", "***"))


def _statements(office: str, known: Known, names: _Names, today: date) -> Statements | None:
    """What of the person's word still counts, in one office."""
    counted: list[list[Provenance]] = [
        [each for each in sources if each.until is not None and each.until >= today and names.match(each.by)]
        for sources in (*(stated.fields.values() for stated in known.resources.values()), *_listed(known))
    ]
    counted = [each for each in counted if each]
    if not counted:
        return None
    every = [source for each in counted for source in each]
    newest = max(source.at for source in every if source.at is not None)
    return Statements(office, len(counted), newest, min(source.until for source in every if source.until is not None))


def _listed(known: Known) -> Iterable[list[Provenance]]:
    return ([each] for each in known.listings.values())


# --- shown ----------------------------------------------------------------------------------------------------------


def _lines(found: Found, zone: ZoneInfo, speech: Speech) -> Iterator[str]:
    yield "; ".join(found.names)
    held = [role for role in found.roles if role.variable.rpartition(".")[2] == _ADMINISTRATOR]
    other = [role for role in found.roles if role not in held]
    yield from _section(speech("Codes held"), [_role(each, speech) for each in held], speech)
    yield from _section(speech("Named in the inventory"), [_role(each, speech) for each in other], speech)
    orders = [
        speech(
            "{number}  {office}  {title}, since {day}",
            number=each.number,
            office=each.office,
            title=each.title,
            day=_day(each.opened, zone),
        )
        for each in found.orders
    ]
    yield from _section(speech("Open work orders"), orders, speech)
    seen = [
        speech(
            "{day}  {office}  {secret}, for {number}",
            day=_day(each.at, zone),
            office=each.office,
            secret=each.secret,
            number=each.order,
        )
        for each in found.reveals
    ]
    yield from _section(speech("Secrets seen"), seen, speech)
    stated = [
        speech(
            "{office}  {count}, newest {day}, the first ends {until}",
            office=each.office,
            count=each.resources,
            day=_day(each.newest, zone),
            until=each.until,
        )
        for each in found.statements
    ]
    count = sum(each.resources for each in found.statements)
    yield from _section(speech("Statements that count"), stated, speech, count)
    ended = ", ".join(f"{count} {speech(how)}" for how, count in sorted(found.ended.items()))
    yield speech("Work orders ended: {counts}", counts=ended or speech("none"))


def _section(title: str, rows: list[str], speech: Speech, count: int | None = None) -> Iterator[str]:
    """A heading with how many there are (else how many rows), and the rows."""
    many = (len(rows) if count is None else count) or speech("none")
    yield speech.within("section", "{title}: {count}", title=title, count=many)
    yield from (f"  {row}" for row in rows)


def _role(role: Role, speech: Speech) -> str:
    names = ", ".join(role.offices[:_MOST])
    if len(role.offices) > _MOST:
        names = speech("{names} and {count} more", names=names, count=len(role.offices) - _MOST)
    return speech("{variable} of {offices}", variable=role.variable, offices=names)


def _day(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).date().isoformat()


def _data(found: Found) -> dict[str, Any]:
    return {
        "names": found.names,
        "roles": [each._asdict() for each in found.roles],
        "orders": [each._asdict() | {"opened": each.opened.isoformat()} for each in found.orders],
        "reveals": [each._asdict() | {"at": each.at.isoformat()} for each in found.reveals],
        "statements": [
            each._asdict() | {"newest": each.newest.isoformat(), "until": each.until.isoformat()}
            for each in found.statements
        ],
        "ended": found.ended,
    }
