"""The work orders of Assu, by what is known of an office: planned and handed out as an apply does it, in each language.

A `Mix` says of each module in which state of knowledge it is. Out of it come a project, a ledger in which just that was
stated, a plan by the engine, and the order that the desk opens.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

from helpers.assu import EMAIL, FILE, VERSIONS, wish
from helpers.canary import canary
from helpers.clock import Clock
from inregel.config import project as projects
from inregel.config.playbook import Playbook
from inregel.config.project import Project
from inregel.contract import UNKNOWN, Key, Office, Provenance, State, Unknown
from inregel.engine.planning import make_plan
from inregel.engine.run import Options, Run
from inregel.formats import vault
from inregel.ledger.base import Holder, NewOrder
from inregel.ledger.memory import MemoryLedger
from inregel.library import LANGUAGES, Library
from inregel.plan.model import OfficePlan, PlannedOrder
from inregel.plan.texts import render
from inregel.sandbox.certificates import make_container
from inregel.secrets.memory import MemorySource
from inregel.work import Desk

RIA = "ria@vandalen.example"
BANDS = tuple(VERSIONS)
CERTIFICATE = ("", "look", "do new", "do renewal")
RENEW = ("look renew", "do renew")
POSTBUS = ("", "look", "do", "do and look")
APLAZA = ("", "look", "look_then_do", "do")
ASR = ("", "look", "look_then_do", "do")
VERSION = ("", "look")
LINKED: State = {"status": "linked"}
SELECTED: State = {"status": "selected"}

_LINES = ("certificate", "postbus", "aplaza", "asr", "version")

Statement = tuple[str, Key, State | None, bool]
"""Module, key, what was stated (None: absent), and whether it still counts."""


@dataclass(frozen=True, order=True)
class Mix:
    """Which lines an office needs; "" is a module without one. `special` is something out of the ordinary."""

    order: str
    band: str
    certificate: str = ""
    postbus: str = ""
    aplaza: str = ""
    asr: str = ""
    version: str = ""
    special: str = ""

    def __str__(self) -> str:
        lines = {name: getattr(self, name) for name in _LINES}
        said = [f"{name} {value}" for name, value in lines.items() if value]
        return ", ".join([*said, *([f"({self.special})"] if self.special else [])]) or "-"

    @classmethod
    def parse(cls, order: str, band: str, text: str) -> Mix:
        """The mixture that is written so."""
        parts = [] if text == "-" else text.split(", ")
        special = parts.pop()[1:-1] if parts and parts[-1].startswith("(") else ""
        return cls(order, band, **dict(part.split(" ", 1) for part in parts), special=special)

    def kinds(self) -> set[tuple[str, str]]:
        """The lines that come of it, as (module, kind)."""
        if self.order == "collect":
            return {("assu.certificate", "do")}
        if self.order == "ticket":
            return {("assu.version", "do")}
        if self.order == "administrator":
            return {("assu.administrator", "look" if self.special == "nobody knows" else "do")}
        found = {("assu.certificate", self.certificate.partition(" ")[0])}
        found |= {("assu.postbus", kind) for kind in self.postbus.split(" and ")}
        found |= {("assu.aplaza_user", self.aplaza), ("asr.certificate", self.asr), ("assu.version", self.version)}
        return {(module, kind) for module, kind in found if kind}


def wizard(band: str, certificate: str, asr: str) -> Iterator[Mix]:
    """All mixtures of lines of the wizard with these two."""
    for postbus, aplaza, version in product(POSTBUS, APLAZA, VERSION):
        if any((certificate, postbus, aplaza, asr, version)):
            yield Mix("wizard", band, certificate, postbus, aplaza, asr, version)


def specials(band: str) -> Iterator[Mix]:
    """What hangs on more than the lines: arguments that are there or not."""
    for lines in ({"certificate": "do renewal"}, {"postbus": "do"}, {"postbus": "look"}, {"asr": "do"}):
        yield Mix("wizard", band, **lines, special="file encrypted")
    yield Mix("wizard", band, certificate="look", aplaza="look", special="file encrypted")
    yield Mix("wizard", band, "do renewal", special="gap")
    for certificate in ("", "look"):
        yield Mix("wizard", band, certificate, "do", special="postbus without file")
    yield Mix("wizard", band, "", "look", special="postbus without file")
    yield Mix("wizard", band, "", "do", special="postbus without password")
    yield Mix("wizard", band, "", "do", special="two to link")
    yield Mix("wizard", band, "", asr="do", special="page of a.s.r.")
    yield Mix("wizard", band, "", asr="do", special="a.s.r. without file")


def others(band: str) -> Iterator[Mix]:
    """The orders beside the wizard."""
    yield Mix("collect", band)
    yield Mix("collect", band, special="administrator named")
    yield Mix("ticket", band)
    for special in ("nobody knows", "another one", "leaves"):
        yield Mix("administrator", band, special=special)


def groups() -> dict[str, list[Mix]]:
    """Everything that an office can be asked, in parts of about the same size.

    A certificate that is renewed gives nothing at a.s.r., and by the route renew nobody knows which one comes of it.
    """
    found: dict[str, list[Mix]] = {}
    for band in BANDS:
        for certificate in (*CERTIFICATE, *(RENEW if band == "renewal" else ())):
            for asr in ASR if certificate in ("", "look", "do new") else ("",):
                name = f"{band}, certificate {certificate or 'in sync'}, a.s.r. {asr or 'in sync'}"
                found[name] = list(wizard(band, certificate, asr))
        found[f"{band}, special"] = list(specials(band))
        found[f"{band}, other orders"] = list(others(band))
    return found


def stated(mix: Mix) -> Iterator[Statement]:
    """What somebody said of the office, so that just these lines come of it."""
    old: State = {"serial": "4A910C", "valid_until": date(2026, 11, 10) if mix.special == "gap" else date(2026, 12, 18)}
    new: State = {"serial": "5D2077", "valid_until": date(2028, 11, 14)}
    if mix.order == "ticket":
        yield "assu.version", "rds-1", {"version": "1.2628.3.9"}, True
        return
    if mix.order == "administrator":
        if mix.special != "nobody knows":
            name = "Jan Kuiper" if mix.special == "another one" else "Ria van Dalen"
            yield "assu.administrator", EMAIL, {"administrator": name}, True
        return
    if mix.order == "collect":
        yield "assu.certificate", EMAIL, old, True
        return
    if not mix.certificate.startswith("look"):
        known = {"": new, "do new": None}.get(mix.certificate, old)
        yield "assu.certificate", EMAIL, known, True
    first, second = {
        "": (LINKED, LINKED), "look": (UNKNOWN, UNKNOWN), "do": (LINKED, None), "do and look": (UNKNOWN, None)
    }[mix.postbus]  # fmt: skip
    for number, state in (("I09000123", None if mix.special == "two to link" else first), ("I09000456", second)):
        if not isinstance(state, Unknown):
            yield "assu.postbus", number, state, True
    if mix.aplaza != "look_then_do":
        yield "assu.aplaza_user", RIA, None if mix.aplaza == "do" else SELECTED, mix.aplaza != "look"
    if mix.asr in ("look", "do"):
        yield "asr.certificate", EMAIL, None if mix.asr == "do" else {"serial": "5D2077"}, mix.asr != "look"


def playbook(mix: Mix) -> str:
    """The tasks of the office, as JSON, which is YAML."""
    password = "{{ secret('assu_pfx_utrecht') }}"
    file = {"file": FILE, "password": password}
    tasks: list[dict[str, Any]] = []
    if mix.order in ("wizard", "collect"):
        named = {"administrator": "Ria van Dalen"} if mix.special == "administrator named" else {}
        way = {"route": "renew", "bcc_code": "{{ secret('bcc_utrecht') }}"} if mix.certificate in RENEW else file
        tasks.append({"assu.certificate": {"email": EMAIL, **way, **named}})
    if mix.order == "wizard":
        left_out = {"postbus without file": ("file", "password"), "postbus without password": ("password",)}
        given = {name: each for name, each in file.items() if name not in left_out.get(mix.special, ())}
        tasks.append({"assu.postbus": {"numbers": ["I09000123", "I09000456"], **given}})
        tasks.append({"assu.aplaza_user": {"user": RIA}})
    if mix.asr:
        page = {"page": "https://asr.example/certificaten"} if mix.special == "page of a.s.r." else {}
        own = {} if mix.special == "a.s.r. without file" else file
        tasks.append({"asr.certificate": {"kind": "new", **own, **page}})
    if mix.version or mix.order == "ticket":
        tasks.append({"assu.version": {"at_least": "1.2632.1" if mix.order == "ticket" else "1.2628.3.9"}})
    if mix.order == "administrator":
        leaves = {"Ria van Dalen": {"until": "2026-12-11", "successor": "Piet de Wit"}}
        people = {"people": leaves} if mix.special == "leaves" else {}
        tasks.append({"assu.administrator": {"email": EMAIL, "name": "Ria van Dalen", **people}})
    return json.dumps([{"name": "Texts", "offices": "all", "tasks": tasks}])


@dataclass
class Texts:
    """Plans and hands out; its projects lie below `root`."""

    root: Path
    clock: Clock = field(default_factory=Clock)
    library: Library = field(default_factory=lambda: Library(None))

    def __post_init__(self) -> None:
        self._password, self._vault = canary("of the certificate"), canary("of the vault")
        known = {"assu_pfx_utrecht": self._password, "bcc_utrecht": canary("bcc")}
        self._secrets = MemorySource(known, password=self._vault)
        self._projects: dict[tuple[str, str, str], tuple[Project, Playbook]] = {}

    def all(self, mixes: Sequence[Mix]) -> Iterator[tuple[Mix, dict[str, NewOrder]]]:
        """The order of each mixture, by language."""

        async def plans() -> list[OfficePlan]:
            return [await self._plan(mix) for mix in mixes]

        for mix, part in zip(mixes, asyncio.run(plans()), strict=True):
            planned = [order for order in part.orders if order.name == f"assu/{mix.order}"]
            first, *others = LANGUAGES
            texts = {language: render(planned[0], part.office, language, self.library) for language in others}
            yield mix, {first: self._hand_out(mix, part.office, planned), **texts}

    async def _plan(self, mix: Mix) -> OfficePlan:
        ledger = MemoryLedger(self.clock)
        with ledger.writing() as tx:
            for module, key, state, counts in stated(mix):
                until = date(2027, 4, 6) if counts else date(2026, 9, 30)
                by = Provenance("attested", datetime(2025, 9, 30, 9, tzinfo=UTC), "Ria van Dalen", until)
                tx.attest("utrecht", module, key, state, by)
        project, book = self._project(mix)
        options = Options(now=self.clock, sleep=self.clock.sleep)
        async with Run(project, book, ledger, Holder("texts", "1"), options) as run:
            run.declare()
            (part,) = (await make_plan(run)).offices
        return part

    def _hand_out(self, mix: Mix, office: Office, planned: Sequence[PlannedOrder]) -> NewOrder:
        """The one order that the desk hands out, in the language of the project."""
        ledger = MemoryLedger(self.clock)
        with ledger.writing() as tx:
            standing = Desk(ledger, self.library, self._project(mix)[0]).settle(tx, office, planned, ())
        (order,) = (each.order for each in standing.values())
        lines = {(line.module, line.kind) for line in order.lines}
        assert lines == mix.kinds(), f"{mix}: {lines}"
        return order

    def _project(self, mix: Mix) -> tuple[Project, Playbook]:
        """The project and the playbook for it; mixtures that declare the same share them."""
        file = "encrypted" if mix.special == "file encrypted" else "old" if mix.order == "collect" else "new"
        name = (mix.band, playbook(mix), file)
        if name not in self._projects:
            folder = self.root / str(len(self._projects))
            self._write(folder, *name)
            project = projects.load(folder, secrets=self._secrets, library=self.library)
            self._projects[name] = project, project.playbook("playbooks/site.yml")
        return self._projects[name]

    def _write(self, root: Path, band: str, book: str, file: str) -> None:
        for each in ("files", "playbooks"):
            (root / each).mkdir(parents=True)
        office = {
            "name": "Van Dalen Assurantiën",
            "contact": "Ria van Dalen <ria@vandalen.example>",
            "connections": {
                "assu": {"installation": "rds-1", "portefeuille": "Van Dalen", "version": VERSIONS[band]},
            },
        }
        (root / "inregel.yml").write_text("project: offices\n", "utf-8")
        (root / "inventory.yml").write_text(json.dumps({"all": {"offices": {"utrecht": office}}}), "utf-8")
        (root / "playbooks/site.yml").write_text(book, "utf-8")
        ends = datetime(2026, 12, 18, 12, tzinfo=UTC)
        data = make_container(wish(valid_until=ends) if file == "old" else wish(), self._password)
        (root / FILE).write_bytes(vault.encrypt(data, self._vault) if file == "encrypted" else data)
