"""Offices with twelve documents of settings each, and a project of the tutorial that declares them."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from inregel.ledger import create

TUTORIAL: Final = Path(__file__).resolve().parents[1] / "office_api"
PARTIES: Final = ("kadaster", "kvk", "rdw", "uwv", "duo", "cjib")
LISTS: Final = {"postbus_links": "postbus-links", "enrolments": "enrolments",
                "connector_assignments": "connector-assignments"}  # fmt: skip
SINGLE: Final = {"certificate": "certificate", "aplaza_user": "aplaza-user", "app_connector": "app-connector",
                 "token": "token"}  # fmt: skip


def digits(*parts: object, length: int = 16) -> str:
    """Hexadecimal digits that are the same for the same parts."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:length]


def office(number: int) -> dict[str, Any]:
    """One office as an inventory declares it."""
    name = f"office-{number:05}"
    host = f"{name}.example.nl"
    directions = {"inkomend": "in", "uitgaand": "out", "archief": "out"}
    return {
        "office_id": name,
        "office_name": f"Kantoor {number}",
        "certificate": {
            "serial": digits(name, "serial", length=32), "subject": f"CN={host},O=Kantoor {number},C=NL",
            "issuer": "CN=Private Services CA", "not_before": "2026-01-01T00:00:00Z",
            "not_after": "2028-12-31T23:59:59Z", "fingerprint_sha256": digits(name, "print", length=64),
            "sans": [host, f"api.{host}", f"mail.{host}"],
        },
        "postbus_links": [
            {"name": link, "settings": {
                "postbus": f"I{digits(name, link, length=8)}", "direction": direction, "encrypt": True,
                "contact": f"{link}@{host}", "max_size_mb": 25, "retention_days": 90}}
            for link, direction in directions.items()
        ],
        "aplaza_user": {
            "username": f"svc-{name}", "email": f"beheer@{host}", "roles": ["auditor", "reader", "submitter"],
            "active": True, "locale": "nl_NL", "mfa": "totp",
        },
        "enrolments": [
            {"name": PARTIES[(number + k) % len(PARTIES)], "settings": {
                "relation_id": f"R-{digits(name, k, length=10)}", "kind": "leverancier" if k else "afnemer",
                "state": "enrolled", "since": "2026-02-01", "contract": f"C-{number}-{k}",
                "channels": ["digikoppeling", "rest"]}}
            for k in range(3)
        ],
        "app_connector": {
            "url": f"https://api.{host}/connector", "version": "3.4.1", "timeout_s": 30, "retries": 4,
            "mutual_tls": True, "pool": 8, "log_level": "info",
        },
        "token": {
            "client_id": digits(name, "client", length=24), "audience": "https://api.example.nl",
            "scopes": ["mail:send", "settings:read", "settings:write"], "ttl_s": 3600, "rotate_days": 30,
        },
        "connector_assignments": [
            {"name": f"connector-{k}", "settings": {
                "connector": f"cx-{digits(name, 'cx', k, length=6)}", "priority": k + 1, "enabled": True,
                "queue": f"q.{name}.{k}", "window": "06:00-22:00"}}
            for k in range(2)
        ],
    }  # fmt: skip


def documents(one: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(path, settings) of the twelve documents of an office."""
    base = f"/api/offices/{one['office_id']}"
    for variable, path in SINGLE.items():
        yield f"{base}/{path}", one[variable]
    for variable, path in LISTS.items():
        for each in one[variable]:
            yield f"{base}/{path}/{each['name']}", each["settings"]


def build(root: Path, offices: Sequence[Mapping[str, Any]], url: str) -> None:
    """The tutorial's project in `root`, with these offices in an inventory of JSON and a new ledger."""
    shutil.copytree(
        TUTORIAL, root, ignore=shutil.ignore_patterns("__pycache__", "tests", "emulator.py", "inventory.yml")
    )
    declared = {}
    for one in offices:
        own = {name: value for name, value in one.items() if name != "office_id" and name != "office_name"}
        declared[one["office_id"]] = {"name": one["office_name"], **own}
    connection = {"office": {"url": url, "office": "{{ office.id }}"}}
    inventory = {"all": {"vars": {"connections": connection}, "offices": declared}}
    (root / "inventory.json").write_text(json.dumps(inventory))
    settle(root, "inventory.json")


def settle(root: Path, inventory: str) -> None:
    """Gives a project its ledger and `inregel.yml`."""
    place = ".inregel/ledger.db"
    with closing(create(place, root, lambda: datetime.now(UTC), {})) as ledger:
        settings = {"project": "bench", "ledger": place, "ledger_id": ledger.id, "inventory": inventory}
    (root / "inregel.yml").write_text(json.dumps(settings))
