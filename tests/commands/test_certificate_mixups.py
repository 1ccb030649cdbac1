"""What belongs to one office and stands at another, and what damage at some offices does to the others."""

from __future__ import annotations

import io
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from helpers.canary import canary
from helpers.containers import OPENSSL, certificate, export, write_pem
from helpers.many_offices import VALID, Project, container, declared, office
from helpers.sizes import seed, size
from inregel.commands import plan
from inregel.plan.model import Plan, Status
from inregel.sandbox.certificates import Wish, make_container


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "project", 4)


def reasons(made: Plan) -> dict[str, str]:
    """Why resources are blocked, by office and module (and key, where there are several)."""
    return {
        f"{each.office} {each.module}" + (f" {each.key}" if each.module == "assu.postbus" else ""): each.blocked.reason
        for each in made.entries()
        if each.blocked is not None and not each.blocked.cause
    }


def change(project: Project, **offices: dict[str, Any]) -> None:
    """Declares offices otherwise than usual, by `office_1`."""
    usual = {office(number): declared(number) for number in range(project.count)}
    changed = {office(int(name.removeprefix("office_"))): each for name, each in offices.items()}
    project.declare({name: {**own, **changed.get(name, {})} for name, own in usual.items()})


def test_the_file_of_another_office_names_both_addresses_and_blocks_who_has_it(project: Project) -> None:
    (project.root / "files/office-002.abc").write_bytes(container(1, project.password))
    assert reasons(project.plan()) == {
        "office-002 assu.certificate": "files/office-002.abc is the certificate of kantoor1@certificate.example, "
        "not of kantoor2@certificate.example"
    }


def test_a_file_that_was_copied_with_its_address_names_both_offices_at_both(project: Project) -> None:
    (project.root / "files/office-002.abc").write_bytes(container(1, project.password))
    change(project, office_2={"certificate": declared(1)["certificate"]})
    why = "certificate:4A0001 is claimed by office-001 and office-002; only one can hold it"
    assert reasons(project.plan()) == {f"office-00{number} assu.certificate": why for number in (1, 2)}


def test_one_address_at_two_offices_names_both_also_where_the_certificates_differ(project: Project) -> None:
    change(project, office_2={"certificate": {"email": "Kantoor1@certificate.example"}})
    made = reasons(project.plan())
    # The file of office-002 says whose it is; with a file that fits, both are told.
    assert made["office-002 assu.certificate"].endswith("not of Kantoor1@certificate.example")
    second = make_container(Wish(0x999, "kantoor1@certificate.example", "Kantoor 2", *VALID), project.password)
    (project.root / "files/office-002.abc").write_bytes(second)
    why = (
        "the certificate of kantoor1@certificate.example is claimed by office-001 and office-002; only one can hold it"
    )
    assert reasons(project.plan()) == {f"office-00{number} assu.certificate": why for number in (1, 2)}


def test_one_address_that_two_offices_renew_by_names_both(project: Project) -> None:
    task = 'file: "files/{{ office.id }}.abc"\n        password: "{{ secret(\'assu_pfx\') }}"\n        kind: renewal'
    playbook = project.root / "playbooks/site.yml"
    text = playbook.read_text("utf-8")
    assert task in text
    playbook.write_text(text.replace(task, "route: renew\n        bcc_code: \"{{ secret('assu_pfx') }}\""), "utf-8")
    change(project, office_3={"certificate": declared(1)["certificate"]})
    why = (
        "the certificate of kantoor1@certificate.example is claimed by office-001 and office-003; only one can hold it"
    )
    assert reasons(project.plan()) == {f"office-00{number} assu.certificate": why for number in (1, 3)}


def test_one_postbus_at_three_offices_names_all_three_and_leaves_their_others_alone(project: Project) -> None:
    shared = declared(0)["postbussen"][0]
    change(project, **{f"office_{number}": {"postbussen": [shared, f"I09{number:06}9"]} for number in (0, 1, 2)})
    why = f"postbus:{shared} is claimed by office-000, office-001 and office-002; only one can hold it"
    found = reasons(project.plan())
    assert found == {f"office-00{number} assu.postbus {shared}": why for number in (0, 1, 2)}


def test_who_plans_one_office_alone_is_told_of_the_other_too(project: Project) -> None:
    change(project, office_2={"postbussen": declared(1)["postbussen"][:1]})
    context = project.context()
    assert plan.plan(context, "playbooks/site.yml", limit="office-002", strict=True) == 1
    assert isinstance(context.out, io.StringIO)
    told = " ".join(context.out.getvalue().split())
    assert "postbus:I09000001 is claimed by office-001 and office-002; only one can hold it" in told


# --- one office and the 119 others ----------------------------------------------------------------------------------


def test_a_wrong_password_blocks_its_office_and_not_the_119_others(tmp_path: Path) -> None:
    project = Project(tmp_path / "project", 120)
    (project.root / "files/office-077.abc").write_bytes(container(77, canary("the password of office 77")))
    made = project.plan()
    why = "secret assu_pfx does not open files/office-077.abc (a sound PKCS#12 file)"
    assert reasons(made) == {"office-077 assu.certificate": why}
    others = [each for each in made.entries() if (each.office, each.module) != ("office-077", "assu.certificate")]
    assert len(others) == 120 * 4 - 1
    assert {each.status for each in others} == {Status.LOOK}
    context = project.context()
    assert plan.plan(context, "playbooks/site.yml", strict=True) == 1
    assert isinstance(context.out, io.StringIO)
    assert context.out.getvalue().count("does not open") == 1


def test_damaged_files_are_one_message_for_each_office_exit_1_and_no_traceback(tmp_path: Path) -> None:
    project = Project(tmp_path / "project", size("damaged offices"))
    write_pem(tmp_path, certificate())
    sound = [export(tmp_path, project.password, *options) for options in OPENSSL.values()]
    chance = random.Random(seed("damaged offices"))  # noqa: S311  # a test, not a secret
    for number in range(project.count):
        data = bytearray(sound[number % len(sound)])
        data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        cut = chance.choice([len(data), len(data), chance.randrange(len(data))])
        (project.root / f"files/{office(number)}.abc").write_bytes(data[:cut])
    command = [sys.executable, "-m", "inregel", "plan", "playbooks/site.yml", "--strict", "--report", "json=plan.json"]
    environ = {**os.environ, "INREGEL_SECRET_ASSU_PFX": project.password, "COLUMNS": "500"}
    ended = subprocess.run(command, cwd=project.root, env=environ, capture_output=True, timeout=300, check=False)
    assert ended.returncode == 1, ended.stderr
    assert b"Traceback" not in ended.stdout + ended.stderr
    assert f"Blocked by you: {project.count} causes." in ended.stdout.decode()
    for part in json.loads((project.root / "plan.json").read_text("utf-8"))["offices"]:
        blocked = {each["module"]: each["blocked"] for each in part["resources"]}
        file, reason = f"files/{part['office']}.abc", blocked.pop("assu.certificate")["reason"]
        assert file in reason
        assert "\n" not in reason
        assert set(blocked.values()) == {None}
