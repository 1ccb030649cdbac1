"""The history as sentences."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inregel.ledger.base import Event
from inregel.report.events import sentence
from inregel.speech import ENGLISH

AT = datetime(2026, 11, 20, 8, 14, tzinfo=UTC)
SHOWN = {"id": "1", "secret": "token", "connection": "afas:1", "version": 2}
LINKED = ["assu.postbus", "", "I09000123", {"status": "linked"}, "merge"]


def event(kind: str, body: dict[str, Any], person: str | None = "Ria") -> Event:
    return Event("utrecht", 1, AT, kind, body, person, "00")


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        (
            "attested",
            {"at": "2026-03-02T08:00", "until": "2027-04-06", "source": "W1", "resources": [LINKED]},
            "Ria said on 2026-03-02: assu.postbus I09000123 (status linked); counts until 2027-04-06; W1",
        ),
        (
            "attested",
            {"resources": [["a.b", "box", "k", None, "merge"]]},
            "Ria said: a.b box/k is not there",
        ),
        (
            "attested",
            {"resources": [["a.b", "", "k", {"until": {"date": "2028-11-14"}, "on": True}, "merge"]]},
            "Ria said: a.b k (until 2028-11-14, on yes)",
        ),
        (
            "attested",
            {"resources": [["a.b", "", "k", {"until": date(2028, 11, 14)}, "merge"]]},
            "Ria said: a.b k (until 2028-11-14)",
        ),
        ("attested", {"resources": [["a.b", "", ["k", "l"], None, "listing"]]}, "Ria said: a.b, all there is: k, l"),
        ("attested", {"resources": [["a.b", "", [], None, "listing"]]}, "Ria said: a.b, all there is: none"),
        (
            "verified",
            {"source": "a.abc", "resources": [["a.b", "box", "k", {"serial": "1", "certificate": "MII"}, "merge"]]},
            "a.abc showed: a.b box/k (serial, certificate)",
        ),
        ("order.opened", {"number": "W1", "name": "assu/wizard"}, "W1 (assu/wizard) handed out to Ria"),
        ("order.done", {"number": "W1", "note": "2 done"}, "W1 done by Ria: 2 done"),
        ("order.failed", {"number": "W1", "note": "no rights"}, "W1 refused by Ria: no rights"),
        ("order.superseded", {"number": "W1", "successor": "W2"}, "W1 superseded by W2"),
        (
            "operation.intended",
            {
                "operations": [
                    {"operation": "a.set", "module": "a.b", "container": "", "name": "k"},
                    {"operation": "a.unset", "module": "a.b", "container": "c", "name": "l"},
                ]
            },
            "about to be performed: a.set of a.b k; a.unset of a.b c/l",
        ),
        (
            "operation.failed",
            {"operations": [{"operation": "a.set"}, {"operation": "a.unset"}, {"operation": "a.set"}], "detail": "no"},
            "2 x a.set, a.unset failed: no",
        ),
        (
            "secret.revealed",
            {"secret": "pin", "order": "W1", "reason": "at the screen"},
            "the secret pin of W1 was shown to Ria: at the screen",
        ),
        ("secret.captured", SHOWN, "the secret token (version 2) of afas:1 was captured, unverified"),
        ("secret.verified", SHOWN, "the secret token (version 2) of afas:1 is verified: what it belongs to was read"),
        (
            "secret.refused",
            SHOWN,
            "the secret token (version 2) of afas:1 is refused: what it belongs to is not there; it is never used",
        ),
        ("secret.promised", {"id": "1", "secrets": ["a"]}, "secret a: the operation will show this once"),
        ("secret.lost", {"id": "1", "secrets": ["a", "b"]}, "secrets a, b: made, and not stored: nobody has it"),
        (
            "secret.gone",
            {"id": "1", "secrets": ["a"]},
            "secret a: what it would belong to is not there, so it is not missed",
        ),
        ("in_sync", {"resources": 1, "digest": "0"}, "1 resource in sync"),
        ("rollout.stopped", {"id": "9f", "play": "P", "reason": "too many"}, "rollout 9f of 'P': too many"),
        ("something.new", {"number": 3, "empty": [], "gone": None}, "by Ria  number 3, gone (forgotten)"),
    ],
)
def test_an_event_is_told(kind: str, body: dict[str, Any], text: str) -> None:
    assert sentence(event(kind, body), ENGLISH) == text


def test_a_forgotten_person_is_not_made_up() -> None:
    assert sentence(event("attested", {"resources": [LINKED]}, None), ENGLISH).startswith("somebody said")


def test_many_resources_are_counted_rather_than_listed() -> None:
    assert sentence(event("attested", {"resources": [LINKED] * 9}), ENGLISH).endswith("; 3 more")


@given(
    st.sampled_from(["attested", "order.opened", "operation.failed", "in_sync", "rollout.done", "other"]),
    st.dictionaries(
        st.sampled_from(["number", "resources", "operation", "name"]), st.none() | st.text() | st.integers()
    ),
)
def test_a_record_of_any_shape_is_told(kind: str, body: dict[str, Any]) -> None:
    assert isinstance(sentence(event(kind, body), ENGLISH), str)
