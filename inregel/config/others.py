"""`offices` in templates: what one office may ask about all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from inregel.config import variables
from inregel.config.inventory import Inventory
from inregel.config.scope import OfficeScope


class Offices(Mapping[str, Mapping[str, Any]]):
    """Every office of the inventory by id, with its id, name, groups and variables."""

    def __init__(self, inventory: Inventory, scope: Callable[[str], OfficeScope]) -> None:
        self._inventory = inventory
        self._scope = scope
        self._made: dict[str, _Other] = {}

    def __getitem__(self, office_id: str) -> Mapping[str, Any]:
        if office_id not in self._made:
            if office_id not in self._inventory.offices:
                raise KeyError(office_id)
            self._made[office_id] = _Other(self._scope(office_id))
        return self._made[office_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._inventory.order)

    def __len__(self) -> int:
        return len(self._inventory.order)


class _Other(Mapping[str, Any]):
    """One of `offices`."""

    def __init__(self, scope: OfficeScope) -> None:
        self._scope = scope

    def __getitem__(self, name: str) -> Any:
        own = self._scope.get("office")
        return own[name] if name in own else self._scope.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for name in self._scope.names() if name not in variables.RESERVED))

    def __len__(self) -> int:
        return sum(1 for _ in self)
