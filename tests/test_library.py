"""Where modules, drivers, schemas and texts are found, and what is said when they are not."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from inregel import library
from inregel.contract import Module
from inregel.errors import InregelError
from inregel.library import Library, LibraryError, NoSuchModule, NoSuchText, SameName

MODULE = """
from inregel.contract import Seen

def desired(args, office, inputs):
    return {}

def actual(view):
    return Seen({}, False)

def steps(change, inputs):
    return []
"""


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def module_files(name: str = "post.box", text: str = MODULE) -> dict[str, str]:
    system, _, stem = name.partition(".")
    return {f"modules/{system}/{stem}.py": text, f"schemas/modules/{system}/{stem}.schema.json": '{"type": "object"}'}


@pytest.fixture
def built_in(tmp_path: Path) -> Path:
    return write(tmp_path / "built_in", module_files("assu.certificate") | module_files("assu.postbus"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write(tmp_path / "project", module_files())


def test_a_module_of_a_project_works_like_a_built_in_one(built_in: Path, project: Path) -> None:
    both = Library(project, built_in=built_in)
    assert both.modules() == ["assu.certificate", "assu.postbus", "post.box"]
    assert isinstance(both.module("post.box"), Module)
    assert both.module("assu.postbus").actual({}).resources == {}
    assert both.module_schema("post.box") == {"type": "object"}
    assert both.origin("post.box") == project / "modules/post/box.py"
    assert both.built_in("assu.postbus")
    assert not both.built_in("post.box")


def test_every_built_in_module_loads() -> None:
    shelf = Library(None)
    assert shelf.modules()
    for name in shelf.modules():
        assert isinstance(shelf.module(name), Module), name
        assert shelf.module_schema(name)["type"] == "object", name


def test_an_unknown_module_names_the_nearest(built_in: Path) -> None:
    with pytest.raises(NoSuchModule) as caught:
        Library(None, built_in=built_in).module("assu.postbox")
    assert str(caught.value) == (
        "There is no module assu.postbox. Nearest: assu.postbus.\nThe modules that exist: inregel doc"
    )


@pytest.mark.parametrize("name", ["", "assu", "../assu.postbus", "assu._shared", "assu.postbus.py", "Assu.Postbus"])
def test_a_name_that_is_no_name_is_an_unknown_module(name: str, built_in: Path) -> None:
    with pytest.raises(NoSuchModule):
        Library(None, built_in=built_in).module(name)


def test_the_same_name_in_both_names_both(built_in: Path, tmp_path: Path) -> None:
    own = write(tmp_path / "own", module_files("assu.postbus"))
    with pytest.raises(SameName) as caught:
        Library(own, built_in=built_in).modules()
    assert "The module assu.postbus stands twice" in str(caught.value)
    assert f"{built_in.as_posix()}/modules/assu/postbus.py and modules/assu/postbus.py" in str(caught.value)


def test_the_same_connection_schema_in_both_names_both(built_in: Path, project: Path) -> None:
    for root in (built_in, project):
        write(root, {"schemas/connections/post.schema.json": "{}"})
    with pytest.raises(SameName, match=r"schemas/connections/post\.schema\.json stands twice"):
        Library(project, built_in=built_in).connection_schema("post")


def test_a_missing_function_is_named(built_in: Path, tmp_path: Path) -> None:
    own = write(tmp_path / "own", module_files(text="def desired(args, office, inputs):\n    return {}\n"))
    with pytest.raises(LibraryError) as caught:
        Library(own, built_in=built_in).module("post.box")
    assert str(caught.value) == (
        "modules/post/box.py has no function actual and no function steps.\n"
        "A module needs desired, actual and steps; see docs/guide/modules-and-drivers.md"
    )


def test_a_module_without_a_schema_of_its_name_is_refused_and_the_stray_one_is_named(
    built_in: Path, tmp_path: Path
) -> None:
    own = write(tmp_path / "own", {"modules/post/box.py": MODULE, "schemas/modules/post/boxes.schema.json": "{}"})
    with pytest.raises(LibraryError) as caught:
        Library(own, built_in=built_in).module("post.box")
    assert str(caught.value) == (
        "modules/post/box.py has no schema: schemas/modules/post/box.schema.json is not there. "
        "Module and schema have the same name.\n"
        "schemas/modules/post/boxes.schema.json belongs to no module: is it this one?"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\ndef desired(:\n", "modules/post/box.py:2: invalid syntax."),
        ("\nimport no_such_thing\n", "modules/post/box.py:2: ModuleNotFoundError: No module named 'no_such_thing'."),
        ("\n\n1 / 0\n", "modules/post/box.py:3: ZeroDivisionError: division by zero."),
        ("import json\njson.loads('{')\n", "modules/post/box.py:2: JSONDecodeError: Expecting property name"),
    ],
)
def test_a_file_that_does_not_load_is_named_with_its_line(
    text: str, message: str, built_in: Path, tmp_path: Path
) -> None:
    own = write(tmp_path / "own", module_files(text=text))
    with pytest.raises(InregelError) as caught:
        Library(own, built_in=built_in).module("post.box")
    assert str(caught.value).startswith(message)


def test_the_error_names_the_helper_where_the_helper_is_wrong(built_in: Path, tmp_path: Path) -> None:
    files = module_files(text="from ._shared import NAME\n") | {"modules/post/_shared.py": "\nNAME = unknown\n"}
    own = write(tmp_path / "own", files)
    with pytest.raises(InregelError, match=r"^modules/post/_shared\.py:2: NameError"):
        Library(own, built_in=built_in).module("post.box")


def test_modules_of_one_system_share_helpers_by_relative_import(built_in: Path, tmp_path: Path) -> None:
    files = module_files(text="from ._shared import NAME\n" + MODULE) | {"modules/post/_shared.py": "NAME = 'shared'\n"}
    shelf = Library(write(tmp_path / "own", files), built_in=built_in)
    assert shelf.module("post.box").NAME == "shared"
    assert "post._shared" not in shelf.modules()


def test_only_what_is_asked_for_is_loaded(built_in: Path, tmp_path: Path) -> None:
    own = write(tmp_path / "own", module_files() | module_files("post.broken", "this is no Python"))
    shelf = Library(own, built_in=built_in)
    assert shelf.modules() == ["assu.certificate", "assu.postbus", "post.box", "post.broken"]
    assert shelf.module("post.box") is shelf.module("post.box")


@pytest.fixture
def bytecode() -> Iterator[None]:
    """Python keeps what it compiled, as it does for users."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    yield
    sys.dont_write_bytecode = before


