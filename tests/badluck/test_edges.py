"""Whatever the program does for good stands in a named edge; the table and the code agree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import inregel
from inregel.crashpoints import EDGES, POINTS, Crash, points

SOURCE = Path(inregel.__file__).parent
APART = {
    "platform.py sync_folder": "is the end of a rename, and stands in its edge",
    "sandbox": "makes example projects, which are made anew",
    "ledger/memory.py": "ends with its process",
    "cli/fault.py": "a log of a fault; half a log is better than none",
    "commands/doc.py": "pages for people, made anew by the same command",
    "commands/work.py": "standard input for a moment, so that it is read as a file is",
    "commands/paper.py": "a page for a person, made anew by the same command",
}
"""What needs no edge, and why."""


@dataclass
class Found:
    """What one file does for good, and where its edges are."""

    edges: list[tuple[str, str]] = field(default_factory=list)
    """(name, place)."""
    bare: list[str] = field(default_factory=list)
    """Lines outside of every edge."""


class Reader(ast.NodeVisitor):
    """Goes through one file."""

    def __init__(self, name: str) -> None:
        self.name, self.found = name, Found()
        self.path: list[str] = []
        self.depth = 0

    def enter(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.path.append(node.name)
        depth, self.depth = self.depth, 0
        self.generic_visit(node)
        self.depth = depth
        self.path.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.enter(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self.enter(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.enter(node)

    def visit_With(self, node: ast.With) -> None:
        calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
        names = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "edge"]
        for name in names:
            assert isinstance(name, ast.Constant)
            self.found.edges.append((str(name.value), f"{self.name} {'.'.join(self.path)}"))
        # It counts only as the first: what is entered before it would end after its second point.
        first = calls[0].func if calls else None
        own = bool(names) and isinstance(first, ast.Name) and first.id == "edge"
        self.depth += own
        self.generic_visit(node)
        self.depth -= own

    def visit_Call(self, node: ast.Call) -> None:
        place = f"{self.name} {'.'.join(self.path)}"
        if for_good(node) and not self.depth and place not in APART:
            self.found.bare.append(f"{place}:{node.lineno}: {ast.unparse(node)[:60]}")
        self.generic_visit(node)


def for_good(call: ast.Call) -> bool:
    """A commit of the ledger, alone or shared, a commit of SQLite, a sync, a rename, or a whole file written."""
    if not isinstance(call.func, ast.Attribute):
        return False
    match call.func.attr:
        case "writing" | "together":
            return True
        case "execute":
            return bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value == "COMMIT"
        case "fsync" | "write_text" | "write_bytes":
            return True
        case "replace":
            # Of a path: that of a string has two arguments, and that of a dataclass names its fields.
            return len(call.args) == 1 and not call.keywords
    return False


def read(text: str, name: str) -> Found:
    """What a file does."""
    reader = Reader(name)
    reader.visit(ast.parse(text))
    return reader.found


def files() -> Iterator[tuple[str, str]]:
    """Name and text of every file of the program that needs edges."""
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if not any(name == apart or name.startswith(f"{apart}/") for apart in APART):
            yield name, path.read_text("utf-8")


def test_each_edge_stands_once_and_where_the_table_says() -> None:
    found = [edge for name, text in files() for edge in read(text, name).edges]
    assert sorted(found) == sorted(EDGES.items())


def test_nothing_is_done_for_good_outside_of_an_edge() -> None:
    assert [line for name, text in files() for line in read(text, name).bare] == []


def test_what_is_left_out_is_still_there() -> None:
    for name in APART:
        assert (SOURCE / name.partition(" ")[0]).exists()


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("def f():\n    with edge('a.b'), ledger.writing() as tx:\n        pass", 0),
        ("def f():\n    with ledger.writing() as tx:\n        pass", 1),
        ("def f():\n    with edge('a.b'):\n        await commits.together(leases, write)", 0),
        ("async def f():\n    return await commits.together(leases, write)", 1),
        ("def f():\n    with ledger.writing() as tx, edge('a.b'):\n        pass", 1),
        ("def f():\n    with edge('a.b'):\n        def g():\n            os.fsync(1)", 1),
        ("def f():\n    with edge('a.b'):\n        os.fsync(1)\n        fresh.replace(path)", 0),
        ("def f():\n    with edge('a.b'):\n        os.fsync(1)\n    fresh.replace(path)", 1),
        ("connection.execute('COMMIT')", 1),
        ("'a'.replace('b', 'c')\nreplace(x, y=1)\nconnection.execute('BEGIN')", 0),
    ],
)
def test_the_search_sees_what_it_is_to_see(text: str, bare: int) -> None:
    assert len(read(text, "x.py").bare) == bare


def test_each_edge_has_two_points_of_its_own() -> None:
    assert len(set(POINTS)) == len(POINTS) == 2 * len(EDGES)
    assert points("apply.intend") == ("apply.before_intend", "apply.after_intend")


def test_a_crash_at_a_point_that_there_is_not_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="there is no point 'apply.leesed'"):
        Crash("apply.leesed:1")
