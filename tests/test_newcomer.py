"""What people type who know the README and nothing else: slips of the finger, empty variables, closed streams."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.example import SITE, Stage
from inregel.cli import main
from inregel.commands.apply import apply
from inregel.commands.context import printable
from inregel.commands.demo import _reachable
from inregel.commands.explain import explain
from inregel.commands.history import history
from inregel.commands.inventory import inventory
from inregel.commands.plan import next_command, plan
from inregel.commands.validate import validate
from inregel.commands.work import list_, show
from inregel.config.mistakes import ConfigError
from inregel.config.syntax import template_quoted
from inregel.platform import WINDOWS
from inregel.secrets.base import SecretMissing, VaultLocked, VaultShut

Say = Callable[..., tuple[int, str, str]]
POSTBUS = """
- name: Postbussen
  offices: all
  tasks:
    - assu.postbus: {numbers: "{{ postbussen }}"}
"""


@pytest.fixture
def stage(tmp_path: Path, clock: Clock) -> Stage:
    return Stage(tmp_path, clock)


@pytest.fixture
def say(stage: Stage, capsys: pytest.CaptureFixture[str]) -> Say:
    """Types a command in the example; returns the exit code and what was printed."""

    def typed(*words: str) -> tuple[int, str, str]:
        code = main([*words, "-C", str(stage.root), "--vault-password-file", str(stage.root / ".vault-password")])
        heard = capsys.readouterr()
        return code, heard.out, heard.err

    return typed


# --- who is chosen --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", ["", " ", ",", "@nobody.txt", "~[", "nl[", "utrecht]"])
def test_a_limit_that_names_nobody_never_means_everybody(stage: Stage, say: Say, limit: str) -> None:
    (stage.root / "nobody.txt").write_text("\n")
    code, out, err = say("plan", SITE, "--limit", limit)
    assert code == 1
    assert out == ""
    assert "names nobody" in err or "has a bracket without its other half" in err


def test_a_plan_of_nobody_says_that_no_office_is_chosen(say: Say) -> None:
    code, _, err = say("plan", SITE, "--limit", "utrecht:&zwolle")
    assert code == 0
    assert "No office is chosen: there is none in `nl` that is in --limit utrecht:&zwolle too." in err


def test_tags_that_no_task_has_are_said_with_those_that_there_are(say: Say) -> None:
    code, _, err = say("plan", SITE, "--tags", "certifcate")
    assert code == 0
    assert "No task is chosen by these tags. Tags here: certificate." in err


def test_tags_that_a_task_has_are_passed_over_in_silence(say: Say) -> None:
    assert say("plan", SITE, "--tags", "certificate", "-q")[2] == ""


def test_the_next_command_makes_the_same_plan() -> None:
    options = {"inventory": ["my hosts.yml"], "extra_vars": ["a=1"], "skip_tags": ["x"], "limit": "nl:!ede"}
    assert next_command(SITE, options, ["pw"]) == (  # type: ignore[arg-type]  # a plain dict is such a TypedDict
        f"inregel apply {SITE} --limit 'nl:!ede' --skip-tags x --inventory 'my hosts.yml' --extra-vars a=1 "
        "--vault-id pw"
    )


def test_an_office_that_was_mistyped_is_not_just_an_office_without_orders_or_events(stage: Stage) -> None:
    apply(stage.context(), SITE, yes=True)
    context = stage.context()
    assert list_(context, office="utrech") == 0
    assert history(context, "utrech") == 0
    assert history(context, "utrecht", kind="rollout") == 0
    assert isinstance(context.out, io.StringIO)
    assert context.out.getvalue().splitlines() == [
        "No open work orders for utrech. Nearest name with orders: utrecht",
        "No events of utrech. Nearest name with events: utrecht",
        "No events of utrecht.",
    ]


# --- vault passwords ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("source", "why"), [("nope", "there is no such file"), ("files", "this is a folder")])
def test_a_password_file_that_is_not_there_stops_at_once_and_blocks_nobody(
    stage: Stage, capsys: pytest.CaptureFixture[str], source: str, why: str
) -> None:
    assert main(["apply", SITE, "-C", str(stage.root), "--vault-password-file", str(stage.root / source)]) == 1
    heard = capsys.readouterr()
    assert f"Invalid value for --vault-password-file: {stage.root / source}: {why}" in heard.err
    assert heard.out == ""
    assert stage.orders() == []


def test_the_password_file_of_the_environment_is_found_from_every_folder_of_the_project(stage: Stage) -> None:
    context = stage.context()
    context.vault_ids = ()
    context.environ = {"INREGEL_VAULT_PASSWORD_FILE": ".vault-password"}
    context.directory = stage.root / "files"
    assert plan(context, SITE) == 0
    assert isinstance(context.out, io.StringIO)
    assert "no such file" not in context.out.getvalue()
    assert "4A910C -> 5D2077" in context.out.getvalue()


@pytest.mark.parametrize("password", ["", "wrong"])
def test_an_apply_without_the_vault_password_hands_out_no_halves(stage: Stage, password: str) -> None:
    context = stage.context()
    context.vault_ids = ()
    context.environ = {"INREGEL_VAULT_PASSWORD": password}
    assert plan(context, SITE) == 0
    with pytest.raises(VaultLocked if not password else VaultShut, match="--vault-password-file"):
        apply(context, SITE, yes=True)
    assert stage.orders() == []


def test_an_apply_that_needs_no_secret_needs_no_vault_password(stage: Stage) -> None:
    (stage.root / SITE).write_text(POSTBUS)
    context = stage.context()
    context.vault_ids = ()
    assert apply(context, SITE, yes=True) == 0
    assert stage.orders() != []


# --- reports --------------------------------------------------------------------------------------------------------


def test_a_report_to_standard_output_is_alone_there(say: Say) -> None:
    code, out, err = say("plan", SITE, "--report", "json=-")
    assert code == 0
    assert json.loads(out)["kind"] == "plan"
    assert "Plan for 3 offices" in err


def test_a_report_format_that_there_is_not_is_refused_before_anything_is_done(stage: Stage, say: Say) -> None:
    code, _, err = say("apply", SITE, "--yes", "--report", "xml=f")
    assert code == 1
    assert "There is no report format xml." in err
    assert stage.orders() == []


# --- what stands in files -------------------------------------------------------------------------------------------


def test_a_rule_for_a_module_that_there_is_not_is_a_mistake(stage: Stage) -> None:
    file = stage.root / "inregel.yml"
    file.write_text(file.read_text("utf-8").replace("assu.certificate: until", "assu.certificat: until"), "utf-8")
    with pytest.raises(ConfigError) as caught:
        plan(stage.context(), SITE)
    assert "there is no module `assu.certificat`" in str(caught.value)
    assert "write instead: assu.certificate\n" in str(caught.value) + "\n"


def test_files_that_a_playbook_names_are_no_playbooks_themselves(stage: Stage) -> None:
    books = stage.root / "playbooks"
    (books / "common.yml").write_text('- assu.postbus: {numbers: "{{ postbussen }}"}\n')
    (books / "more.yml").write_text("color: red\n")
    play = "- name: P\n  offices: nl\n  vars_files: [more.yml]\n  tasks:\n    - import_tasks: common.yml\n"
    (stage.root / SITE).write_text(play)
    context = stage.context()
    assert validate(context) == 0
    assert explain(context, "utrecht", "assu.postbus:I09000456") == 0
    assert isinstance(context.out, io.StringIO)
    assert context.out.getvalue().startswith("Sound: 3 offices, 1 playbook, 1 task.\n")


def test_a_playbook_that_another_names_by_mistake_is_checked_all_the_same(stage: Stage) -> None:
    (stage.root / SITE).write_text("- name: P\n  offices: nl\n  tasks:\n    - import_tasks: site.yml\n")
    with pytest.raises(ConfigError, match="import each other in a circle"):
        validate(stage.context())


def test_a_secret_that_is_missing_hides_no_mistake_beside_it(stage: Stage) -> None:
    arguments = '{numbers: "{{ postbusen }}", password: "{{ secret(\'none\') }}"}'
    (stage.root / SITE).write_text(f"- name: P\n  offices: nl\n  tasks:\n    - assu.postbus: {arguments}\n")
    with pytest.raises(ConfigError, match="`postbusen` is not defined"):
        validate(stage.context())


def test_escape_sequences_of_a_sheet_reach_no_screen(stage: Stage) -> None:
    (stage.root / "offices.csv").write_text(
        "id;name;contact;at;version;boxes\n"
        "ede;\x1b[31mred;Jan\x07\u202e;rds;1.2628.3.16;I09000001\n",
        "utf-8",
    )  # fmt: skip
    columns = "connections.assu.installation: at, connections.assu.portefeuille: id, connections.assu.version: version"
    (stage.root / "inventory.yml").write_text(
        "all:\n  offices:\n    from: offices.csv\n"
        f'    columns: {{id: id, name: name, contact: contact, {columns}, postbussen: {{column: boxes, split: ","}}}}\n'
    )
    (stage.root / SITE).write_text(POSTBUS)
    context = stage.context()
    assert apply(context, SITE, yes=True) == 0
    assert list_(context) == 0
    assert show(context, stage.orders()[0]) == 0
    assert inventory(context) == 0
    assert isinstance(context.out, io.StringIO)
    printed = context.out.getvalue()
    assert not set(printed) & set("\x1b\x07\u202e")
    # In a work order the bracket has a backslash: it is no markup there.
    assert printed.replace("\\[", "[").count("\\x1b[31mred") >= 2


def test_what_is_printable_keeps_lines_and_letters_of_all_kinds() -> None:
    assert printable("é ✓\tx\n") == "é ✓\tx\n"
    assert printable("a\r\x9bb") == "a\\r\\x9bb"


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("    - assu.postbus: {numbers: {{ postbussen }}}", 'numbers: "{{ postbussen }}"'),
        ("    names: [{{ one }}]", '"{{ name }}"'),
        ("    path: {{ a }}/{{ b }}", 'path: "{{ a }}/{{ b }}"'),
    ],
)
def test_the_quotes_that_are_proposed_stand_around_the_template_alone(line: str, instead: str) -> None:
    assert template_quoted(line) == instead


@pytest.mark.parametrize(
    ("missing", "known", "near"),
    [
        ("assu_pfx_utrect", "assu_pfx_utrecht", "assu_pfx_utrecht"),
        ("assu_pfx_office017", "assu_pfx_office117", ""),
        ("assu_pfx_ede", "assu_pfx_epe", ""),
        ("assu_pfx_goes", "assu_pfx_hoorn", ""),
    ],
)
def test_the_secret_of_another_office_is_not_proposed(missing: str, known: str, near: str) -> None:
    assert SecretMissing(missing, [known]).near == near


def test_a_secret_that_is_not_there_is_remedied_by_one_command(stage: Stage) -> None:
    play = "- name: P\n  offices: utrecht\n  tasks:\n    - assu.aplaza_user: {user: \"{{ secret('q') }}\"}\n"
    (stage.root / SITE).write_text(play)
    assert "you can: inregel secret set q  " in stage.plan()[1]


def test_three_who_claim_one_thing_are_listed_as_people_write_it(stage: Stage) -> None:
    (stage.root / SITE).write_text(POSTBUS.replace('"{{ postbussen }}"', "[I09000001]"))
    assert "is claimed by hoorn, utrecht and zwolle; only one" in " ".join(stage.plan()[1].split())


@pytest.mark.skipif(WINDOWS, reason="links need rights there")
def test_a_link_to_itself_is_a_file_that_cannot_be_read(stage: Stage) -> None:
    (stage.root / "playbooks/loop.yml").symlink_to("loop.yml")
    with pytest.raises(ConfigError, match=r"playbooks/loop.yml: the file cannot be read"):
        plan(stage.context(), "playbooks/loop.yml")
    with pytest.raises(ConfigError, match=r"playbooks/loop.yml: the file cannot be read"):
        validate(stage.context())


# --- streams --------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(WINDOWS, reason="its shell cannot close a stream")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_are_no_fault(stage: Stage, closed: str) -> None:
    apply(stage.context(), SITE, yes=True)
    command = f'exec "$0" -m inregel work done W1 -C "$1" {closed}'  # nobody to ask, and perhaps nowhere to say so
    done = subprocess.run(
        ["sh", "-c", command, sys.executable, str(stage.root)], env=dict(os.environ), capture_output=True, check=False
    )
    assert done.returncode == 1
    assert not list((stage.root / ".inregel").glob("log/*"))


# --- the demo -------------------------------------------------------------------------------------------------------


@pytest.mark.skipif(WINDOWS, reason="export is a word of POSIX shells")
def test_the_demo_says_how_to_reach_the_command_where_the_shell_does_not_know_it(stage: Stage) -> None:
    context, folder = stage.context(), Path(sys.executable).parent
    context.environ = {"PATH": str(stage.root)}
    program = (folder / "inregel").exists()
    assert _reachable(context) == ([f'export PATH="{folder}:$PATH"'] if program else [])
    context.environ = {"PATH": str(folder)}
    assert _reachable(context) == []