@pytest.mark.usefixtures("bytecode")
def test_an_edit_is_seen_by_the_next_library_and_nothing_is_written_beside_it(built_in: Path, project: Path) -> None:
    file = project / "modules/post/box.py"
    file.write_text(MODULE + "\nSIGN = 'a'\n", "utf-8")
    assert Library(project, built_in=built_in).module("post.box").SIGN == "a"
    # Same size, and most likely the same second: what Python keeps of compiled files would not see it.
    file.write_text(MODULE + "\nSIGN = 'b'\n", "utf-8")
    assert Library(project, built_in=built_in).module("post.box").SIGN == "b"
    assert not list(project.rglob("__pycache__"))


def test_two_projects_with_a_module_of_one_name_do_not_meet(built_in: Path, tmp_path: Path) -> None:
    first, second = (
        Library(write(tmp_path / sign, module_files(text=MODULE + f"\nSIGN = '{sign}'\n")), built_in=built_in)
        for sign in ("first", "second")
    )
    assert first.module("post.box").SIGN == "first"
    assert second.module("post.box").SIGN == "second"


def test_a_system_without_a_driver_is_none_and_a_project_brings_its_own(built_in: Path, project: Path) -> None:
    write(project, {"drivers/post.py": "def open(world):\n    return None\n", "drivers/odd.py": "x = 1\n"})
    shelf = Library(project, built_in=built_in)
    assert shelf.system("asr") is None
    assert callable(shelf.system("post").open)
    with pytest.raises(LibraryError, match=r"^drivers/odd\.py has no function open"):
        shelf.system("odd")


