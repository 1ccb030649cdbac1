"""Every other command that does something for good: it dies at each edge, and the same command again goes on."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.canary import allow, canary
from helpers.misfortune import BOOK, Place, Yard
from inregel.crashpoints import EDGES, points
from inregel.formats import vault

KILLED = -9
PASSWORD = ("--vault-password-file", "password")


def nothing(_place: Place) -> None:
    pass


def without_ledger(place: Place) -> None:
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.key", ".gitignore"):
        (place.root / ".inregel" / name).unlink(missing_ok=True)
    for path in (place.root / ".inregel").iterdir():
        path.rmdir()
    (place.root / ".inregel").rmdir()
    (place.root / "inregel.yml").write_text("project: test\ninventory: inventory.yml\n")


def with_a_backup(place: Place) -> None:
    assert place.apply().code == 0
    assert place.run("ledger", "backup", "copy.db").code == 0


def with_secrets(place: Place) -> None:
    file = place.root / "inregel.yml"
    file.write_text(json.dumps({**json.loads(file.read_text()), "secrets": "secrets.yml"}))
    password = canary("vault password")
    allow(place.root / "password").write_text(password)
    allow(place.root / "given").write_text(canary("secret"))
    (place.root / "secrets.yml").write_bytes(vault.encrypt(b"first: x\n", password))


def with_a_rollout(place: Place) -> None:
    assert place.apply(crash="rollout.after_begin").code == KILLED


def with_orders(place: Place) -> None:
    assert place.apply().code == 0
    (place.root / "screen.png").write_bytes(b"a picture")
    place.done("W1")


def with_a_sheet(place: Place) -> None:
    file = place.root / "schemas/modules/box/item.schema.json"
    known = {"key": {"columns": ["Thing"]}, "fields": {"value": {"columns": ["Value"]}}}
    file.write_text(json.dumps({**json.loads(file.read_text()), "x-import": known}))
    (place.root / "today.csv").write_text("Office,Thing,Value\na,k,1\nb,k,2\n")


def is_imported_once(place: Place) -> None:
    with place.ledger() as ledger:
        assert [event.office for event in ledger.events() if event.kind == "attested"] == ["a", "b"]
        assert ledger.verify() == []


def with_a_refusal(place: Place) -> None:
    with_orders(place)
    assert place.run("work", "fail", "W1", "--by", "Ria", "--reason", "no").code == 0


def plans(place: Place) -> None:
    assert place.run("plan", BOOK).code == 0
    assert place.run("history", "verify").code == 0


def is_done_once(place: Place) -> None:
    with place.ledger() as ledger:
        assert ledger.order("W1").state == "done"
        kinds = [event.kind for event in ledger.events("a")]
    assert (kinds.count("order.done"), kinds.count("order.evidence")) == (1, 1)
    kept = [path for path in (place.root / ".inregel/evidence").iterdir() if not path.name.endswith(".new")]
    assert [path.read_bytes() for path in kept] == [b"a picture"]


def stands_as(state: str) -> Callable[[Place], None]:
    def check(place: Place) -> None:
        with place.ledger() as ledger:
            assert ledger.order("W1").state == state
            assert [event.kind for event in ledger.events("a")].count(f"order.{state}") == 1
            assert ledger.verify() == []

    return check


def is_paused(place: Place) -> None:
    assert "paused" in place.run("rollout", "show").said


def shows(place: Place) -> None:
    shown = place.run("secret", "show", *PASSWORD)
    assert {"first", "second"} <= set(shown.said.split())


def can_be_restored(place: Place) -> None:
    ended = place.run("ledger", "restore", "copy.db", "--replace")
    assert ended.code == 0, ended.said
    plans(place)


def is_written(place: Place) -> None:
    assert json.loads((place.root / "plan.json").read_text())


def ignored_by_git(place: Place) -> None:
    assert (place.root / ".inregel/.gitignore").read_text() == "*\n"
    plans(place)


@dataclass(frozen=True)
class Command:
    """A command, what comes before it, the edges that it passes, and what is so when it has ended well."""

    kind: str
    before: Callable[[Place], None]
    argv: tuple[str, ...]
    edges: tuple[str, ...]
    """`edge*2` where it is passed twice."""
    after: Callable[[Place], None]


def command(
    argv: str,
    edges: str,
    *,
    kind: str = "set",
    before: Callable[[Place], None] = nothing,
    after: Callable[[Place], None] = plans,
) -> Command:
    return Command(kind, before, tuple(argv.split()), tuple(edges.split()), after)


MAKE = "file.write*2 ledger.folder ledger.migrate*2 ledger.create ledger.commit ledger.note_create"
BACK = "ledger.copy ledger.aside ledger.restore ledger.commit ledger.note_restore"
COMMANDS = [
    command("ledger init", MAKE, before=without_ledger, after=ignored_by_git),
    command("ledger backup copy.db", "ledger.backup", after=can_be_restored),
    command("ledger restore copy.db --replace", BACK, before=with_a_backup),
    command(
        "secret set second --file given --vault-password-file password",
        "secrets.write secrets.replace",
        before=with_secrets,
        after=shows,
    ),
    command(f"plan {BOOK} --report json=plan.json", "file.write", after=is_written),
    command(
        "rollout pause {rollout} --reason wait",
        "rollout.say ledger.commit",
        kind="staged",
        before=with_a_rollout,
        after=is_paused,
    ),
    command(
        "work done W1 --by Ria --answers W1.json --evidence screen.png",
        "file.write work.answer ledger.commit",
        kind="person",
        before=with_orders,
        after=is_done_once,
    ),
    command(
        "import offices today.csv --by Ria",
        "work.import ledger.commit",
        before=with_a_sheet,
        after=is_imported_once,
    ),
    command(
        "work fail W1 --by Ria --reason no",
        "work.refuse ledger.commit",
        kind="person",
        before=with_orders,
        after=stands_as("failed"),
    ),
    command(
        "work reopen W1 --by Ria",
        "work.reopen ledger.commit",
        kind="person",
        before=with_a_refusal,
        after=stands_as("withdrawn"),
    ),
]
CASES = [
    (each, edge.partition("*")[0], number)
    for each in COMMANDS
    for edge in each.edges
    for number in range(1, int(edge.partition("*")[2] or 1) + 1)
]


def ready(each: Command, root: Path, yard: Yard) -> tuple[Place, tuple[str, ...]]:
    """A project just before the command, and the command line."""
    root.parent.mkdir(exist_ok=True)
    place = yard.place(root, each.kind)
    each.before(place)
    argv = each.argv
    if "{rollout}" in argv:
        with place.ledger() as ledger:
            name = ledger.rollouts()[0].id
        argv = tuple(name if word == "{rollout}" else word for word in argv)
    return place, argv


@pytest.mark.parametrize("each", COMMANDS, ids=lambda each: " ".join(each.argv[:3]))
def test_each_command_comes_past_the_edges_that_its_crashes_are_made_of(
    each: Command, yard: Yard, tmp_path: Path
) -> None:
    place, argv = ready(each, tmp_path / "project", yard)
    ended = place.run(*argv, trace=str(tmp_path / "trace"))
    assert ended.code == 0, ended.said
    seen = json.loads((tmp_path / "trace").read_text())
    passed = {name: seen[points(name)[0]] for name in EDGES if points(name)[0] in seen}
    assert {name if count == 1 else f"{name}*{count}" for name, count in passed.items()} == set(each.edges)
    each.after(place)


@pytest.mark.parametrize(
    ("each", "edge", "number"), CASES, ids=[f"{' '.join(each.argv[:2])}-{edge}-{n}" for each, edge, n in CASES]
)
def test_after_a_crash_the_same_command_goes_on(
    each: Command, edge: str, number: int, yard: Yard, tmp_path: Path
) -> None:
    for point in points(edge):
        place, argv = ready(each, tmp_path / point / "project", yard)
        assert place.run(*argv, crash=f"{point}:{number}").code == KILLED
        again = place.run(*argv)
        # 1: it says that all of it was done already.
        assert again.code in (0, 1), again.said
        assert "Traceback" not in again.said
        each.after(place)


def test_every_edge_is_crashed_at_somewhere() -> None:
    crashed = {edge.partition("*")[0] for each in COMMANDS for edge in each.edges}
    others = (Path(__file__).parent / "test_crashes.py").read_text()
    untouched = {name for name in EDGES if name not in crashed and f'"{name}"' not in others}
    assert untouched == {"work.reveal"}, "a secret that was shown is recorded; that it was shown twice as well"
