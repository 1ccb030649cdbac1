"""How the reference page of a module looks: as Markdown, and in a terminal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inregel.report.lines import EMPTY, Line, Span, cells, line, pad
from inregel.report.reference import Argument, Operation, Page


def markdown(told: Page) -> str:
    """The page as Markdown."""
    parts = [f"# {told.name}", told.summary]
    if told.about:
        parts.append(told.about)
    parts += ["## Arguments", "\n".join(_argument_table(told.arguments))]
    parts.append("## Example")
    parts.append(f"```yaml\n{told.example}\n```")
    if told.operations:
        parts += ["## Operations", "\n".join(_operation_table(told.operations))]
    for name, languages in told.orders:
        parts.append(f"Work order `{name}`: {', '.join(languages)}.")
    return "\n\n".join(parts) + "\n"


def _argument_table(arguments: Sequence[Argument]) -> Iterator[str]:
    yield "| argument | sort | required | default | meaning |"
    yield "|---|---|---|---|---|"
    for each in arguments:
        sort = f"one of {', '.join(f'`{choice}`' for choice in each.choices)}" if each.choices else each.kind
        default = f"`{each.default}`" if each.default else ""
        cells_ = (f"`{each.name}`", sort, each.required, default, each.description)
        yield "| " + " | ".join(_cell(text) for text in cells_) + " |"


def _operation_table(operations: Sequence[Operation]) -> Iterator[str]:
    yield "| operation | where no driver performs it | can be taken back |"
    yield "|---|---|---|"
    for each in operations:
        order = f"work order `{each.order}`" if each.order else "blocked"
        yield f"| `{each.name}` | {order} | {'no' if each.irreversible else 'yes'} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _required(argument: Argument) -> str:
    return {"yes": "required", "no": ""}.get(argument.required, f"required {argument.required}")


def page_lines(told: Page) -> Iterator[Line]:
    """The page for a terminal."""
    yield line(Span(told.name, "strong"), f"  {told.summary}", hang=2)
    for part in told.about.split("\n\n"):
        if part:
            yield EMPTY
            yield line(f"  {part}", hang=2)
    yield EMPTY
    yield line(Span("Arguments", "strong"))
    width = max((cells(each.name) for each in told.arguments), default=0) + 4
    for each in told.arguments:
        notes = (" | ".join(each.choices) or each.kind, _required(each), each.default and f"default {each.default}")
        yield line(pad(f"  {each.name}", width), ", ".join(note for note in notes if note), hang=width)
        if each.description:
            yield line(" " * width, Span(each.description, "faint"), hang=width)
    yield EMPTY
    yield line(Span("Example", "strong"))
    for text in told.example.split("\n"):
        yield line(f"  {text}", hang=6)
    if told.operations:
        yield EMPTY
        yield line(Span("Operations", "strong"))
    for operation in told.operations:
        order = f"else work order {operation.order}" if operation.order else "by a driver only"
        yield line(f"  {pad(operation.name, 30)}{order}{', IRREVERSIBLE' if operation.irreversible else ''}", hang=4)


def index(pages: Sequence[Page]) -> str:
    """A Markdown page that lists the modules, system by system."""
    parts = ["# Modules", "Every module with its summary. The same in a terminal: `inregel doc`."]
    for system in sorted({each.name.partition(".")[0] for each in pages}):
        own = [each for each in pages if each.name.partition(".")[0] == system]
        rows = [f"| [`{each.name}`]({each.name}.md) | {_cell(each.summary)} |" for each in own]
        parts += [f"## {system}", "\n".join(["| module | what it sets |", "|---|---|", *rows])]
    return "\n\n".join(parts) + "\n"