def test_a_driver_may_be_a_folder_and_a_plan_rests_on_all_its_files(built_in: Path, project: Path) -> None:
    package = {
        "drivers/post/__init__.py": "from .calls import open\n",
        "drivers/post/calls.py": "def open(world):\n    return None\n",
        "drivers/post/deep/more.py": "x = 1\n",
        "drivers/post.txt": "no driver",
    }
    write(project, package)
    shelf = Library(project, built_in=built_in)
    assert callable(shelf.system("post").open)
    assert "post" in shelf.systems()
    assert {path.relative_to(project).as_posix() for path in shelf.used()} == {
        name for name in package if name.endswith(".py")
    }


def test_a_driver_that_is_a_file_and_a_folder_is_a_mistake(built_in: Path, project: Path) -> None:
    text = "def open(world):\n    return None\n"
    write(project, {"drivers/post.py": text, "drivers/post/__init__.py": text})
    with pytest.raises(SameName, match="The driver post stands twice"):
        Library(project, built_in=built_in).system("post")
    with pytest.raises(SameName, match="The driver afas stands twice"):
        write(project, {"drivers/afas/__init__.py": text})
        Library(project, built_in=built_in).system("afas")


def test_a_driver_of_a_project_does_not_replace_a_built_in_one(built_in: Path, project: Path) -> None:
    write(project, {"drivers/memory.py": "def open(world):\n    return None\n"})
    with pytest.raises(SameName, match="The driver memory stands twice"):
        Library(project, built_in=built_in).system("memory")


def test_a_text_falls_back_on_dutch_and_says_which_one_it_is(built_in: Path, project: Path) -> None:
    write(built_in, {"modules/assu/work_orders/wizard.nl.md": "Nederlands"})
    write(
        project,
        {"modules/post/work_orders/box.fr.md": "boîte", "modules/post/work_orders/box.answers.schema.json": "{}"},
    )
    shelf = Library(project, built_in=built_in)
    assert shelf.text("assu/wizard", "fr") == ("modules/assu/work_orders/wizard.nl.md", "Nederlands")
    assert shelf.text("post/box", "nl") == ("modules/post/work_orders/box.fr.md", "boîte")
    assert shelf.answers("post/box") == {}
    assert shelf.orders() == ["assu/wizard", "post/box"]


@pytest.mark.parametrize("name", ["assu/wizzard", "assu", "../secrets/x", "assu/../../x"])
def test_a_text_that_is_not_there_is_said(name: str, built_in: Path) -> None:
    write(built_in, {"modules/assu/work_orders/wizard.nl.md": "Nederlands"})
    with pytest.raises(NoSuchText) as caught:
        Library(None, built_in=built_in).text(name, "nl")
    if name == "assu/wizzard":
        assert "Nearest: assu/wizard." in str(caught.value)


@pytest.mark.parametrize(("text", "message"), [("{", "is not JSON"), ("[]", "one JSON object"), ("\udcff", "cannot")])
def test_a_schema_that_cannot_be_read_is_named(text: str, message: str, built_in: Path, tmp_path: Path) -> None:
    own = write(tmp_path / "own", module_files())
    (own / "schemas/modules/post/box.schema.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(LibraryError, match=rf"^schemas/modules/post/box\.schema\.json .*{message}"):
        Library(own, built_in=built_in).module_schema("post.box")


def test_the_schemas_of_the_product_are_found_by_name_and_the_nearest_is_named() -> None:
    shelf = Library(None)
    for name in ("project", "inventory", "playbook"):
        assert shelf.schema(name), name
    with pytest.raises(LibraryError, match="There is no schema playbok. Nearest: playbook."):
        shelf.schema("playbok")


def test_what_was_read_is_known_for_the_digest_of_a_plan(built_in: Path, project: Path) -> None:
    shelf = Library(project, built_in=built_in)
    shelf.modules()
    assert shelf.used() == []
    shelf.module("post.box")
    shelf.module_schema("post.box")
    assert shelf.used() == [project / "modules/post/box.py", project / "schemas/modules/post/box.schema.json"]


def test_the_library_is_cheap_to_import() -> None:
    heavy = "jinja2", "jsonschema", "yaml", "rich", "cryptography", "aiohttp", "asyncio", "sqlite3"
    code = f"import inregel.library, sys; print([m for m in {heavy!r} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_home_holds_what_the_library_needs() -> None:
    assert (library.home() / "modules").is_dir()
    assert (library.home() / "schemas").is_dir()
    for path in (library.home() / "schemas").rglob("*.json"):
        json.loads(path.read_text("utf-8"))
