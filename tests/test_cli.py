"""The command line itself: names, help, examples, suggestions, completion, and what is said of errors."""

import errno
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from helpers.canary import canary
from inregel import __version__
from inregel.cli import fault, main
from inregel.cli.group import Defaulting
from inregel.cli.root import LAZY, SECTIONS, root
from inregel.cli.run import run
from inregel.errors import InregelError


def leaves(
    command: click.Command = root, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from leaves(below, (*path, name))


COMMANDS = dict(leaves())
NAMES = [" ".join(path) for path in COMMANDS]


def inregel(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "inregel", *arguments],
        cwd=cwd,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_every_command_stands_under_one_heading() -> None:
    listed = [name for names in SECTIONS.values() for name in names]
    assert sorted(listed) == sorted(LAZY)


@pytest.mark.parametrize("name", NAMES)
def test_every_help_says_what_it_does_and_ends_with_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*name.split(), "--help"]) == 0
    text = capsys.readouterr().out
    assert f"Usage: inregel {name}" in text
    after = text.partition("\nExamples:\n")[2].splitlines()
    assert after
    assert all("inregel " in line for line in after if line.strip())
    for parameter in COMMANDS[tuple(name.split())].params:
        if isinstance(parameter, click.Option) and not parameter.hidden:
            assert parameter.help, parameter.name


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_a_command_line_that_is_understood(name: str) -> None:
    examples: tuple[str, ...] = getattr(COMMANDS[tuple(name.split())], "examples", ())
    for example in examples:
        words = shlex.split(example.partition(" > ")[0].rpartition(" | ")[2])
        if words[0] != "inregel":  # eval "$(inregel completion bash)"
            words = shlex.split(words[1].strip("$()"))
        command: click.Command = root
        context = click.Context(root, info_name="inregel")
        rest = words[1:]
        while isinstance(command, click.Group):
            found = command.get_command(context, rest[0]) if rest else None
            if found is None:
                assert isinstance(command, Defaulting), example
                found, rest = command.get_command(context, command.default), ["", *rest]
            assert found is not None, example
            command, rest = found, rest[1:]
        command.make_context(command.name, list(rest), parent=context)


def test_the_version_is_said_without_loading_the_command_line(tmp_path: Path) -> None:
    code = "import sys; from inregel.cli import main; main(['--version']); print('click' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert found.stdout.splitlines() == [f"inregel {__version__}", "False"]


