"""`make docs`: writes the parts of the docs that are made from the project itself; `--check` only compares.

A made part stands between `<!-- made: NAME -->` and `<!-- end -->`.
A block whose fence ends with `from=PATH` quotes that file of the project whole.
"""

from __future__ import annotations

import inspect
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
PART = re.compile(r"(<!-- made: (\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
QUOTE = re.compile(r"^(```[^\n]* from=(\S+)\n).*?^```$", re.DOTALL | re.MULTILINE)


def sizes() -> str:
    """The table of the long tests."""
    entries = tomllib.loads((ROOT / "tests/sizes.toml").read_text("utf-8"))
    rows = [f"| {name} | {each['what']} | {each['normal']:,} | {each['soak']:,} |" for name, each in entries.items()]
    return "\n".join(["| test | what | normal | soak |", "|---|---|--:|--:|", *rows]) + "\n"


def behaviours() -> str:
    """The table of the behaviours that `make mutants` takes away."""
    lines = ["| area | behaviour | guarded by |", "|---|---|---|"]
    for path in sorted((ROOT / "tests/mutants").glob("*.toml")):
        for entry in tomllib.loads(path.read_text("utf-8")).get("mutant", []):
            tests = entry["tests"].split() if isinstance(entry["tests"], str) else entry["tests"]
            names = ", ".join(f"`{test}`" for test in tests)
            lines.append(f"| {path.stem} | {entry['behaviour'].replace('|', chr(92) + '|')} | {names} |")
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Every command: what it does, its arguments and options, examples. Not as click lays it out: that changes."""
    from inregel.cli.root import root

    shared = "| option | |\n|---|---|\n" + "\n".join(_option_rows(root))
    return f"Options before every command:\n\n{shared}\n" + "".join(_pages(click.Context(root), root, "inregel"))


def _pages(context: click.Context, group: click.Group, path: str) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _pages(click.Context(command), command, f"{path} {name}")
        elif command is not None:
            yield _page(command, f"{path} {name}")


def _page(command: click.Command, path: str) -> str:
    arguments = [each for each in command.params if isinstance(each, click.Argument)]
    names = [each.metavar or (each.name or "").strip("_").upper() for each in arguments]
    usage = " ".join(name if each.required else f"[{name}]" for name, each in zip(names, arguments, strict=True))
    examples = "\n".join(getattr(command, "examples", ()))
    rows = "\n".join(_option_rows(command))
    return (
        f"\n## {path} {usage}".rstrip() + f"\n\n{inspect.cleandoc(command.help or '')}\n\n```\n{examples}\n```\n\n"
        f"| option | |\n|---|---|\n{rows}\n"
    )


def _option_rows(command: click.Command) -> Iterator[str]:
    for option in command.params:
        if not isinstance(option, click.Option) or option.hidden or "--version" in option.opts:
            continue
        choice = " or ".join(map(str, option.type.choices)) if isinstance(option.type, click.Choice) else "VALUE"
        value = "" if option.is_flag else f" {option.metavar or choice}"
        names = ", ".join(sorted((*option.opts, *option.secondary_opts), key=len))
        yield f"| `{names}{value}` | {option.help} |"


PARTS: dict[str, Callable[[], str]] = {"sizes": sizes, "behaviours": behaviours, "commands": commands}


def made(text: str) -> str:
    """`text` with its made parts, and the files that it quotes, as they are now."""
    text = QUOTE.sub(lambda match: match[1] + (ROOT / match[2]).read_text("utf-8") + "```", text)
    return PART.sub(lambda match: match[1] + PARTS[match[2]]() + match[3], text)


def module_pages(*, write: bool) -> list[str]:
    """The pages of the modules that are not up to date; `write` writes them."""
    from inregel.commands.doc import reference, write_pages
    from inregel.library import Library

    folder, library = ROOT / "docs/reference", Library(None)
    there = {f"modules/{path.name}": path.read_text("utf-8") for path in (folder / "modules").glob("*.md")}
    wanted = reference(library)
    if write:
        write_pages(library, folder)
    names = sorted(there.keys() | wanted.keys())
    return [f"docs/reference/{name}" for name in names if there.get(name) != wanted.get(name)]


def main(argv: Sequence[str]) -> int:
    """Returns 1 where `--check` finds a page that is not up to date."""
    old = []
    for path in [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]:
        before = path.read_text("utf-8")
        after = made(before)
        if before != after:
            old.append(path.relative_to(ROOT).as_posix())
            if "--check" not in argv:
                path.write_text(after, "utf-8")
    old += module_pages(write="--check" not in argv)
    for name in old:
        print(f"{name} is not up to date; run: make docs" if "--check" in argv else f"wrote {name}")
    return 1 if old and "--check" in argv else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
