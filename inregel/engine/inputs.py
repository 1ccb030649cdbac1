"""What modules are handed: declared files, secrets, the time, other resources; all that is asked for is recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from inregel import platform
from inregel.contract import UNKNOWN, Fault, File, Key, Secret, State, Unknown
from inregel.errors import InregelError
from inregel.names import meant
from inregel.secrets.base import Places, SecretError, SecretSource
from inregel.speech import headline, said


@dataclass(slots=True, repr=False, eq=False)
class Shared:
    """What the offices of one run share: every file is read once, every slow thing is computed once."""

    root: Path
    secrets: SecretSource
    now: datetime
    """Aware, in the project's time zone; one moment for the whole run."""
    places: Callable[[str], Mapping[str, Sequence[str]]] = lambda office: {}
    """By office, where its captured secrets are found (`Project.places`)."""
    known: Callable[[str, str, Key], State | Unknown | None] = lambda office, module, key: UNKNOWN
    """By office, module and key, what people last stated."""
    files: dict[str, File] = field(default_factory=dict)
    memo: dict[object, Any] = field(default_factory=dict)


class OfficeInputs:
    """`contract.Inputs` for one office. `of` is given a reference and the module that asks; it gives what it means."""

    def __init__(
        self,
        shared: Shared,
        of: Callable[[str, str], tuple[str, Mapping[Key, State | None]]],
        asker: str = "",
        asked: set[str] | None = None,
        places: Places | None = None,
        office: str = "",
    ) -> None:
        self._shared = shared
        self._of = of
        self._asker = asker
        self._asked: set[str] = set() if asked is None else asked
        self._places = places
        self._office = office

    def at(self, module: str) -> OfficeInputs:
        """The same for the resources of `module`, whose connection decides what a reference means to them."""
        if module == self._asker:
            return self
        return OfficeInputs(self._shared, self._of, module, self._asked, self._places, self._office)

    @property
    def now(self) -> datetime:
        """The time of this run."""
        return self._shared.now

    @property
    def today(self) -> date:
        """Its day."""
        return self._shared.now.date()

    def file(self, path: str | Secret) -> File:
        """A file of the project, decrypted where it is an Ansible Vault file. A template may have made it a secret."""
        if isinstance(path, Secret):
            raise Fault(
                said("the path of a file cannot be the secret {secret}", secret=path.name),
                remedy=said("write the path itself; the file may be encrypted: inregel secret encrypt --in-place FILE"),
            )
        known = self._shared.files.get(path)
        if known is None:
            known = self._shared.files[path] = self._read(path)
        return known

    def _read(self, path: str) -> File:
        root = self._shared.root
        place = (root / path).resolve()
        if not place.is_relative_to(root.resolve()):
            remedy = said("put the file below {folder}/ and name it so", folder=root.name)
            raise Fault(said("{path} lies outside of the project", path=path), remedy=remedy)
        if platform.endless(place):
            remedy = said("put one there: {path}", path=path)
            raise Fault(said("{path} is not an ordinary file", path=path), remedy=remedy)
        try:
            data = place.read_bytes()
        except FileNotFoundError:
            remedy = said("put it there: {path}", path=path)
            raise Fault(said("there is no file {path}", path=path), remedy=remedy) from None
        except OSError as error:
            raise Fault(said("{path} cannot be read: {reason}", path=path, reason=error.strerror)) from error
        sealed = data.startswith(b"$ANSIBLE_VAULT;")
        if sealed:
            try:
                data = self._shared.secrets.decrypt(data, path)
            except SecretError as error:
                raise Fault(headline(error), remedy=error.remedy) from error
        return File(path, data, hashlib.sha256(data).hexdigest(), sealed)

    def secret(self, ref: Secret | str) -> Secret:
        """A secret by name, or the one that a template gave."""
        if isinstance(ref, Secret):
            return ref
        try:
            return self._shared.secrets.get(ref, self._places)
        except SecretError as error:
            raise Fault(headline(error), remedy=error.remedy) from error

    def of(self, ref: str) -> Mapping[Key, State | None]:
        """Declared resources of this office; asking is the dependency."""
        ref, found = self._of(ref, self._asker)
        self._asked.add(ref)
        return found

    def known(self, module: str, key: Key) -> State | Unknown | None:
        """What people last stated of a resource of this office, at the asker's connection or without a label."""
        for name, *_ in meant(module, self._asker, ()):
            found = self._shared.known(self._office, name, key)
            if found is not UNKNOWN:
                return found
        return UNKNOWN

    def once(self, key: object, compute: Callable[[], Any]) -> Any:
        """`compute()` at most once per run; what it raises is raised again each time."""
        memo = self._shared.memo
        if key not in memo:
            try:
                memo[key] = (compute(), None)
            except InregelError as fault:
                memo[key] = (None, fault)
        value, failure = memo[key]
        if failure is not None:
            raise failure
        return value

    def remember(self, ref: str) -> None:
        """Counts `ref` as asked for."""
        self._asked.add(ref)

    def take_asked(self) -> frozenset[str]:
        """The refs asked for since the last call."""
        if not self._asked:
            return frozenset()
        asked = frozenset(self._asked)
        self._asked.clear()
        return asked
