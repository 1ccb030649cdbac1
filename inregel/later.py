"""Regular expressions that are compiled when they are first used: most are of mistakes, which most runs do not make."""

from __future__ import annotations

import re
from typing import Any, AnyStr, Generic, cast


def later(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """In place of `re.compile`; what it returns has the methods of a pattern."""
    return cast("re.Pattern[AnyStr]", _Later(pattern, flags))


class _Later(Generic[AnyStr]):
    """A pattern that is not compiled yet."""

    def __init__(self, pattern: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # Asked but once for each method: from then on it stands in the instance.
        found = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)
        return found
