"""The filters that templates may use: those of Jinja that cannot run away, and some that Ansible users know.

None uses a regular expression, a width or a count that the text gives, so none takes longer than what it is given.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final

from jinja2 import Undefined
from jinja2.filters import FILTERS as JINJA

LONGEST: Final = 1_000_000
"""Characters of a text that a template makes."""
_KEPT: Final = (
    "abs attr capitalize count d default dictsort first float groupby int items last length list lower map max min "
    "reject rejectattr reverse select selectattr sort string title trim truncate unique upper urlencode wordcount"
)
"""Filters of Jinja that stand here as they are."""


class TooBig(Exception):
    """A template would make something larger than anybody needs."""


def text_of(value: Any) -> str:
    """A value as text, as a template prints it."""
    return "" if value is None else str(value)


def concat(parts: Iterable[Any]) -> str:
    """`a ~ b`: text, bounded."""
    total, texts = 0, []
    for part in parts:
        text = text_of(part)
        total += len(text)
        if total > LONGEST:
            raise TooBig(f"a text of more than {LONGEST:,} characters")
        texts.append(text)
    return "".join(texts)


def join(value: Iterable[Any], d: str = "", attribute: str | None = None) -> str:
    """`[1, 2] | join(', ')`."""
    parts: list[Any] = []
    for item in value:
        if parts:
            parts.append(d)
        parts.append(item[attribute] if attribute is not None else item)
    return concat(parts)


def replace(value: str, old: str, new: str) -> str:
    """`'a-b' | replace('-', '_')`."""
    text = text_of(value)
    if len(text) + text.count(old) * len(new) > LONGEST:
        raise TooBig(f"a text of more than {LONGEST:,} characters")
    return text.replace(old, new)


def round_(value: float, precision: int = 0) -> float:
    """`1.25 | round(1)`."""
    return round(float(value), max(-20, min(20, int(precision))))


def sum_(value: Iterable[Any], attribute: str | None = None, start: float = 0) -> float:
    """`[1, 2] | sum`; numbers only."""
    total = start + 0
    for item in value:
        total += item[attribute] if attribute is not None else item
    return total


def bool_(value: Any) -> bool:
    """`'yes' | bool`: true for yes, on, true, 1."""
    return value is True or str(value).lower() in ("yes", "on", "true", "1")


def mandatory(value: Any) -> Any:
    """Fails where the value is not defined; that is so of every variable, so it only says it."""
    if isinstance(value, Undefined):
        str(value)
    return value


def ternary(value: Any, true: Any, false: Any, none: Any = None) -> Any:
    """`x | ternary('on', 'off')`."""
    if value is None and none is not None:
        return none
    return true if value else false


def combine(*maps: Mapping[str, Any]) -> dict[str, Any]:
    """`a | combine(b)`: the later mapping wins, key by key."""
    return {key: value for one in maps for key, value in one.items()}


def dict2items(value: Mapping[str, Any], key_name: str = "key", value_name: str = "value") -> list[dict[str, Any]]:
    """`{a: 1}` -> `[{key: a, value: 1}]`."""
    return [{key_name: key, value_name: each} for key, each in value.items()]


def items2dict(value: Iterable[Mapping[str, Any]], key_name: str = "key", value_name: str = "value") -> dict[str, Any]:
    """`[{key: a, value: 1}]` -> `{a: 1}`."""
    return {item[key_name]: item[value_name] for item in value}


def flatten(value: Iterable[Any], levels: int | None = None) -> list[Any]:
    """`[1, [2, [3]]]` -> `[1, 2, 3]`."""
    result: list[Any] = []
    for item in value:
        if isinstance(item, (list, tuple)) and levels != 0:
            result += flatten(item, None if levels is None else levels - 1)
        elif item is not None:
            result.append(item)
    return result


def _distinct(value: Iterable[Any]) -> dict[Any, Any]:
    """The items, each once, under something that can be compared quickly."""
    return {
        item if isinstance(item, Hashable) else json.dumps(item, sort_keys=True, default=str): item for item in value
    }


def difference(a: Iterable[Any], b: Iterable[Any]) -> list[Any]:
    """What is in `a` and not in `b`."""
    drop = _distinct(b)
    return [item for key, item in _distinct(a).items() if key not in drop]


def intersect(a: Iterable[Any], b: Iterable[Any]) -> list[Any]:
    """What is in both."""
    keep = _distinct(b)
    return [item for key, item in _distinct(a).items() if key in keep]


def union(a: Iterable[Any], b: Iterable[Any]) -> list[Any]:
    """What is in one or both."""
    return list({**_distinct(b), **_distinct(a)}.values()) if not a else list({**_distinct(a), **_distinct(b)}.values())


def split(value: str, separator: str | None = None) -> list[str]:
    """`'a,b' | split(',')`."""
    return text_of(value).split(separator)


def basename(value: str) -> str:
    """`files/a.abc` -> `a.abc`."""
    return posixpath.basename(value)


def dirname(value: str) -> str:
    """`files/a.abc` -> `files`."""
    return posixpath.dirname(value)


OWN: Final[dict[str, Callable[..., Any]]] = {
    "basename": basename, "bool": bool_, "combine": combine, "dict2items": dict2items, "difference": difference,
    "dirname": dirname, "flatten": flatten, "intersect": intersect, "items2dict": items2dict, "join": join,
    "mandatory": mandatory, "replace": replace, "round": round_, "split": split, "sum": sum_, "ternary": ternary,
    "union": union,
}  # fmt: skip


def all_filters() -> dict[str, Callable[..., Any]]:
    """Every filter by name."""
    return {**{name: JINJA[name] for name in _KEPT.split()}, **OWN}
