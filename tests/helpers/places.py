"""Where things are, both in a checkout and where the suite runs against the wheel."""

import os
from pathlib import Path

import pytest

SUITE = Path(__file__).parents[2]


def checkout() -> Path:
    """The checkout; skips a test about it (docs, packaging) where the suite runs from a copy, against the wheel."""
    if os.environ.get("INREGEL_WHEEL"):
        pytest.skip("about the checkout; this run is about the wheel")
    return SUITE
