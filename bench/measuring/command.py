"""How a bench is called, and how it ends.

A figure depends on the machine, so a bound that is broken is printed and no more; `--strict` makes it an exit code, for
people. A wrong count is another matter: then what was measured is not what was meant, and the bench ends with 1.
"""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Callable, Sequence

from measuring.process import Failed
from measuring.table import Claim


class Wrong(Exception):
    """What a bench counted is not what it must be."""


def expect(what: str, found: object, wanted: object) -> None:
    """Raises `Wrong` where a count is not what it must be."""
    if found != wanted:
        raise Wrong(f"{what}: {found}, and it must be {wanted}")


def must_say(text: str, said: str) -> None:
    """Raises `Wrong` where a command printed something else; shows the last of it."""
    if text not in said:
        raise Wrong(f"it was to say {text!r}, and said:\n{said[-2000:]}")


def positive(text: str) -> int:
    """A whole number above 0."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def options(about: str | None, rounds: int, *examples: str) -> argparse.ArgumentParser:
    """A parser with `--rounds` and `--strict`; its help is the text of the bench, and examples."""
    parser = argparse.ArgumentParser(
        description=inspect.cleandoc(about or ""),
        epilog="\n".join(["examples:", *(f"  {each}" for each in examples)]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=positive, default=rounds, metavar="N", help=f"measure so often ({rounds})")
    parser.add_argument("--strict", action="store_true", help="exit 1 where a figure is not within its bound")
    return parser


def judge(claims: Sequence[Claim], strict: bool) -> int:
    """Prints the claims; 1 where one is not kept and somebody asked for that."""
    print()
    for claim in claims:
        print(claim)
    return 1 if strict and not all(claim.holds for claim in claims) else 0


def ended(main: Callable[[], int]) -> int:
    """The exit code of a bench; 1, and why, where what it measured did not do its work."""
    try:
        return main()
    except (Wrong, Failed) as error:
        print(error, file=sys.stderr)
        return 1
