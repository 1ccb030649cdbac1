"""The docs hold together: links lead somewhere, what is listed is what there is, no page speaks of anything else."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

import inregel
from helpers.clock import Clock
from helpers.pages import FENCE, Reader, blocks, files, missing, names, rows, sections, told
from helpers.places import SUITE, checkout
from inregel.config import settings
from inregel.config.expressions import Cage
from inregel.config.filters import all_filters
from inregel.config.settings import DEFAULTS
from inregel.config.source import MAX_BYTES, MAX_JSON_BYTES, MAX_VALUES
from inregel.library import Library

OUTSIDE = {"semver.org", "json-schema.org", "jinja.palletsprojects.com"}
"""Other places that a page may name; hosts that end in .example are nobody's."""


def pages() -> list[Path]:
    """Every page of the project that people read; none where the suite runs against the wheel."""
    tops = [SUITE / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    return [path for path in (*tops, *sorted((SUITE / "docs").rglob("*.md"))) if path.is_file()]


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ +(.+)$", FENCE.sub("", page), re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title)).lower() for title in titles]
    return {title.strip().replace(" ", "-") for title in plain}


def links(page: str) -> list[str]:
    """Where its links lead, those in code left out."""
    return re.findall(r"\[[^]]*\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", FENCE.sub("", page)))


each_page = pytest.mark.parametrize("path", pages(), ids=lambda path: path.relative_to(SUITE).as_posix())


@each_page
def test_every_link_leads_somewhere(path: Path) -> None:
    for link in links(path.read_text("utf-8")):
        if link.startswith("https://"):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.is_file(), f"{link}: there is no such file"
        assert target.is_relative_to(SUITE), f"{link}: it lies outside"
        if anchor:
            assert anchor in anchors(target.read_text("utf-8")), f"{link}: there is no such heading"


@each_page
def test_a_page_speaks_of_the_project_alone(path: Path) -> None:
    page = path.read_text("utf-8")
    hosts = {host for host in re.findall(r"\bhttps?://([\w.-]+)", page) if not host.endswith(".example")}
    assert hosts <= OUTSIDE | {"127.0.0.1"}
    # The places of one machine, and numbers of a list of tasks that a reader does not have.
    assert re.findall(r"(?<![\w./~>)}*-])/(?!dev/null\b|path/to/|api/)[a-z]+/[\w./-]+", page) == []
    assert re.findall(r"\b(?:issue|ticket|pull request)s? #?[0-9]+", page, re.IGNORECASE) == []
    assert re.findall(r"\bTODO\b|\bFIXME\b|\bXXX\b", page) == []


def test_the_index_names_every_page() -> None:
    root = checkout()
    named = {(root / "docs" / link).resolve() for link in links((root / "docs/index.md").read_text("utf-8"))}
    modules = root / "docs/reference/modules"
    missed = [path for path in (root / "docs").rglob("*.md") if path not in named and path.parent != modules]
    assert missed == [root / "docs/index.md"]


# --- what is listed is what there is --------------------------------------------------------------------------------


def listed(page: str, section: str) -> dict[str, list[str]]:
    """The keys of a section's tables, each with the other cells of its row."""
    text = sections((checkout() / "docs/reference" / page).read_text("utf-8"))[section]
    return {name: row[1:] for row in rows(text) for name in names(row[0])}


def properties(schema: str, *path: str) -> Mapping[str, Any]:
    """The properties of a part of a schema of the product."""
    part: Any = Library(None).schema(schema)
    for name in path:
        part = part[name]
    found: Mapping[str, Any] = part["properties"]
    return found


TABLES = [
    ("settings.md", "inregel.yml", "project", ()),
    ("inventory.md", "A group", "inventory", ("$defs", "group")),
    ("inventory.md", "An office", "inventory", ("$defs", "office")),
    ("playbook.md", "A play", "playbook", ("$defs", "play")),
    ("playbook.md", "A task", "playbook", ("$defs", "task")),
]


@pytest.mark.parametrize(("page", "section", "schema", "path"), TABLES)
def test_a_table_of_keys_has_those_of_the_schema(page: str, section: str, schema: str, path: tuple[str, ...]) -> None:
    assert set(listed(page, section)) == set(properties(schema, *path))


def test_the_tables_of_a_sheet_have_the_keys_of_the_schema() -> None:
    sheet = properties("inventory", "$defs", "sheet")
    column = sheet["columns"]["additionalProperties"]["oneOf"][1]["properties"]
    assert set(listed("inventory.md", "Offices from a sheet")) == {*sheet, *column}


def test_the_table_of_a_connection_has_the_keys_of_its_schema() -> None:
    schema = Library(None).connection_schema("assu")
    assert schema is not None
    table = listed("inventory.md", "A connection")
    assert set(table) == set(schema["properties"])
    assert {name for name, row in table.items() if "identity" in row[2]} == set(schema["x-identity"])


