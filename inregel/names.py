"""How a resource's module is written: `afas.user`, or `afas.user@test` at the connection `afas.test` of its office.

Everything that names a resource (plan, ledger, work orders, reports) carries this text, so the same key at two
connections is two resources. Modules and drivers know one connection at a time and see the plain name. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cache
from typing import Final

from inregel.contract import Office

_AT: Final = "@"


@cache
def plain(module: str) -> str:
    """The module alone: `afas.user` of `afas.user@test`."""
    return module.partition(_AT)[0]


@cache
def label_of(module: str) -> str:
    """The label of its connection: `test` of `afas.user@test`; "" where it has none."""
    return module.partition(_AT)[2]


@cache
def system_of(module: str) -> str:
    """The system of a module: `afas` of `afas.user@test`."""
    return module.partition(".")[0]


@cache
def connection_of(module: str) -> str:
    """The name of the connection that it stands at: `afas.test` of `afas.user@test`, `afas` of `afas.user`."""
    label = label_of(module)
    return f"{system_of(module)}.{label}" if label else system_of(module)


def at(module: str, connection: str) -> str:
    """`afas.user` at the connection `afas.test`: `afas.user@test`; at `afas` it is as it was."""
    label = connection.partition(".")[2]
    return f"{module}{_AT}{label}" if label else module


def office_at(office: Office, modules: Iterable[str]) -> Office:
    """The office as resources of `modules` see it: under the name of their system stands the connection they are at.

    So a module, and the text of a work order, asks for `connections["afas"]` whichever of several it is for.
    """
    labelled = [module for module in dict.fromkeys(modules) if label_of(module)]
    if not labelled:
        return office
    connections = dict(office.connections)
    for module in labelled:
        chosen = office.connections.get(connection_of(module))
        connections.pop(system_of(module), None)  # never the other one in its place
        if chosen is not None:
            connections[system_of(module)] = chosen
    return replace(office, connections=connections)


def meant(module: str, asker: str, declared: Collection[str]) -> list[list[str]]:
    """What `module` may mean where a resource of `asker` speaks of it: the first of these that declares it counts.

    The same label as the asker's comes first, then no label. A resource of another system, which has no connection of
    that one to go by, means in the end whatever is declared (the last item, which may hold several). `declared` are
    the modules of the office, with labels. A label that is written out means that one alone.
    """
    if _AT in module:
        return [[module]]
    label = label_of(asker)
    ways = [[f"{module}{_AT}{label}"], [module]] if label else [[module]]
    if system_of(module) != system_of(asker):
        others = sorted(each for each in declared if label_of(each) not in ("", label) and plain(each) == module)
        if others:
            ways.append(others)
    return ways
