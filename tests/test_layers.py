"""Who imports whom: import-linter on the real tree, and on a tree that breaks the rule."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import inregel
from helpers.places import checkout


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--no-cache"], cwd=root, env={"PYTHONPATH": str(root), "PATH": ""}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_each_layer_imports_only_from_those_below_it() -> None:
    found = lint(checkout())
    assert found.returncode == 0, found.stdout


def test_an_import_from_a_layer_above_is_noticed(tmp_path: Path) -> None:
    root = checkout()
    shutil.copytree(root / "inregel", tmp_path / "inregel", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    contract = tmp_path / "inregel/contract/values.py"
    contract.write_text(contract.read_text("utf-8") + "\nfrom inregel.commands import context\n", "utf-8")
    found = lint(tmp_path)
    assert found.returncode == 1
    assert "inregel.contract is not allowed to import inregel.commands" in found.stdout


def test_nothing_in_the_package_imports_modules_cli_or_tests_by_name() -> None:
    package = Path(inregel.__file__).parent
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            for name in names:
                assert name.partition(".")[0] not in ("modules", "cli", "tests", "helpers"), (path, name)
