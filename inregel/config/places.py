"""Where the captured secrets of an office are looked for: at the connections of that office, and at no other.

What a person copied from a screen stands under the system and the office, since a person needs no connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from inregel.config.connections import Connections
from inregel.config.scope import OfficeScope


def by_hand(name: str, office: str) -> str:
    """The identity under which stands what a person copied from a screen: of a system, or of a named connection."""
    return f"{name}/{office}"


class CapturePlaces:
    """By office, the names of its connections and the identities that belong to each; computed once an office."""

    def __init__(
        self,
        connections: Connections,
        systems: Callable[[], Iterable[str]],
        scope: Callable[[str], OfficeScope],
    ) -> None:
        self._connections, self._systems, self._scope = connections, systems, scope
        self._names: tuple[str, ...] | None = None
        self._known: dict[str, Mapping[str, Sequence[str]]] = {}

    def of(self, office: str) -> Mapping[str, Sequence[str]]:
        """Connection (or system, for what people copied) to identities."""
        if office not in self._known:
            # Where a connection is told apart by a secret: that one is looked for in stores only.
            self._known[office] = {}
            if self._names is None:
                self._names = tuple(self._systems())
            found = {name: [identity] for name, identity in self._connections.identities(office, self._scope(office))}
            for name in dict.fromkeys((*found, *self._names)):
                found.setdefault(name, []).append(by_hand(name, office))
            self._known[office] = found
        return self._known[office]
