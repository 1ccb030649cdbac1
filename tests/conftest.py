"""What every test is given: the watch on secrets, the profiles of hypothesis, a clock."""

import os
import signal

import pytest
from hypothesis import HealthCheck, settings

from helpers.clock import Clock
from helpers.sizes import SOAK, base_seed, takes_size

pytest_plugins = ["helpers.canary"]

# Without a deadline: a slow machine is no failing rule. The normal run is the same every time, so a red one is about
# the change; the soak run is random and says its seed.
settings.register_profile("normal", deadline=None, derandomize=True, print_blob=True, database=None)
settings.register_profile(
    "soak", deadline=None, print_blob=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("soak" if SOAK else "normal")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--golden` writes the golden files of the work orders anew, in place of comparing with those that are there."""
    parser.addoption("--golden", action="store_true", help="write the golden files of work orders anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that takes its size from sizes.toml is a long one, also where it does not say so itself."""
    for item in items:
        if takes_size(getattr(item, "function", None)):
            item.add_marker(pytest.mark.soak)


def pytest_configure() -> None:
    """A run in the background of a shell ignores Ctrl-C, and so would every process that a test starts."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def pytest_report_header(config: pytest.Config) -> str:
    """Says with which sizes and seed this run can be repeated."""
    given = config.getoption("hypothesis_seed", None)
    return f"sizes: {'soak' if SOAK else 'normal'}; INREGEL_SEED={base_seed()}; hypothesis seed: {given or 'fixed'}"


@pytest.fixture
def clock() -> Clock:
    """Friday 20 November 2026, 09:14 in Amsterdam; it moves only when the test moves it."""
    return Clock()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs the tests has set up for themselves changes no test."""
    for name in list(os.environ):
        if name.startswith(("INREGEL_", "ANSIBLE_")) and name not in ("INREGEL_SOAK", "INREGEL_SEED", "INREGEL_WHEEL"):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
