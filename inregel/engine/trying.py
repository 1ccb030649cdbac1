"""One read of one resource, with settings that the project does not have yet: whether what a person gives is right."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from inregel.contract import Fault, Key, View, World
from inregel.engine import asking
from inregel.names import connection_of, plain, system_of

if TYPE_CHECKING:
    from inregel.config.project import Project

_PATIENCE: Final = timedelta(seconds=30)


def read(project: Project, world: World, office: str, resource: tuple[str, Key], settings: Mapping[str, Any]) -> View:
    """What its driver reads, with `settings` beside those of the connection that need no secret.

    Nothing where the office has no such connection, or the system no driver. Raises `InregelError`.
    """
    module, key = resource
    connection = project.office(office).connections.get(connection_of(module))
    system = project.library.system(system_of(module))
    if connection is None or system is None:
        return {}
    plainly = {}
    for name in connection.settings:
        with suppress(Fault):
            plainly[name] = connection.settings[name]
    tried = replace(connection, settings={**plainly, **settings})

    async def ask() -> View:
        async with system.open(world) as connect:
            return await asking.read(connect(tried), tried, {plain(module): frozenset({key})}, _PATIENCE)

    return asyncio.run(ask())
