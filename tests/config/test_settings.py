"""`inregel.yml`: finding it, its defaults and its rules. What its mistakes say stands in mistakes.yml."""

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from inregel.config import settings
from inregel.config.mistakes import ConfigError
from inregel.config.model import Quota

FULL = """\
project: offices
ledger: postgresql://db.example/inregel
ledger_id: 6f0d7c52
inventory: [inventory.yml, more]
secrets: [secrets.yml, environment]
time_zone: Europe/Brussels
attestations:
  default: 100d
  assu.certificate: until valid_until
quotas:
  certipost.allow: 200 per day
language: fr
"""


def write(root: Path, text: str) -> Path:
    (root / "inregel.yml").write_text(text)
    return root


def test_everything_that_may_stand_there_is_read(tmp_path: Path) -> None:
    found = settings.load(write(tmp_path, FULL))
    assert found.root == tmp_path
    assert (found.project, found.ledger, found.ledger_id) == ("offices", "postgresql://db.example/inregel", "6f0d7c52")
    assert (found.inventory, found.secrets) == (("inventory.yml", "more"), ("secrets.yml", "environment"))
    assert (found.time_zone, found.language) == (ZoneInfo("Europe/Brussels"), "fr")
    assert found.attestations == {"default": "100d", "assu.certificate": "until valid_until"}
    assert found.quotas == {"certipost.allow": Quota("certipost.allow", 200)}


def test_only_the_name_must_stand_there(tmp_path: Path) -> None:
    found = settings.load(write(tmp_path, "project: x\n"))
    assert (found.ledger, found.ledger_id, found.inventory, found.secrets) == (
        ".inregel/ledger.db",
        "",
        ("inventory.yml",),
        (),
    )
    assert (found.time_zone.key, found.language, dict(found.attestations)) == (
        "Europe/Amsterdam",
        "nl",
        {"default": "365d"},
    )
    assert found.quotas == {}


def test_the_default_of_attestations_stays_where_only_modules_are_named(tmp_path: Path) -> None:
    found = settings.load(write(tmp_path, "project: x\nattestations: {assu.postbus: 400d}\n"))
    assert found.attestations == {"default": "365d", "assu.postbus": "400d"}


def test_the_root_is_found_from_any_folder_below(tmp_path: Path) -> None:
    below = write(tmp_path, FULL) / "playbooks" / "tasks"
    below.mkdir(parents=True)
    assert settings.find_root(below) == settings.find_root(tmp_path) == tmp_path
    assert settings.find_root(tmp_path / "not" / "there") == tmp_path


def test_the_nearest_project_wins(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    write(tmp_path, FULL)
    assert settings.find_root(write(inner, FULL)) == inner


def test_no_project_says_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "inregel.yml").mkdir()
    with pytest.raises(settings.NoProject) as caught:
        settings.find_root(tmp_path)
    assert str(caught.value) == (
        f"There is no inregel.yml in {tmp_path} or in a folder above it.\n"
        "Go to a project, or make one here: inregel init"
    )
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("name", ["Europe", "../../etc/passwd", "/etc/passwd", "Mars/Olympus", "x" * 10_000, "UTC+1"])
def test_a_time_zone_that_there_is_not_is_a_mistake_and_no_crash(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="there is no time zone"):
        settings.load(write(tmp_path, f"project: x\ntime_zone: {name}\n"))


def test_all_mistakes_of_the_file_come_in_one_go(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        settings.load(write(tmp_path, "projct: x\ntime_zone: Mars\nlanguage: de\nquotas: [a]\n"))
    assert [mistake.where[1] for mistake in caught.value.mistakes] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "seconds"), [("", 60), ("lease: 60s\n", 60), ("lease: 1s\n", 1), ("lease: 600s\n", 600)]
)
def test_a_lease_is_a_number_of_seconds(tmp_path: Path, text: str, seconds: int) -> None:
    assert settings.load(write(tmp_path, f"project: x\n{text}")).lease == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["0s", "60", "1m", "-1s", "1.5s", '""'])
def test_a_lease_of_another_form_is_a_mistake(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="lease"):
        settings.load(write(tmp_path, f"project: x\nlease: {text}\n"))