def test_defaults_are_those_of_the_schemas() -> None:
    for page, section, schema, path in TABLES:
        table = listed(page, section)
        for name, each in properties(schema, *path).items():
            if "default" in each:
                written = json.dumps(each["default"]).strip('"')
                assert written in table[name][1], f"{page}: {name}"
    for name, value in DEFAULTS.items():
        assert value in listed("settings.md", "inregel.yml")[name][1]


def test_the_playbook_page_lists_the_filters_that_there_are() -> None:
    text = sections((checkout() / "docs/reference/playbook.md").read_text("utf-8"))["Templates"]
    (line,) = re.findall(r"^- Filters: (.*?)\.$", text, re.MULTILINE | re.DOTALL)
    assert names(line) == sorted(all_filters())
    assert {name for name in Cage().filters if not name.startswith("_")} == set(all_filters())


def test_the_limits_are_those_of_the_reader() -> None:
    page = (checkout() / "docs/reference/inventory.md").read_text("utf-8")
    for limit in (f"{MAX_BYTES // 2**20} MiB", f"{MAX_JSON_BYTES // 2**20} MiB", f"{MAX_VALUES:,} values"):
        assert limit in page


def test_the_page_on_architecture_has_the_layers_that_are_checked() -> None:
    root = checkout()
    (contract,) = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = [name for layer in contract["layers"] for name in re.findall(r"\w+", layer)]
    text = sections((root / "docs/architecture.md").read_text("utf-8"))["The layers"]
    table = rows(text.partition("Beside the package")[0])
    assert [name for row in table for name in names(row[0])] == [name for name in layers if name != "__main__"]


def test_every_exit_code_is_explained() -> None:
    page = (checkout() / "docs/reference/exit-codes.md").read_text("utf-8")
    explained = {int(row[0]) for row in rows(page)}
    assert explained == {0, 1, 2, 3, 4, 5, 130}
    sources = [path.read_text("utf-8") for path in Path(inregel.__file__).parent.rglob("*.py")]
    code = re.compile(r"^    exit_code(?:: .*)? = (\d+)", re.MULTILINE)
    used = {int(found) for text in sources for found in code.findall(text)}
    assert len(used) > 4
    assert used <= explained


def test_every_command_has_its_page_and_no_other() -> None:
    from inregel.cli.root import root

    def commands(group: click.Group, path: str) -> Iterator[str]:
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from commands(command, f"{path} {name}")
            else:
                yield f"{path} {name}"

    page = (checkout() / "docs/reference/commands.md").read_text("utf-8")
    shown = re.findall(r"^## (inregel(?: [a-z]+)+)", page, re.MULTILINE)
    assert shown == list(commands(root, "inregel"))


def test_every_option_is_on_the_page_of_its_command() -> None:
    from inregel.cli.root import root

    page = sections((checkout() / "docs/reference/commands.md").read_text("utf-8"))
    for title, text in page.items():
        path = re.findall(r"^inregel((?: [a-z]+)+)", title)
        if not path:
            continue
        command: click.Command | None = root
        for name in path[0].split():
            assert isinstance(command, click.Group)
            command = command.get_command(click.Context(command), name)
        assert command is not None
        options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
        shown = {name for row in rows(text) for name in re.findall(r"(?<!\S)-[-\w]+", row[0].strip("`"))}
        assert shown == {name for option in options for name in (*option.opts, *option.secondary_opts)}, title


def test_commands_that_pages_name_exist() -> None:
    from inregel.cli.root import words

    checkout()
    for path in pages():
        page = path.read_text("utf-8")
        spans = re.findall(r"`([^`\n]+)`", FENCE.sub("", page))
        for line in (*spans, *(line for block in blocks(page) for line in block.lines)):
            name = re.match(r"(?:\$ |.*: )?inregel ([a-z]+)(?= |$)", line)
            assert name is None or name[1] in words([name[1]]), f"{path.name}: {line}"


# --- what they show is what happens ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["inventory.md", "playbook.md"])
def test_the_files_of_a_reference_page_are_a_sound_project(
    name: str, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (checkout() / "docs/reference" / name).read_text("utf-8")
    reader = Reader(tmp_path, clock)
    reader.type(["inregel init .", "export INREGEL_VAULT_PASSWORD_FILE=.vault-password"])
    given = files(page)
    assert given
    for each, text in given.items():
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).write_text(text, "utf-8")
    for commands, lines in told(page):
        said = reader.type(commands)
        assert missing(lines, said) == [], said
    if name == "playbook.md":
        reader.environ["INREGEL_SECRET_ASSU_PFX_UTRECHT"] = "any"
        assert "Sound: 1 office, 1 playbook, 3 tasks." in reader.type(["inregel validate playbooks/site.yml"])


def test_the_settings_of_the_reference_are_sound(tmp_path: Path) -> None:
    page = (checkout() / "docs/reference/settings.md").read_text("utf-8")
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "inregel.yml").write_text(text, "utf-8")
    assert settings.load(tmp_path).project == "offices"
