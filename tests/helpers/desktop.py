"""A small project with two modules whose system has no driver: everything in it is done by people."""

import json
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from helpers.canary import canary
from helpers.clock import Clock
from inregel.config.model import Settings
from inregel.contract import Connection, Office, Secret, Step
from inregel.ledger.base import Ledger
from inregel.library import Library
from inregel.plan.model import PlannedLine, PlannedOrder
from inregel.plan.order import identity
from inregel.secrets.memory import MemorySource
from inregel.work import Desk, Work

BOX = """
from inregel.contract import Seen, Step


def desired(args, office, inputs):
    return {number: {"linked": True} for number in args["numbers"]}


def actual(view):
    if "boxes" not in view:
        return Seen({}, False)
    return Seen({number: {"linked": True} for number in view["boxes"]}, True)


def steps(change, inputs):
    return [Step("toy.link", change.after, order="toy/wizard")]
"""

CARD = """
from inregel.contract import Finding, Seen, Step


def desired(args, office, inputs):
    return {"": {"serial": args["serial"], "valid_until": args["valid_until"]}}


def actual(view):
    if "valid_until" not in view:
        return Seen({}, False)
    until = view["valid_until"]
    shown = {"valid_until": until}
    asked = view["lines"][""]
    if asked and asked["valid_until"] == until and "serial" in asked:
        shown["serial"] = asked["serial"]
    return Seen({"": shown}, True)


def steps(change, inputs):
    return [Step("toy.renew", change.after, {"pin": change.args["pin"]}, order="toy/wizard")]


def check(step, answers):
    wanted, said = step.reaches["valid_until"], answers.get("valid_until")
    if said is not None and said != wanted:
        return [Finding(f"the card that was read in is valid until {wanted}, and the screen says {said}")]
    return []
"""

TEXT = """# Kaart en vakken

Voor {{ person }} ({{ office.name }}, {{ connections.toy.place }}).

{% for line in by_module["toy.card"] %}
1. Typ {{ secret(line.arguments.pin) }}; geldig tot {{ line.reaches.valid_until }}.
{% endfor %}
{% for line in by_module["toy.box"] %}
1. Koppel `{{ line.name }}`.
{% endfor %}
"""

ANSWERS = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "valid_until": {
            "type": "string",
            "format": "date",
            "title": "Geldig tot",
            "description": "On the last screen.",
            "x-descriptions": {"nl": "Op het laatste scherm."},
            "x-modules": ["toy.card"],
        },
        "boxes": {
            "type": "array",
            "items": {"type": "string"},
            "uniqueItems": True,
            "title": "Vakken",
            "x-modules": ["toy.box"],
        },
        "token": {"type": "string", "minLength": 8, "secret": True, "x-modules": ["toy.token"]},
    },
}

TOKEN = """
from inregel.contract import Seen, Step


def desired(args, office, inputs):
    return {"": {"present": True}}


def actual(view):
    return Seen({"": {"present": True}}, False) if "token" in view else Seen({}, False)


def steps(change, inputs):
    return [Step("toy.hand_out", change.after, order="toy/wizard")]
"""


def write_project(root: Path) -> Path:
    """The files of the project."""
    for name, code in (("box", BOX), ("card", CARD), ("token", TOKEN)):
        (root / "modules/toy").mkdir(parents=True, exist_ok=True)
        (root / "schemas/modules/toy").mkdir(parents=True, exist_ok=True)
        (root / f"modules/toy/{name}.py").write_text(code, "utf-8")
        (root / f"schemas/modules/toy/{name}.schema.json").write_text('{"type": "object"}', "utf-8")
    orders = root / "modules/toy/work_orders"
    orders.mkdir(exist_ok=True)
    (orders / "wizard.nl.md").write_text(TEXT, "utf-8")
    (orders / "wizard.answers.schema.json").write_text(json.dumps(ANSWERS), "utf-8")
    return root


class Desktop:
    """The project, its ledger and everything that tests do with orders."""

    def __init__(self, root: Path, clock: Clock, ledger: Ledger) -> None:
        self.root, self.clock, self.ledger = write_project(root), clock, ledger
        self.library = Library(root)
        self.pin = canary("pin")
        self.secrets = MemorySource({"pin_utrecht": self.pin})
        self.settings = Settings(
            root=root,
            project="test",
            ledger="ledger.db",
            ledger_id="1",
            inventory=(),
            secrets=(),
            time_zone=ZoneInfo("Europe/Amsterdam"),
            attestations={"default": "365d", "toy.card": "until valid_until", "toy.token": "30d"},
            quotas={},
            language="nl",
        )
        self.work = Work(self.ledger, self.library, self.secrets, clock, self.settings)
        self.desk = Desk(
            self.ledger,
            self.library,
            SimpleNamespace(
                language=lambda office: "nl", settings=self.settings, zone=lambda office: self.settings.time_zone
            ),
        )
        connection = Connection("toy", "toy", "toy:here", {"place": "kamer 4"})
        self.office = Office("utrecht", "Van Dalen", connections={"toy": connection})

    # --- what a plan asks -------------------------------------------------------------------------------------------

    def box(self, number="B1", kind="do", reaches="linked", operation="toy.link"):
        state = {"linked": True} if reaches == "linked" else reaches
        return PlannedLine("toy.box", number, kind, Step(operation, state, order="toy/wizard"), None)

    def card(self, valid_until, kind="do", serial="5D", secret=None):
        state = {"serial": serial, "valid_until": valid_until}
        arguments = {"pin": secret or Secret("pin_utrecht", self.pin)}
        return PlannedLine("toy.card", "", kind, Step("toy.renew", state, arguments, order="toy/wizard"), None)

    def token(self):
        return PlannedLine("toy.token", "", "do", Step("toy.hand_out", {"present": True}, order="toy/wizard"), None)

    def order(self, *lines, name="toy/wizard", role="contact", **more):
        named = identity("utrecht", name, role, lines)
        return PlannedOrder(named, "utrecht", name, role, tuple(lines), person="Ria van Dalen", **more)

    def settle(self, *orders, in_sync=(), scope=None):
        with self.ledger.writing() as tx:
            return self.desk.settle(tx, self.office, orders, in_sync, scope)

    def open(self, *lines, **more):
        """One open order with these lines."""
        order = self.order(*lines, **more)
        return self.settle(order)[order.identity]

    # --- what came of it --------------------------------------------------------------------------------------------

    def stated(self, module, key=""):
        known = self.ledger.known(["utrecht"])
        return known["utrecht"].resources.get((module, key)) if "utrecht" in known else None

    def listings(self):
        known = self.ledger.known(["utrecht"])
        return known["utrecht"].listings if "utrecht" in known else {}

    def kinds(self):
        return [event.kind for event in self.ledger.events("utrecht")]
