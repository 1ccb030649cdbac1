"""The runner of `make mutants`: it must notice a suite that stays green, and a mutant that proves nothing."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from helpers.places import checkout

PRODUCT = "def limit(n: int) -> int:\n    return min(n, 10)\n"
TEST = "from product import limit\n\ndef test_small() -> None:\n    assert limit(3) == 3\n"
STRICT = TEST + "\ndef test_large() -> None:\n    assert limit(30) == 10\n"
ENTRY = """
[[mutant]]
behaviour = "there is a limit"
file = "product.py"
find = '''min(n, 10)'''
replace = '''{replace}'''
tests = "tests/test_product.py"
"""


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    path = checkout() / "tools/mutants.py"
    spec = importlib.util.spec_from_file_location("inregel_tools_mutants", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def tree(root: Path, test: str, replace: str = "n", product: str = PRODUCT) -> Path:
    (root / "tests/mutants").mkdir(parents=True)
    (root / "product.py").write_text(product)
    (root / "tests/test_product.py").write_text(test)
    (root / "tests/mutants/area.toml").write_text(ENTRY.format(replace=replace))
    (root / "pytest.ini").write_text("[pytest]\n")
    return root


@pytest.mark.parametrize(
    ("test", "replace", "code", "said"),
    [
        (STRICT, "n", 0, "1 behaviours, 1 guarded, 0 not."),
        (TEST, "n", 1, "SURVIVED"),
        (STRICT, "n n", 1, "BROKEN"),
        (TEST + "    assert False\n", "n", 1, "RED"),
    ],
)
def test_only_a_test_that_bites_counts(
    test: str, replace: str, code: int, said: str, mutants: ModuleType, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    root = tree(tmp_path / "tree", test, replace)
    assert mutants.main(["--workers", "1"], root) == code
    assert said in capsys.readouterr().out
    assert (root / "product.py").read_text() == PRODUCT


@pytest.mark.parametrize("product", ["def limit(n): return n\n", PRODUCT + "x = lambda n: min(n, 10)\n"])
def test_a_text_that_does_not_stand_exactly_once_is_an_error(
    product: str, mutants: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tree(tmp_path / "tree", STRICT, product=product)
    assert mutants.main([], root) == 1
    assert "times in product.py, not once" in capsys.readouterr().out


def test_a_run_that_never_ends_counts_as_noticed(mutants: ModuleType, tmp_path: Path) -> None:
    root = tree(tmp_path / "tree", STRICT.replace("limit(3) == 3", "limit(3) == 3\n    while True: pass"))
    assert mutants.run_tests(root, ["tests/test_product.py"], 1.5).killed == mutants.NO_TIME


def test_the_table_of_behaviours_is_sound(mutants: ModuleType) -> None:
    found = mutants.read(checkout() / "tests/mutants")
    assert list(mutants.misplaced(found, checkout())) == []
