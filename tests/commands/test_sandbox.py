"""`inregel sandbox`: the emulated systems of a project, until Ctrl-C."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from helpers.afas_emulator import Client
from helpers.clock import Clock
from helpers.example import Stage
from inregel.commands.context import Context
from inregel.commands.sandbox import NoSandbox, PortTaken, find, sandbox

_RUN = (
    "import sys; from pathlib import Path; from inregel.commands.context import Context\n"
    "from inregel.commands.sandbox import sandbox\nfrom inregel.errors import Interrupted\n"
    "try: sandbox(Context(directory=Path(sys.argv[1])), environments=int(sys.argv[2]))\n"
    "except Interrupted as error: sys.exit(error.exit_code)\n"
)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C to one process")
def test_it_serves_until_ctrl_c(tmp_path: Path, clock: Clock) -> None:
    stage = Stage(tmp_path / "example", clock)
    with subprocess.Popen(
        [sys.executable, "-c", _RUN, str(stage.root), "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdout
        first = process.stdout.readline()
        assert first.startswith("The sandbox runs at http://127.0.0.1:")
        with urlopen(first.split()[-1]) as response:
            page = response.read().decode()
        assert "rds-2/De Hanze" in page
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(10) == 130
    assert rest == (
        "  rds-1/Van Dalen, Assu 1.2628.3.16\n"
        "  rds-2/De Hanze, Assu 1.2628.3.15\n"
        "  rds-3/Noordkop, Assu 1.2628.3.9\n"
        "It can be reached from this computer only. Ctrl-C stops it.\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C to one process")
def test_any_project_can_have_an_afas_that_is_called_and_worked_in_the_browser(tmp_path: Path) -> None:
    (tmp_path / "inregel.yml").write_text("project: offices\n", "utf-8")
    with subprocess.Popen(
        [sys.executable, "-c", _RUN, str(tmp_path), "2"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline().split() for _ in range(4)]
        assert [line[:2] for line in lines[1:3]] == [["AFAS", "O10001AA:"], ["AFAS", "O10002AA:"]]
        rest = urlsplit(lines[2][-1])
        assert rest.port
        reply = Client(rest.port, host=rest.netloc, base=rest.path).get("/metainfo")
        assert (reply.status, reply.headers["Cache-Control"]) == (401, "no-store")
        for path, text in (("", "AFAS 10002"), ("desk?at=AFAS%2010002", "Klantnummer")):
            with urlopen(lines[0][-1] + path) as response:
                assert text in response.read().decode()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
    assert (tmp_path / "sandbox" / "afas.json").is_file()


def test_what_was_made_before_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "inregel.yml").write_text("project: offices\n", "utf-8")
    context = Context(directory=tmp_path)
    _, first = find(context, 1)
    assert first
    with first.change("10001") as environment:
        environment.users.clear()
    _, second = find(context, 2)
    assert second
    assert [(each.name, len(each.users)) for each in second] == [("O10001AA", 0), ("O10002AA", 1)]
    assert find(context)[1] is not None


def test_a_project_without_one_is_told_how_to_get_one(tmp_path: Path) -> None:
    (tmp_path / "inregel.yml").write_text("project: offices\n", "utf-8")
    with pytest.raises(NoSandbox) as caught:
        find(Context(directory=tmp_path))
    assert str(caught.value) == (
        f"{tmp_path} has no sandbox: there is no sandbox/assu.json.\n"
        "Make an example that has one: inregel init DIR --example\n"
        "An emulated AFAS can be had in any project: inregel sandbox --afas 1"
    )


def test_a_port_that_is_taken_is_named(tmp_path: Path, clock: Clock) -> None:
    stage = Stage(tmp_path / "example", clock)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"The sandbox cannot listen on port {port} of this computer"):
            sandbox(Context(directory=stage.root, out=io.StringIO()), port=port)
