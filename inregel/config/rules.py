"""What `inregel.yml` says about modules, checked against the modules that there are."""

from __future__ import annotations

from collections.abc import Iterator

from inregel.config.mistakes import Mistake, Where
from inregel.config.model import Settings
from inregel.config.settings import ATTESTED, FILE
from inregel.config.words import nearest
from inregel.library import Library


def strange_rules(settings: Settings, library: Library) -> list[Mistake]:
    """Rules of `attestations:` for modules or fields that there are not: each would count for nothing, unseen."""
    names = settings.attestations.keys() - ATTESTED.keys()
    known = library.modules() if names else []
    found = list(_spread_too_far(settings))
    for name in sorted(names):
        where = Where(FILE, ("attestations", name))
        _, _, field = settings.attestations[name].partition("until ")
        if name not in known:
            message = f"there is no module `{name}`; all modules: inregel doc"
            found.append(Mistake(message, where._replace(key=True), nearest(name, known)))
        elif field and field not in (fields := library.module_schema(name).get("x-fields") or [field]):
            near = nearest(field, fields)
            message = f"{name} has no field `{field}`; it has {', '.join(fields)}"
            found.append(Mistake(message, where, f"until {near}" if near else "365d"))
    return found


def _spread_too_far(settings: Settings) -> Iterator[Mistake]:
    """A statement that is spread over more days than it counts would end before it was made."""
    for name, rule in settings.attestations.items():
        days, sign, spread = rule.partition(" spread ")
        if sign and int(spread.removesuffix("d")) > int(days.removesuffix("d")):
            message = f"`{rule}` is spread over more days than it counts"
            yield Mistake(message, Where(FILE, ("attestations", name)), f"{days} spread {days}")
