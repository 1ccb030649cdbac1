"""The watch over secrets bites: every form and every channel. It guards the whole suite, so it is proven here."""

from __future__ import annotations

import base64
import html
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.canary import ALPHABET, MARK, allow, canary, in_files, leaks, watch_command_line

FORMS: dict[str, Callable[[str], bytes]] = {
    "raw": lambda v: v.encode(),
    "cut short": lambda v: v[:13].encode() + b"...",
    "broken over two lines": lambda v: f"│ {v[:11]}\n    {v[11:]}".encode().replace("│".encode(), b""),
    "broken inside the mark": lambda v: f"{v[:3]}\r\n{v[3:]}".encode(),
    "reversed": lambda v: v[::-1].encode(),
    "UTF-16 little": lambda v: v.encode("utf-16-le"),
    "UTF-16 big": lambda v: v.encode("utf-16-be"),
    "hex": lambda v: v.encode().hex().encode(),
    "hex in capitals": lambda v: v.encode().hex().upper().encode(),
    "URL, only what must be": lambda v: quote(v, safe="").encode(),
    "URL, the hyphen": lambda v: v.replace("-", "%2D").encode(),
    "URL, every character": lambda v: "".join(f"%{byte:02X}" for byte in v.encode()).encode(),
    "JSON": lambda v: json.dumps({"password": v}).encode(),
    "JSON, every character": lambda v: "".join(f"\\u{ord(c):04x}" for c in v).encode(),
    "JSON, the hyphen": lambda v: v.replace("-", "\\u002d").encode(),
    "HTML": lambda v: html.escape(v).encode(),
    "HTML, every character": lambda v: "".join(f"&#{ord(c)};" for c in v).encode(),
    "HTML, every character in hex": lambda v: "".join(f"&#x{ord(c):x};" for c in v).encode(),
    "HTML, the hyphen": lambda v: v.replace("-", "&#45;").encode(),
    "backslash escapes": lambda v: "".join(f"\\x{byte:02x}" for byte in v.encode()).encode(),
    "base64 in lines": lambda v: base64.encodebytes(b"user:" + v.encode() + b"x" * 60),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_value_is_found_in_every_form(form: str) -> None:
    value = canary("password")
    found = leaks(b"some text before " + FORMS[form](value) + b" and after")
    assert [leak.partition(" (")[0] for leak in found] == ["password"] * len(found)
    assert found


@given(before=st.binary(max_size=40), after=st.binary(max_size=40), urlsafe=st.booleans())
def test_a_value_is_found_in_base64_wherever_it_begins(before: bytes, after: bytes, urlsafe: bool) -> None:
    encode = base64.urlsafe_b64encode if urlsafe else base64.b64encode
    assert "password (base64)" in leaks(encode(before + canary("password").encode() + after))


def test_a_value_is_found_inside_a_packed_file() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", f"<v>{canary('token')}</v>" * 50)
    assert leaks(packed.getvalue()) == ["token (raw)"]


def test_what_holds_no_canary_of_ours_is_not_reported() -> None:
    canary("password")
    stranger = MARK + "A" * 24
    assert leaks(f"{stranger} {MARK} {canary.__name__}".encode()) == []
    assert leaks(base64.b64encode(stranger.encode())) == []


def test_two_canaries_differ_and_hold_no_look_alikes() -> None:
    first, second = canary("a"), canary("b")
    assert first != second
    assert len(first) == len(MARK) + 24
    assert set(first.removeprefix(MARK)) <= set(ALPHABET)
    assert not set("0O1lI") & set(ALPHABET)


def test_an_allowed_file_is_not_searched_and_every_other_is(tmp_path: Path) -> None:
    value = canary("password")
    allow(tmp_path / "password.txt").write_text(value)
    assert in_files(tmp_path) == []
    (tmp_path / "deep").mkdir()
    other = tmp_path / "deep" / "ledger.db-wal"
    other.write_bytes(b"\0\1\2" + value.encode())
    assert in_files(tmp_path) == ["password (raw) in deep/ledger.db-wal"]
    other.unlink()


def test_a_folder_cannot_be_allowed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one file"):
        allow(tmp_path)


def test_a_command_line_is_refused_at_once() -> None:
    with pytest.raises(AssertionError, match="a secret on a command line: password"):
        watch_command_line(["curl", "-u", f"me:{canary('password')}"])
    assert watch_command_line(["curl", "-n"]) == ["curl", "-n"]


CHANNELS = """
import base64, logging, os, subprocess, sys
import pytest
from helpers.canary import canary, allow, watch_folder

def test_stdout(): print(canary("s"))
def test_stderr(): print(canary("s")[::-1], file=sys.stderr)
def test_descriptor(capfd): os.write(1, canary("s").encode())
def test_child_output(): subprocess.run([sys.executable, "-S", "-c", "print(input())"], input=canary("s").encode())
def test_read_by_the_test_capsys(capsys):
    print(canary("s")); assert capsys.readouterr().out
def test_read_by_the_test_capfd(capfd):
    os.write(2, canary("s").encode()); assert capfd.readouterr().err
def test_read_by_the_test_binary(capfdbinary):
    os.write(2, base64.b64encode(canary("s").encode())); assert capfdbinary.readouterr().err
def test_unread_capsys(capsys): print(canary("s"))
def test_log(): logging.getLogger("x").warning("token %s", canary("s"))
def test_log_caplog(caplog):
    with caplog.at_level("DEBUG"): logging.getLogger("x").debug("token %s", canary("s"))
def test_file(tmp_path): (tmp_path / "report.html").write_text(canary("s"))
def test_wal(tmp_path): (tmp_path / "ledger.db-wal").write_bytes(bytes(99999) + canary("s").encode().hex().encode())
def test_file_name(tmp_path): (tmp_path / canary("s")).touch()
def test_other_folder(tmp_path_factory):
    watch_folder(tmp_path_factory.mktemp("o")).joinpath("f").write_text(canary("s"))
def test_command_line(): subprocess.run([sys.executable, "-S", "-c", "", canary("s")])
def test_shell(): os.system(": " + canary("s"))
@pytest.fixture
def printing():
    yield
    print(canary("s"))
def test_setup_and_teardown(printing): pass

@pytest.fixture(scope="module")
def standing(): return canary("standing")
def test_of_a_shared_fixture(standing): print(standing)
"""

SILENT = """
from helpers.canary import canary, allow
def test_uses_it(tmp_path, capsys, caplog):
    allow(tmp_path / "pw").write_text(canary("s")); print("nothing"); (tmp_path / "x").write_text("CNRY-")
def test_without_any(): print("CNRY-" + "A" * 24)
"""


def run_pytest(folder: Path, text: str) -> str:
    (folder / "conftest.py").write_text('pytest_plugins = ["helpers.canary"]\n')
    (folder / "test_inner.py").write_text(text)
    helpers = Path(__file__).parent
    (folder / "pytest.ini").write_text(f"[pytest]\npythonpath = {helpers}\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", str(folder / "tmp")]
    return subprocess.run([*command, str(folder)], cwd=folder, capture_output=True, text=True, check=False).stdout


def test_the_watch_fails_a_test_in_every_channel(tmp_path: Path) -> None:
    output = run_pytest(tmp_path, CHANNELS)
    names = [line.split()[1].partition("(")[0] for line in CHANNELS.splitlines() if line.startswith("def test_")]
    failed = {line.split("::")[1].split()[0] for line in output.splitlines() if line.startswith("ERROR ")}
    assert set(names) - failed == set(), output
    assert output.count("a secret came out: s") >= len(names) - 1
    assert f"{len(names)} passed, {len(names)} errors" in output


def test_the_watch_passes_a_test_that_keeps_its_secrets(tmp_path: Path) -> None:
    assert "2 passed" in run_pytest(tmp_path, SILENT)
