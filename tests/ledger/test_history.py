"""The chain finds every change; who is forgotten cannot be read again, and the chain still holds."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from helpers.canary import canary
from helpers.clock import Clock
from helpers.records import AT, ELS, RIA, make, order, said
from helpers.sizes import size
from inregel.contract import Secret
from inregel.ledger import chain, open_ledger
from inregel.ledger.base import Ledger, LedgerError, Violation
from inregel.ledger.crypto import key_place
from inregel.ledger.records import FORGOTTEN
from inregel.ledger.sqlite import SqliteLedger

KEY, ID = b"k" * 32, "f0d7c52a"
Row = tuple[chain.Record, bytes]


def rows(count: int, offices: Sequence[str] = ("", "utrecht", "gent")) -> list[Row]:
    """A history as it is stored: chain by chain, `count` events in all, written in turn."""
    last: dict[str, tuple[int, bytes]] = {}
    found: list[Row] = []
    for seq in range(1, count + 1):
        office = offices[seq % len(offices)]
        number, before = last.get(office, (0, chain.first(ID, office)))
        sealed = b"\x00sealed" if seq % 3 == 0 else None
        person = seq if sealed else None
        entry = chain.Entry(office, number + 1, seq, "2026-11-20T08:14:00+00:00", "note", '{"a":1}', person, sealed)
        mac = chain.mac(KEY, before, entry.record())
        last[office] = (number + 1, mac)
        found.append((entry.record(), mac))
    return sorted(found, key=lambda row: (row[0].office, int(row[0].number)))


def heads(history: Sequence[Row]) -> dict[str, tuple[int, str]]:
    return {row[0].office.decode(): (int(row[0].number), row[1].hex()) for row in history}


def prove(history: Sequence[Row], kept: dict[str, tuple[int, str]] | None = None) -> list[Violation]:
    # The ledger reads them in this order.
    return chain.prove(KEY, ID, sorted(history, key=lambda row: (row[0].office, _number(row[0].number))), kept)


def _number(digits: bytes) -> int:
    return int(digits) if digits.isdigit() else -1


def flips(row: Row) -> Iterator[Row]:
    """The row with each byte of each column changed in turn."""
    for column, content in enumerate((*row[0], row[1])):
        for at in range(len(content or b"")):
            assert content is not None
            changed = content[:at] + bytes([content[at] ^ 0x11]) + content[at + 1 :]
            if column == 8:
                yield row[0], changed
            else:
                yield chain.Record(*(changed if each == column else part for each, part in enumerate(row[0]))), row[1]


def test_an_untouched_history_holds() -> None:
    history = rows(size("chain records"))
    assert prove(history) == []
    assert prove(history, heads(history)) == []


@pytest.mark.timeout(300)
def test_every_flipped_byte_is_found() -> None:
    history = rows(size("chain records"))
    count = 0
    for at, row in enumerate(history):
        for changed in flips(row):
            count += 1
            assert prove([*history[:at], changed, *history[at + 1 :]]), (at, changed)
    assert count > 70 * len(history)


def test_every_dropped_event_is_found_the_very_last_by_the_kept_heads() -> None:
    history = rows(size("chain records"))
    kept = heads(history)
    newest = max(range(len(history)), key=lambda each: int(history[each][0].seq))
    for at in range(len(history)):
        rest = [*history[:at], *history[at + 1 :]]
        assert prove(rest, kept), at
        assert bool(prove(rest)) == (at != newest), at


def test_what_is_missing_is_named_by_number() -> None:
    history = rows(9, ("utrecht",))
    assert [(each.number, each.reason) for each in prove([*history[:2], *history[3:]])] == [
        (4, "event 3 is missing before it")
    ]
    assert [(each.number, each.reason) for each in prove([*history[:2], *history[5:]])] == [
        (6, "events 3 to 5 are missing before it")
    ]


def test_every_truncation_is_found_by_the_kept_heads() -> None:
    history = rows(size("chain records"))
    kept = heads(history)
    by_time = sorted(history, key=lambda row: int(row[0].seq))
    for length in range(len(history)):
        assert prove(by_time[:length], kept), length


def test_every_pair_that_changes_places_is_found() -> None:
    history = rows(size("chain records"))
    for one in range(len(history)):
        for two in range(one + 1, min(one + 8, len(history))):
            first, second = history[one], history[two]
            swapped = list(history)
            # Each takes the other's place, with its own content and MAC.
            swapped[one] = (second[0]._replace(number=first[0].number, office=first[0].office), second[1])
            swapped[two] = (first[0]._replace(number=second[0].number, office=second[0].office), first[1])
            assert prove(swapped), (one, two)


def test_a_history_that_is_made_again_without_the_key_is_found() -> None:
    history = rows(size("chain records"))
    forged, last = [], chain.first(ID, "")
    for record, _ in history:
        before = last if int(record.number) > 1 else chain.first(ID, record.office.decode())
        last = chain.mac(b"another key" * 3, before, record)
        forged.append((record, last))
    assert len(prove(forged)) == len(forged)


def test_a_history_of_another_ledger_or_office_does_not_hold() -> None:
    history = rows(4, ("utrecht",))
    assert chain.prove(KEY, "another", history)
    assert chain.prove(KEY, ID, [(row[0]._replace(office=b"gent"), row[1]) for row in history])


def test_a_head_that_was_replaced_by_another_of_the_same_number_is_found() -> None:
    history = rows(6, ("utrecht",))
    kept = {"utrecht": (6, "00" * 32)}
    assert [each.number for each in prove(history, kept)] == [6]


def test_a_head_of_an_office_that_is_gone_is_found() -> None:
    assert prove(rows(6, ("utrecht",)), {"gent": (3, "00" * 32)})


# --- in the ledgers -----------------------------------------------------------------------------------------------


def fill(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        for number in range(4):
            tx.event("utrecht", "note", {"n": number}, person=RIA if number % 2 else "", private={"why": "because"})
            tx.event("gent", "note", {"n": number})


def test_heads_grow_and_older_ones_still_hold(ledger: Ledger) -> None:
    fill(ledger)
    kept = ledger.heads()
    assert kept["utrecht"][0] == 4
    assert ledger.verify(kept) == []
    fill(ledger)
    assert ledger.verify(kept) == []
    assert ledger.heads()["utrecht"][0] == 8
    assert ledger.verify({"utrecht": (9, "00" * 32)})[0].number == 8


def test_events_come_in_the_order_of_writing_over_all_offices(ledger: Ledger, clock: Clock) -> None:
    fill(ledger)
    clock.move(days=-1)
    fill(ledger)
    found = [(each.office, each.number) for each in ledger.events() if each.office]
    assert found == [(office, number) for number in range(1, 9) for office in ("utrecht", "gent")]
    assert [each.number for each in ledger.events("gent", after=6)] == [7, 8]
    assert [each.number for each in ledger.events("zwolle")] == []


def test_an_event_keeps_its_body_person_and_private_values(ledger: Ledger, clock: Clock) -> None:
    with ledger.writing() as tx:
        tx.event("utrecht", "secret.revealed", {"name": "pfx", "on": AT.date()}, person=RIA, private={"reason": "lost"})
    (event,) = ledger.events("utrecht")
    assert (event.at, event.kind, event.person) == (clock(), "secret.revealed", RIA)
    assert event.body == {"name": "pfx", "on": AT.date(), "reason": "lost"}


COLUMNS = ["office", "number", "seq", "at", "kind", "body", "person", "sealed", "mac"]


def test_the_file_itself_refuses_to_change_or_remove_an_event(file_ledger: SqliteLedger) -> None:
    fill(file_ledger)
    connection = sqlite3.connect(file_ledger.place)
    rest = "at, kind, body, person, sealed, mac"
    for statement in (
        "UPDATE event SET body = '{}'",
        "DELETE FROM event WHERE number = 4",
        "INSERT OR REPLACE INTO event SELECT * FROM event WHERE seq = 2",
        f"INSERT INTO event SELECT 99, office, number + 3, {rest} FROM event WHERE seq = 2",
        f"INSERT INTO event SELECT 10, office, number + 99, {rest} FROM event WHERE seq = 2",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(statement)
    connection.close()
    assert file_ledger.verify() == []


def tampered(place: Path, statement: str) -> None:
    """What somebody does who owns the file but not the key."""
    connection = sqlite3.connect(place)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("column", COLUMNS)
def test_a_change_of_any_column_in_the_file_is_found(file_ledger: SqliteLedger, column: str) -> None:
    fill(file_ledger)
    changed = f"{column} + 100" if column in ("number", "seq", "person") else f"CAST({column} AS TEXT) || 'x'"
    tampered(file_ledger.place, f"UPDATE event SET {column} = {changed} WHERE office = 'utrecht' AND number = 2")
    assert file_ledger.verify()


def test_bytes_that_are_no_text_are_found_and_not_stumbled_over(file_ledger: SqliteLedger) -> None:
    fill(file_ledger)
    tampered(file_ledger.place, "UPDATE event SET office = CAST(x'ff' AS TEXT), number = 'many' WHERE seq = 4")
    assert file_ledger.verify()


def test_a_dropped_office_is_found(file_ledger: SqliteLedger) -> None:
    fill(file_ledger)
    with file_ledger.writing() as tx:
        tx.event("zwolle", "note", {})
    tampered(file_ledger.place, "DELETE FROM event WHERE office = 'gent'")
    assert [each.reason for each in file_ledger.verify()] == ["4 events were dropped at the end of one or more offices"]


def test_a_person_key_that_went_without_a_forget_is_found(file_ledger: SqliteLedger) -> None:
    fill(file_ledger)
    tampered(file_ledger.place, "UPDATE person SET wrapped = NULL")
    assert [(each.office, each.reason) for each in file_ledger.verify()] == [
        ("utrecht", "its person's key is gone, and no `forget` says so")
    ]


def test_a_captured_secret_that_was_exchanged_is_refused(file_ledger: SqliteLedger) -> None:
    with file_ledger.writing() as tx:
        tx.capture("one", "afas:1", Secret("one", canary("one")))
        tx.capture("two", "afas:1", Secret("two", canary("two")))
    tampered(
        file_ledger.place,
        "UPDATE captured SET sealed = (SELECT sealed FROM captured WHERE name = 'two') WHERE name = 'one'",
    )
    with pytest.raises(LedgerError, match="one .version 1, afas:1. is not what was stored"):
        file_ledger.captured("one", ["afas:1"])
    tampered(file_ledger.place, "UPDATE captured SET connection = 'afas:2' WHERE name = 'two'")
    with pytest.raises(LedgerError, match="not what was stored"):
        file_ledger.captured("two", ["afas:2"])


# --- forgetting ---------------------------------------------------------------------------------------------------


def live(ledger: Ledger) -> None:
    with ledger.writing() as tx:
        tx.event("utrecht", "note", {"n": 1}, person=RIA, private={"why": "said by Ria"})
        tx.event("utrecht", "note", {"n": 2}, person=ELS, private={"why": "said by Els"})
        tx.attest("utrecht", "m", "k", {"a": 1}, said(RIA))
        tx.attest("utrecht", "m", "l", {"a": 1}, said(ELS))
        tx.open_order(order())
        tx.close_order("W1", "done", by=RIA, answers={"name": "Ria"}, note="done by Ria")
        tx.open_order(order(identity="2"))
        tx.open_order(order(identity="3", person=ELS, text="For Els."))


def test_who_is_forgotten_is_shown_nowhere_and_the_chain_holds(ledger: Ledger) -> None:
    live(ledger)
    kept = ledger.heads()
    assert ledger.forget(RIA) == 1
    assert ledger.verify(kept) == ledger.verify() == []
    events = list(ledger.events("utrecht"))
    assert "Ria" not in repr(events)
    assert (events[0].person, events[0].body) == (FORGOTTEN, {"n": 1, "why": None})
    assert (events[1].person, events[1].body) == (ELS, {"n": 2, "why": "said by Els"})
    known = ledger.known(["utrecht"])["utrecht"].resources
    assert known["m", "k"].state == {"a": 1}
    assert [known["m", name].fields[""].by for name in ("k", "l")] == [FORGOTTEN, ELS]
    done = ledger.order("W1")
    assert (done.order.person, done.by, done.order.text, done.answers) == (FORGOTTEN, FORGOTTEN, FORGOTTEN, {})
    assert done.digest
    assert ledger.order("W3").order.text == "For Els."


def test_open_orders_of_who_is_forgotten_are_withdrawn(ledger: Ledger) -> None:
    live(ledger)
    ledger.forget(RIA)
    assert [(each.number, each.state) for each in ledger.orders(None, ("open", "withdrawn"))] == [
        ("W2", "withdrawn"),
        ("W3", "open"),
    ]
    with ledger.writing() as tx:
        assert tx.open_order(order(identity="2", person=ELS)).number == "W4"


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (RIA, 2),
        ("ria@vandalen.example", 1),
        ("RIA@VanDalen.example", 1),
        ("  ria   van DALEN ", 3),
        ("Ria van Dalen <ria@elsewhere.example>", 2),
        ("Ria", 0),
        ("van Dalen", 0),
        ("", 0),
    ],
)
def test_a_person_is_found_by_name_or_address(ledger: Ledger, given: str, count: int) -> None:
    with ledger.writing() as tx:
        for person in (RIA, "Ria van Dalen", "Ria van Dalen <ria@elsewhere.example>", ELS, "els@leie.example"):
            tx.event("utrecht", "note", {}, person=person)
    assert ledger.forget(given) == count
    assert sum(each.person == FORGOTTEN for each in ledger.events("utrecht")) == count


def test_who_was_forgotten_and_comes_back_begins_anew(ledger: Ledger) -> None:
    live(ledger)
    ledger.forget(RIA)
    assert ledger.forget(RIA) == 0
    with ledger.writing() as tx:
        tx.event("utrecht", "note", {}, person=RIA)
    people = [each.person for each in ledger.events("utrecht")]
    assert (people[0], people[-1]) == (FORGOTTEN, RIA)
    assert ledger.verify() == []
    assert ledger.forget(RIA) == 1


def test_no_name_and_no_word_of_a_person_stands_in_the_file(file_ledger: SqliteLedger) -> None:
    live(file_ledger)
    for path in file_ledger.place.parent.iterdir():
        if path.is_file():
            content = path.read_bytes().lower()
            for word in (b"ria van", b"vandalen", b"els maes", b"said by", b"done by", b"open **beheer"):
                assert word not in content, (path.name, word)


def test_after_forgetting_the_keys_are_nowhere_in_the_file(file_ledger: SqliteLedger) -> None:
    live(file_ledger)
    with sqlite3.connect(file_ledger.place) as reader:
        wrapped = [row[0] for row in reader.execute("SELECT wrapped FROM person ORDER BY id")]
    reader.close()
    file_ledger.forget(RIA)

    def present(key: bytes) -> bool:
        logs = (file_ledger.place, file_ledger.place.with_name("ledger.db-wal"))
        return any(key in path.read_bytes() for path in logs if path.exists())

    assert [present(key) for key in wrapped] == [False, True]


def test_the_record_of_a_person_cannot_be_exchanged_for_another(file_ledger: SqliteLedger, clock: Clock) -> None:
    live(file_ledger)
    tampered(
        file_ledger.place,
        "UPDATE person SET wrapped = (SELECT wrapped FROM person WHERE id = 2), name_hash = NULL WHERE id = 1",
    )
    other = open_ledger("ledger.db", file_ledger.place.parent, ledger_id=None, now=clock, environ={})
    assert next(iter(other.events("utrecht"))).person == FORGOTTEN
    assert other.verify()
    other.close()


def test_the_key_is_beside_the_file_and_only_its_owner_reads_it(tmp_path: Path, clock: Clock) -> None:
    ledger = make(tmp_path, clock)
    key = key_place(ledger.place)
    assert key.name == "ledger.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert bytes.fromhex(key.read_text()) not in ledger.place.read_bytes()
    assert key.read_text().strip().encode() not in ledger.place.read_bytes()
    ledger.close()