@pytest.mark.parametrize("doorway", [["-m", "inregel"], ["-c", "from inregel.cli import main; main()"]])
def test_the_version_is_the_same_through_each_doorway(doorway: list[str], tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, *doorway, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout == f"inregel {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pln"], "There is no command pln. Did you mean plan?"),
        (["wrok", "list"], "There is no command wrok. Did you mean work?"),
        (["work", "shwo"], "There is no command shwo. Did you mean show?"),
        (["plan", "site.yml", "--limt", "x"], "--limit"),
        (["plan"], "PLAYBOOK"),
        (["plan", "site.yml", "--forks", "0"], "--forks"),
        (["plan", "site.yml", "--report", "json"], "json is not FORMAT=FILE; write json=plan.json"),
        (["version", "-C", "no-such-folder"], "there is no folder no-such-folder"),
        (["completion", "tcsh"], "tcsh"),
        ([], "Usage: inregel"),
    ],
)
def test_a_usage_error_says_what_to_write_and_exits_1(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert said in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "_INREGEL_COMPLETE" in capsys.readouterr().out


def test_completion_answers_with_commands_and_options(tmp_path: Path) -> None:
    words = inregel(cwd=tmp_path, _INREGEL_COMPLETE="bash_complete", COMP_WORDS="inregel wor", COMP_CWORD="1")
    assert words.stdout.split() == ["plain,work"]
    words = inregel(cwd=tmp_path, _INREGEL_COMPLETE="bash_complete", COMP_WORDS="inregel work s", COMP_CWORD="2")
    assert words.stdout.split() == ["plain,show"]
    options = inregel(cwd=tmp_path, _INREGEL_COMPLETE="bash_complete", COMP_WORDS="inregel plan --li", COMP_CWORD="2")
    assert options.stdout.split() == ["plain,--limit"]


@pytest.mark.parametrize(
    "line",
    [
        "plan playb",
        "validate playbooks/site.yml playb",
        "plan -i inv",
        "explain utrecht assu.postbus --playbook playb",
        "work done W1 --answers w",
        "work done --from or",
        "import offices to",
        "history verify --heads he",
        "ledger restore le",
        "secret encrypt fi",
        "secret rekey secrets.yml fi",
        "plan --vault-password-file pa",
    ],
)
def test_where_a_file_is_meant_the_shell_completes_files(tmp_path: Path, line: str) -> None:
    words = f"inregel {line}"
    last = str(len(line.split()))
    answer = inregel(cwd=tmp_path, _INREGEL_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=last)
    assert answer.stdout.split() == ["file," + line.split()[-1]]


def test_bash_completes_with_the_printed_script(tmp_path: Path) -> None:
    program = tmp_path / "inregel"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m inregel "$@"\n')
    program.chmod(0o755)
    script = (
        'PATH="$PWD:$PATH"; eval "$(inregel completion bash)"; COMP_WORDS=(inregel hist); COMP_CWORD=1; '
        '_inregel_completion inregel hist inregel; echo "${COMPREPLY[@]}"'
    )
    found = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.stdout.strip() == "history", found.stderr


def test_folder_and_colour_may_stand_before_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    assert main(["-C", "a", "--color", "never", "version"]) == 0
    assert main(["-C", "no", "version"]) == 1


def test_there_are_no_colours_in_a_pipe(tmp_path: Path) -> None:
    for arguments in (["--help"], ["plan", "--help"], ["nonsense"]):
        found = inregel(*arguments, cwd=tmp_path)
        assert "\x1b" not in found.stdout + found.stderr


@pytest.mark.parametrize(("unbuffered", "code"), [("", 0), ("1", 130)])
def test_a_reader_that_goes_away_gives_no_traceback(unbuffered: str, code: int, tmp_path: Path) -> None:
    """At the end it is no error; in the middle the command was cut short, and must not look done."""
    reading, writing = os.pipe()
    os.close(reading)
    found = subprocess.run(
        [sys.executable, "-m", "inregel", "version"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (found.returncode, found.stderr) == (code, b"")


def test_output_is_utf8_on_a_console_of_another_code_page(tmp_path: Path) -> None:
    code = "import sys; from inregel import platform; platform.use_utf8(sys.stdout); print('Assurantiën →')"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=True,
    )
    assert found.stdout.decode("utf-8").strip() == "Assurantiën →"


class Elsewhere(InregelError):
    """{system} is elsewhere."""

    exit_code = 4


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (Elsewhere(system="assu"), 4, "assu is elsewhere.\n"),
        (KeyboardInterrupt(), 130, "\nInterrupted. The same command goes on from where this one stopped.\n"),
        (OSError(errno.ENOSPC, "No space left on device", "ledger.db"), 1, "The disk is full; make room and give"),
        (OSError(errno.EROFS, "Read-only file system", "ledger.db"), 1, "The disk is read-only: ledger.db\n"),
        (ZeroDivisionError("division by zero"), 3, "A fault of ours (ZeroDivisionError in test_cli.py"),
    ],
)
def test_each_kind_of_error_has_its_exit_code_and_words(
    error: BaseException, code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "inregel.yml").write_text("project: x\n")

    def fails(_arguments: list[str], _context: object) -> int:
        raise error

    assert run(["plan", "-C", str(tmp_path)], None, fails) == code
    captured = capsys.readouterr()
    assert captured.err.startswith(said)
    assert "Traceback" not in captured.err
    assert (tmp_path / ".inregel").exists() == (code == 3)


# --- a fault of ours ------------------------------------------------------------------------------------------------


def raise_with(value: str) -> Exception:
    try:
        held = {"password": value}
        raise KeyError(held["password"] + " is not there")
    except KeyError as error:
        return error


def test_a_fault_of_ours_writes_a_log_without_secrets(tmp_path: Path) -> None:
    (tmp_path / "inregel.yml").write_text("project: x\n")
    password, token = canary("in a message"), canary("on the command line")
    arguments = ["plan", "site.yml", "--extra-vars", f"token={token}", f"--limit={token}", f"-e{token}"]
    said = fault.report(raise_with(password), arguments, tmp_path)
    (log,) = (tmp_path / ".inregel/log").glob("fault-*.txt")
    text = log.read_text("utf-8")
    assert str(log) in said
    assert "A fault of ours (KeyError in test_cli.py" in said
    assert "command   inregel plan ... --extra-vars ... --limit=... -e\n" in text
    assert "builtins.KeyError" in text
    assert "test_cli.py:" in text
    assert password not in text + said
    assert token not in text + said


def test_outside_a_project_the_log_goes_where_temporary_files_go(tmp_path: Path) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    fault.report(ValueError("x"), ["plan"], tmp_path, place)
    assert [path.name.startswith("inregel-fault-") for path in place.iterdir()] == [True]


def test_where_the_log_cannot_be_written_it_is_shown(tmp_path: Path) -> None:
    said = fault.report(ValueError("x"), ["plan"], tmp_path, tmp_path / "missing")
    assert "The log could not be written" in said
    assert "builtins.ValueError" in said


def test_every_error_that_led_to_a_fault_stands_in_the_log() -> None:
    try:
        try:
            raise_with("x").with_traceback(None)
            raise OSError("first")
        except OSError as error:
            raise ExceptionGroup("two", [ValueError("a"), TypeError("b")]) from error
    except ExceptionGroup as error:
        text = fault.log(error, ["plan"])
    for name in ("builtins.ExceptionGroup", "builtins.ValueError", "builtins.TypeError", "builtins.OSError"):
        assert name in text
