"""What is shipped, the one command that makes its own environment, and the two README commands."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import inregel
from helpers.places import checkout
from helpers.sizes import FILE, size, table, takes_size
from inregel import library


def sh(root: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    # Not what `make test` itself set for those below it.
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS", "GNUMAKE"))}
    return subprocess.run(arguments, cwd=root, env={**clean, **environ}, capture_output=True, text=True, check=False)


def test_in_a_wheel_the_library_is_inside_the_package_and_the_package_is_not_the_checkout() -> None:
    wheel = os.environ.get("INREGEL_WHEEL")
    package = Path(inregel.__file__).resolve().parent
    if wheel is None:
        assert library.home() == package.parent
        return
    assert package.is_relative_to(Path(wheel).resolve())
    assert library.home() == package


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = checkout()
    folder = tmp_path_factory.mktemp("wheel")
    code = f"import hatchling.build; print(hatchling.build.build_wheel({str(folder)!r}))"
    made = sh(root, sys.executable, "-c", code)
    if "No module named 'hatchling'" in made.stderr:
        pytest.skip("hatchling is not installed here; .ci/run builds the wheel")
    assert made.returncode == 0, made.stderr
    return folder / made.stdout.strip()


def test_the_wheel_holds_the_whole_library_and_nothing_generic(wheel: Path) -> None:
    root = checkout()
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"inregel", f"inregel-{inregel.__version__}.dist-info"}
    for folder in ("modules", "schemas", "playbooks"):
        here = {
            path.relative_to(root).as_posix()
            for path in (root / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert here <= {name.removeprefix("inregel/") for name in names}, folder
    assert "inregel/py.typed" in names
    assert "inregel/ledger/queries.sql" in names
    assert {f"inregel/locale/{each}/LC_MESSAGES/inregel.mo" for each in ("nl", "fr")} <= set(names)
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]


def test_a_wheel_alone_runs_and_knows_its_library(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    code = (
        "import inregel, inregel.library as l; from inregel.cli import main; main(['--version']); "
        "print(inregel.__file__, l.Library(None).modules()); "
        "from inregel.speech import speech_in; print(speech_in('nl')('in sync'))"
    )
    found = sh(tmp_path, sys.executable, "-c", code, PYTHONPATH=str(tmp_path / "site"), PYTHONSAFEPATH="1")
    assert found.returncode == 0, found.stderr
    assert str(tmp_path / "site") in found.stdout
    assert "assu.certificate" in found.stdout
    assert "in orde" in found.stdout


def test_the_editable_install_is_one_line_that_names_the_checkout() -> None:
    root = checkout()
    build = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    assert build["dev-mode-dirs"] == ["."]


def test_the_doorway_runs_from_the_checkout() -> None:
    root = checkout()
    found = sh(root, sys.executable, "cli.py", "--version")
    assert found.stdout == f"inregel {inregel.__version__}\n"


# --- make -----------------------------------------------------------------------------------------------------------


def a_path_with(folder: Path, programs: dict[str, str]) -> str:
    """A PATH that has only these programs, and what a shell script needs."""
    folder.mkdir()
    for name, text in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    for name in ("sh", "mkdir", "touch"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return str(folder)


OLD = 'case "$*" in *sys.exit*) exit 1;; esac'


def test_without_a_python_that_is_new_enough_the_message_says_which_and_how(tmp_path: Path) -> None:
    root = checkout()
    path = a_path_with(tmp_path / "bin", {"python3": OLD, "python": OLD})
    found = sh(root, "sh", "tools/environment.sh", str(tmp_path / "venv"), "runtime", PATH=path)
    assert found.returncode == 1
    assert found.stderr.startswith("inregel needs Python 3.11 or newer, and none was found.")
    assert "make PYTHON=/path/to/python" in found.stderr
    assert not (tmp_path / "venv").exists()


def test_without_venv_the_message_names_the_package_to_install(tmp_path: Path) -> None:
    root = checkout()
    python = 'case "$*" in *venv*) exit 1;; *print*) echo 3.12;; esac'
    path = a_path_with(tmp_path / "bin", {"python3.12": python})
    found = sh(root, "sh", "tools/environment.sh", str(tmp_path / "venv"), "runtime", PATH=path)
    assert found.returncode == 1
    assert "python3.12 comes without venv." in found.stderr
    assert "apt install python3.12-venv" in found.stderr


def test_the_newest_python_is_taken_and_the_old_one_passed_over(tmp_path: Path) -> None:
    root = checkout()
    said = tmp_path / "said"
    good = f'echo "$0" >>{said}; case "$*" in *version*) echo Python 3.12;; *venv*--clear*) exit 9;; esac'
    path = a_path_with(tmp_path / "bin", {"python3.13": OLD, "python3.12": good, "python3": good})
    found = sh(root, "sh", "tools/environment.sh", str(tmp_path / "venv"), "runtime", PATH=path)
    assert found.returncode == 9
    assert {Path(line).name for line in said.read_text().split()} == {"python3.12"}


def test_a_second_make_does_not_install_again(tmp_path: Path) -> None:
    root = checkout()
    shutil.copy(root / "Makefile", tmp_path)
    (tmp_path / "tools").mkdir()
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "tools/environment.sh").write_text('echo "made $2" >>made; mkdir -p $1/bin; touch $1/.$2\n')
    program = tmp_path / ".venv/bin/inregel"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho demo\n")
    program.chmod(0o755)
    assert sh(tmp_path, "make", "demo").stdout == "demo\n"
    assert sh(tmp_path, "make", "demo").stdout == "demo\n"
    assert (tmp_path / "made").read_text() == "made runtime\n"
    os.utime(tmp_path / "pyproject.toml", (2**31, 2**31))
    sh(tmp_path, "make", "demo")
    assert (tmp_path / "made").read_text() == "made runtime\nmade runtime\n"


def test_make_alone_lists_what_there_is() -> None:
    found = sh(checkout(), "make")
    for name in ("demo", "test", "check", "soak", "mutants", "docs", "messages", "bench", "clean"):
        assert f"make {name}" in found.stdout


# --- the docs -------------------------------------------------------------------------------------------------------


def test_the_made_parts_of_the_docs_are_up_to_date() -> None:
    root = checkout()
    found = sh(root, sys.executable, "tools/docs.py", "--check")
    assert found.returncode == 0, found.stdout


def test_every_link_in_the_docs_leads_somewhere() -> None:
    root = checkout()
    for page in [*root.glob("*.md"), *(root / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), (page.name, target)


def test_every_size_is_used_and_soak_is_never_smaller() -> None:
    text = "".join(path.read_text("utf-8") for path in FILE.parent.rglob("test_*.py"))
    for name, entry in table().items():
        assert 0 < entry["normal"] <= entry["soak"], name
        assert re.search(rf"""\bsize\(["']{name}["']\)""", text), f"no test has the size {name}"


def test_a_test_that_takes_a_size_is_run_by_soak() -> None:
    @settings(max_examples=size("any plans"))
    @given(st.booleans())
    def long(value: bool) -> None:
        assert value in (True, False)

    def short() -> None:
        pass

    assert takes_size(long)
    assert not takes_size(short)
    assert not takes_size(None)


def test_nothing_is_left_to_do_in_the_code() -> None:
    root = checkout()
    words = re.compile(r"\b(TODO|" + "FIXME|XXX)" + r"\b")
    for folder in ("inregel", "modules", "schemas", "playbooks", "tools", "bench", "docs"):
        for path in (root / folder).rglob("*"):
            if path.suffix in (".py", ".md", ".json", ".yml", ".sql", ".sh") and words.search(path.read_text("utf-8")):
                pytest.fail(f"{path.relative_to(root)} has something left to do")
