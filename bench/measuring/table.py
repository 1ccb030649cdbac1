"""A table of figures, each beside what it is compared with and its bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """A figure that is promised."""

    what: str
    value: float
    bound: float
    at_least: bool = False
    """The bound is a least; else a most."""
    unit: str = ""

    @property
    def holds(self) -> bool:
        """Whether it is kept."""
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        word = "at least" if self.at_least else "at most"
        verdict = "kept" if self.holds else "NOT KEPT"
        return f"  {self.what:58} {self.value:8.2f}{self.unit:4} {word} {self.bound:g}{self.unit}  {verdict}"


def show(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints rows under heads; the first column is text, the others are figures."""
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows]:
        first, *rest = (text.ljust(width) if i == 0 else text.rjust(width)
                        for i, (text, width) in enumerate(zip(row, widths, strict=True)))  # fmt: skip
        print("  " + "   ".join([first, *rest]))
