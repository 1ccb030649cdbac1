"""The window of **Algemeen > Uitvoer > Beheer > Get Connector**.

From the manual: the path and the function Importeren. Assumed: everything else on it.
"""

from __future__ import annotations

import io
import zipfile
from typing import Final

from inregel.sandbox.afas.definitions import DAMAGED, BadDefinition, import_into, member, read
from inregel.sandbox.afas.window import Window, shown
from inregel.sandbox.controls import Control, button

_IMPORT: Final = "Importeren"
_CHOSEN: Final = "Get Connector"
_FILE: Final = "Bestand"
_OVERWRITE: Final = "Bestaande definitie overschrijven"


class GetConnectors(Window):
    """The definitions of the environment."""

    title = "Get Connector"

    def controls(self) -> list[Control]:
        there = self.room.environment.get_connectors
        chosen = there.get(self.said(_CHOSEN))
        about = [shown("Geblokkeerd", chosen.blocked), shown("Omschrijving", chosen.description)] if chosen else []
        return [
            shown("Get Connectoren", list(there)),
            self.choice(_CHOSEN, there),
            *about,
            button(_IMPORT, lambda: self.room.go(Import(self.room))),
            *([button("Deblokkeren", self._unblock)] if chosen and chosen.blocked else []),
            *([button("Verwijderen", self._delete)] if chosen else []),
            self.close(),
        ]

    def _unblock(self) -> None:
        with self.room.change() as environment:
            environment.get_connectors[self.said(_CHOSEN)].blocked = False

    def _delete(self) -> None:
        name = self.typed.pop(_CHOSEN)
        with self.room.change() as environment:
            del environment.get_connectors[name]
            for app in environment.apps.values():
                app.get_connectors = [each for each in app.get_connectors if each != name]


class Import(Window):
    """Reads in definitions: a .gcn file, a ZIP with such files, or a folder."""

    title = "Get Connector importeren"

    def controls(self) -> list[Control]:
        log = [shown("Resultaat", self.said("Resultaat"))] if self.said("Resultaat") else []
        return [
            self.field(_FILE),
            self.tick(_OVERWRITE),
            *log,
            button(_IMPORT, self._import),
            self.close(),
        ]

    def _import(self) -> None:
        try:
            found = [read(name, data) for name, data in self._files()]
            if not found:
                raise BadDefinition(name=self.said(_FILE), reason="er staat geen .gcn-bestand in")
            with self.room.change() as environment:
                told = [
                    import_into(
                        environment, each, overwrite=bool(self.said(_OVERWRITE)), switches=self.room.afas.switches
                    )
                    for each in found
                ]
        except BadDefinition as error:
            self.complain(str(error))
        except OSError:
            self.complain("Het bestand is niet gevonden.")
        else:
            self.typed["Resultaat"] = ", ".join(told)

    def _files(self) -> list[tuple[str, bytes]]:
        place = self.room.files / self.said(_FILE)
        if place.is_dir():
            return [(file.name, file.read_bytes()) for file in sorted(place.iterdir()) if file.suffix == ".gcn"]
        data = place.read_bytes()
        if not zipfile.is_zipfile(io.BytesIO(data)) or data[:2] != b"PK":
            return [(place.name, data)]
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                names = [name for name in archive.namelist() if name.lower().endswith(".gcn")]
            return [(name.rpartition("/")[2], member(data, name)) for name in names]
        except DAMAGED as error:
            raise BadDefinition(name=place.name, reason=str(error)) from error
