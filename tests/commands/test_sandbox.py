"""`inregel sandbox`: the emulated Assu of a project in the browser, until Ctrl-C."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from helpers.clock import Clock
from helpers.example import Stage
from inregel.commands.context import Context
from inregel.commands.sandbox import NoSandbox, PortTaken, find, sandbox

_RUN = (
    "import sys; from pathlib import Path; from inregel.commands.context import Context\n"
    "from inregel.commands.sandbox import sandbox\nfrom inregel.errors import Interrupted\n"
    "try: sandbox(Context(directory=Path(sys.argv[1])))\n"
    "except Interrupted as error: sys.exit(error.exit_code)\n"
)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C to one process")
def test_it_serves_until_ctrl_c(tmp_path: Path, clock: Clock) -> None:
    stage = Stage(tmp_path / "example", clock)
    with subprocess.Popen(
        [sys.executable, "-c", _RUN, str(stage.root)],
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


def test_a_project_without_one_is_told_how_to_get_one(tmp_path: Path) -> None:
    (tmp_path / "inregel.yml").write_text("project: offices\n", "utf-8")
    with pytest.raises(NoSandbox) as caught:
        find(Context(directory=tmp_path))
    assert str(caught.value) == (
        f"{tmp_path} has no sandbox: there is no sandbox/assu.json.\n"
        "Make an example that has one: inregel init DIR --example"
    )


def test_a_port_that_is_taken_is_named(tmp_path: Path, clock: Clock) -> None:
    stage = Stage(tmp_path / "example", clock)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"The sandbox cannot listen on port {port} of this computer"):
            sandbox(Context(directory=stage.root, out=io.StringIO()), port=port)
