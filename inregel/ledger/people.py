"""Records of persons: each has its own key, which closes all that is personal, and which `forget` destroys."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any, NamedTuple

from inregel.ledger.crypto import KEY_SIZE, Keyring, seal, split_person, unseal
from inregel.ledger.records import FORGOTTEN, from_json, names_json, to_json
from inregel.ledger.store import Store


class PersonRecord(NamedTuple):
    """One person as written, and the key of this record."""

    id: int
    key: bytes
    name: str


class People:
    """The persons of one ledger. Nothing is kept that a `forget` of another process would have to reach, except what
    was opened: that is only used for a closed key that still stands in the ledger."""

    def __init__(self, store: Store, keys: Keyring) -> None:
        self._store = store
        self._keys = keys
        self._opened: dict[bytes, PersonRecord | None] = {}

    def by_id(self, ids: Collection[int]) -> dict[int, PersonRecord]:
        """The records that were not forgotten."""
        if not ids:
            return {}
        rows = self._store.rows("persons", {"ids": names_json(ids)})
        records = (self.open(id_, wrapped) for id_, wrapped in rows)
        return {record.id: record for record in records if record}

    def open(self, id_: int, wrapped: bytes) -> PersonRecord | None:
        """Opens a closed record; None where it is not what was written."""
        if wrapped not in self._opened:
            plain = unseal(self._keys.people, wrapped, f"person {id_}")
            self._opened[wrapped] = plain and PersonRecord(id_, plain[:KEY_SIZE], _text(plain[KEY_SIZE:])) or None
        record = self._opened[wrapped]
        return record if record and record.id == id_ else None

    def name(self, id_: int | None, records: dict[int, PersonRecord]) -> str:
        """A person's name, "(forgotten)", or "" where there is none."""
        if id_ is None:
            return ""
        return records[id_].name if id_ in records else FORGOTTEN

    def record_of(self, text: str) -> PersonRecord:
        """The record of a person as written, made where there is none. Inside a transaction."""
        hashes = self._hashes(text)
        for id_, wrapped in self._store.rows("person_as_written", hashes):
            record = self.open(id_, wrapped)
            if record and record.name == text:
                return record
        id_ = self._store.run("add_person", hashes).lastrowid or 0
        record = PersonRecord(id_, secrets.token_bytes(KEY_SIZE), text)
        plain = record.key + text.encode("utf-8", "surrogatepass")
        wrapped = seal(self._keys.people, plain, f"person {id_}")
        self._store.run("wrap_person", {"id": id_, "wrapped": wrapped})
        self._opened[wrapped] = record
        return record

    def ids_of(self, text: str) -> list[int]:
        """The records that `forget` destroys: by name, by address, or by both."""
        return [row[0] for row in self._store.rows("persons_to_forget", self._hashes(text))]

    def _hashes(self, text: str) -> dict[str, bytes]:
        name, mail = split_person(text)
        return {"name": self._keys.look_up(name), "mail": self._keys.look_up(mail)}

    def close(self, person: PersonRecord | None, data: Any, bound_to: str) -> bytes:
        """Closes JSON-able data under a person's key; where nobody is concerned, under one of the ledger's own."""
        return seal(person.key if person else self._keys.nobody, to_json(data).encode(), bound_to)

    def reveal(self, sealed: bytes, id_: int | None, records: dict[int, PersonRecord], bound_to: str) -> Any:
        """The inverse of `close`; None where the person was forgotten."""
        if id_ is not None and id_ not in records:
            return None
        plain = unseal(self._keys.nobody if id_ is None else records[id_].key, sealed, bound_to)
        return None if plain is None else from_json(plain)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
