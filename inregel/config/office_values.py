"""The variables of an office: which of them there are, which one wins, and what templates of the office see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from inregel.config import variables
from inregel.config.expressions import Absent, Problem
from inregel.config.extra import EXTRA
from inregel.config.inventory import Inventory
from inregel.config.lazy import dynamic
from inregel.config.model import Play
from inregel.config.others import Offices
from inregel.config.scope import OfficeScope, Shared
from inregel.config.source import Vaulted
from inregel.config.templates import Templates, settle
from inregel.config.variables import Layer
from inregel.contract import Secret
from inregel.secrets.base import SecretSource


class OfficeValues:
    """The variables of all offices. `places` gives the connections of an office, for the secrets captured there."""

    def __init__(
        self,
        inventory: Inventory,
        templates: Templates,
        extra: Mapping[str, Any],
        secrets: SecretSource,
        places: Callable[[str], Mapping[str, Sequence[str]]],
    ) -> None:
        self._inventory = inventory
        self._templates = templates
        self._extra = extra
        self._secrets = secrets
        self._places = places
        self._others = Offices(inventory, self.scope)
        self._vaulted: dict[Vaulted, Secret] = {}
        self._last: tuple[str, Play | None, Shared] | None = None

    def scope(self, office_id: str, play: Play | None = None) -> OfficeScope:
        """What templates of an office see."""
        return OfficeScope(self.shared(office_id, play))

    def layers(self, office_id: str, play: Play | None = None) -> list[Layer]:
        """Everything that is said about an office, from weak to strong."""
        own = play.vars.layers if play is not None and isinstance(play.vars, variables.Vars) else ()
        extra = [Layer(self._extra, EXTRA)] if self._extra else []
        return [*self._inventory.layers(office_id), *own, *extra]

    def shared(self, office_id: str, play: Play | None = None) -> Shared:
        """What the scopes of an office share; that of the office asked for last is kept."""
        kept = self._last
        if kept is not None and kept[0] == office_id and kept[1] is play:
            return kept[2]
        extra = self._extra
        own, base = self._inventory.own_values(office_id), self._inventory.shared_values(office_id)
        maps = [each for each in (extra, play.vars if play is not None else None, own, base) if each]
        groups = list(self._inventory.groups_of(office_id))
        office: dict[str, Any] = {"id": office_id, "name": office_id, "groups": groups}
        shared = Shared(
            self._templates,
            maps,
            {"office": office, "offices": self._others},
            lambda name: variables.place_of(name, self.layers(office_id, play)),
            partial(self._secret, office_id),
        )
        shared.strongest = extra
        office["name"] = self.name(office_id)
        self._last = (office_id, play, shared)
        return shared

    def name(self, office_id: str) -> str:
        """The variable `name` of the inventory, else the id."""
        own = self._inventory.own_values(office_id)
        raw = own["name"] if "name" in own else self._inventory.shared_values(office_id).get("name")
        if isinstance(raw, str) and not dynamic(raw):
            return raw
        if not isinstance(raw, str):
            return office_id
        maps = [self._inventory.own_values(office_id), self._inventory.shared_values(office_id)]
        magic = {"office": {"id": office_id, "name": office_id}, "offices": self._others}
        shared = Shared(self._templates, maps, magic, lambda name: None, partial(self._secret, office_id))
        try:
            return str(settle(OfficeScope(shared).get("name")))
        except (Problem, Absent):
            return office_id

    def _secret(self, office_id: str, what: str | Vaulted) -> Secret:
        if isinstance(what, str):
            return self._secrets.get(what, lambda: self._places(office_id))
        found = self._vaulted.get(what)
        if found is None:
            name = f"{what.where.file}:{'.'.join(map(str, what.where.path))}"
            found = self._vaulted[what] = self._secrets.vaulted(what.text, name)
        return found
