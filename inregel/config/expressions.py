"""Jinja in a cage: expressions and texts that can neither reach out nor run away.

Limits, per template: 16 KiB of text, results of 1,000,000 characters, 10,000 repetitions or items of a range, numbers
of 4,096 bits, and a budget of 200,000 units of work that loops and filters draw on. Macros, includes and imports are
not known; methods of values are a short list; an undefined name is a mistake, never an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sized
from datetime import date
from functools import wraps
from typing import Any, Final

from jinja2 import TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, StrictUndefined, Undefined
from jinja2.sandbox import SandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer

from inregel.config import filters
from inregel.config.filters import LONGEST, TooBig
from inregel.contract import Secret

MARKS: Final = re.compile(r"\{[{%#]")
"""What makes a text a template."""
_TEXT: Final = 16 * 1024
_REPEAT: Final = 10_000
_BITS: Final = 4_096
_BUDGET: Final = 200_000
_TEXT_METHODS: Final = (
    "lower upper strip lstrip rstrip split rsplit splitlines startswith endswith title capitalize removeprefix "
    "removesuffix find index count isdigit isalpha isalnum"
)
_METHODS: Final[tuple[tuple[type, frozenset[str]], ...]] = (
    (str, frozenset(_TEXT_METHODS.split())),
    (Mapping, frozenset({"get", "keys", "values", "items"})),
    (list, frozenset({"index", "count"})),
    (date, frozenset({"year", "month", "day", "isoformat"})),
)
"""What templates may call on values: nothing that takes a width or a format."""
_FORBIDDEN: Final = (
    nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends,
    nodes.Block, nodes.ScopedEvalContextModifier, nodes.EvalContextModifier,
)  # fmt: skip
_TESTS: Final = frozenset(TESTS) - {"callable", "escaped", "filter", "test"}


class Problem(Exception):
    """What is wrong with a template; `names` are what might have been meant, `word` what was written."""

    def __init__(self, message: str, *, word: str = "", of: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.word = word
        self.of = of
        """For an attribute: the value that lacks it."""
        self.instead = ""
        self.where: Any = None
        """Where the template stands; set by the first who knows."""


class Absent(Exception):
    """A secret that cannot be had: the reason and the remedy. It is a fault of one office, not a mistake."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


class Sealed:
    """A secret inside a template: it can be handed on whole, and nothing else."""

    __slots__ = ("secret",)

    def __init__(self, secret: Secret) -> None:
        self.secret = secret

    def _refuse(self, *_: object) -> Any:
        which = f"the secret {self.secret.name}" if self.secret.name else "a secret"
        raise Problem(
            f"{which} stands inside a longer text or is worked on; "
            "a secret is a whole value: store the whole text as the secret"
        )

    __str__ = __repr__ = __format__ = __len__ = __iter__ = __getitem__ = __add__ = __radd__ = _refuse
    __mod__ = __rmod__ = __mul__ = __rmul__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __int__ = __float__ = (
        _refuse
    )
    __html__ = _refuse

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sealed):
            return self.secret == other.secret
        if isinstance(other, str):
            self._refuse()
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self.secret)


class _Undefined(StrictUndefined):
    """An undefined name or attribute: raises `Problem` when it is used."""

    __slots__ = ()

    def __init__(self, hint: str | None = None, obj: Any = missing, name: Any = None, exc: Any = None) -> None:
        def problem(_: str | None = None) -> Problem:
            if exc is SecurityError:
                return Problem(f"`{name}` cannot be used in a template")
            if hint:
                return Problem(hint)
            return undefined(str(name)) if obj is missing else undefined(str(name), obj)

        super().__init__(hint, obj, name, problem)  # type: ignore[arg-type]  # it is called, and what it gives is raised


def undefined(word: str, of: object = None, *, path: str = "") -> Problem:
    """An undefined variable, or an attribute of the value `of`."""
    told = f"`{path or word}` is not defined" if of is None or path else f"`{word}` is not defined in this value"
    return Problem(told, word=word, of=of)


class _Rewrite(NodeTransformer):
    """Puts the limits into the tree of a template."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802  (Jinja's name)
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(parts, "_concat", [], [], None, None, lineno=node.lineno)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  (Jinja's name)
        if node.recursive:
            raise Problem("a recursive loop cannot be used in a template")
        self.generic_visit(node)
        cost = nodes.Const(1 + sum(1 for _ in node.find_all(nodes.Node)))
        node.iter = nodes.Filter(node.iter, "_counted", [cost], [], None, None, lineno=node.lineno)
        return node


class Cage(SandboxedEnvironment):
    """The one Jinja environment of a project."""

    intercepted_binops = frozenset({"+", "-", "*", "**", "%", "/", "//"})

    def __init__(self) -> None:
        super().__init__(
            undefined=_Undefined, trim_blocks=True, keep_trailing_newline=True, finalize=_printed, optimized=False
        )
        self.left = _BUDGET
        self.filters = {name: self._charged(each) for name, each in filters.all_filters().items()}
        self.filters["_concat"] = filters.concat
        self.filters["_counted"] = self._counted
        self.tests = {name: TESTS[name] for name in _TESTS}
        self.globals = {"range": _range, "dict": dict}

    # --- the budget -------------------------------------------------------------------------------------------------

    def refill(self) -> None:
        """A new budget, at the start of each template that is not used by another."""
        self.left = _BUDGET

    def charge(self, cost: int) -> None:
        """Takes from the budget; raises `TooBig`."""
        self.left -= cost
        if self.left < 0:
            raise TooBig("more work than a template may do: too many steps of loops or filters")

    def _charged(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def charged(*args: Any, **kwargs: Any) -> Any:
            for value in args:
                if isinstance(value, Sized) and not isinstance(value, (Undefined, Sealed, Context)):
                    self.charge(1 + len(value) // (64 if isinstance(value, str) else 1))
            return function(*args, **kwargs)

        return charged

    def _counted(self, items: Any, cost: int) -> Iterator[Any]:
        for item in items:
            self.charge(cost)
            yield item

    # --- what may be done -------------------------------------------------------------------------------------------

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """`left operator right`, where the result cannot be large."""
        if operator == "*":
            _bounded_product(left, right)
        elif operator == "**":
            if (
                not isinstance(left, (int, float))
                or not isinstance(right, (int, float))
                or _bits(left) * abs(right) > _BITS
            ):
                raise TooBig("a power that large")
        elif operator == "%":
            if isinstance(left, str):
                raise Problem("`%` does not put values into text here; write `'text ' ~ value`")
        elif operator == "+" and isinstance(left, Sized) and isinstance(right, Sized):
            self.charge(1 + (len(left) + len(right)) // 64)
            if len(left) + len(right) > LONGEST:
                raise TooBig(f"a value of more than {LONGEST:,} parts")
        return super().call_binop(context, operator, left, right)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Only the short list of methods."""
        return (
            any(isinstance(obj, kind) and attr in names for kind, names in _METHODS)
            or type(obj).__name__ == "LoopContext"
        )

    def wrap_str_format(self, value: Any) -> None:
        """`str.format` takes widths of any size, so it is no method here."""

    def is_safe_callable(self, obj: Any) -> bool:
        """What can be got at is safe to call: see `is_safe_attribute`."""
        return True

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`a.b`: of a mapping, the key comes before a method."""
        if isinstance(obj, Mapping):
            if attribute in obj:
                return obj[attribute]
            if attribute not in _METHODS[1][1]:
                return self.undefined(obj=obj, name=attribute)
        if isinstance(obj, Sealed):
            obj._refuse()
        return super().getattr(obj, attribute)

    # --- compiling --------------------------------------------------------------------------------------------------

    def tree(self, text: str) -> nodes.Template:
        """The checked tree of a text with templates. Raises `Problem`."""
        return self._checked(lambda: self.parse(text), text)

    def expression_tree(self, text: str) -> nodes.Template:
        """The same for a bare expression, such as that of `when`."""
        return self._checked(lambda: self.parse("{{ " + text + " }}"), text)

    def _checked(self, parse: Callable[[], nodes.Template], text: str) -> nodes.Template:
        if len(text) > _TEXT:
            raise Problem(f"this template has {len(text):,} characters; at most {_TEXT:,} are read")
        try:
            tree = parse()
            for node in tree.find_all(_FORBIDDEN):
                raise Problem(f"`{type(node).__name__.lower()}` cannot be used in a template")
            for found in tree.find_all(nodes.Filter):
                if found.name not in self.filters or found.name.startswith("_"):
                    raise Problem(f"there is no filter `{found.name}`", word=found.name, of=self.filters)
            for test in tree.find_all(nodes.Test):
                if test.name not in self.tests:
                    raise Problem(f"there is no test `{test.name}`", word=test.name, of=self.tests)
            result = _Rewrite().visit(tree)
            assert isinstance(result, nodes.Template)
            return result
        except TemplateSyntaxError as error:
            raise Problem(f"this template is not complete or not right: {error.message}") from error
        except RecursionError as error:
            raise Problem("this template is nested too deep") from error

    def native(self, tree: nodes.Template) -> Callable[[Any], Iterator[str]] | None:
        """For a tree that is one expression: its code, which leaves the value under `result`; else None."""
        if len(tree.body) != 1 or not isinstance(tree.body[0], nodes.Output):
            return None
        parts = tree.body[0].nodes
        if len(parts) != 1 or isinstance(parts[0], nodes.TemplateData):
            return None
        result = nodes.Name("result", "store", lineno=1)
        body = nodes.Template([nodes.Assign(result, parts[0], lineno=1)], lineno=1)
        return self._root(body.set_environment(self))

    def text(self, tree: nodes.Template) -> Callable[[Any], Iterator[str]]:
        """The code of a text; it gives the pieces."""
        return self._root(tree)

    def _root(self, tree: nodes.Node) -> Callable[[Any], Iterator[str]]:
        try:
            assert isinstance(tree, nodes.Template)
            self.refill()
            return self.from_string(tree).root_render_func
        except (RecursionError, MemoryError, SyntaxError) as error:
            raise Problem("this template is nested too deep") from error
        except (TooBig, ArithmeticError, ValueError, TypeError) as error:
            raise Problem(f"this template asks for {error}") from error


def _printed(value: Any) -> Any:
    """What `{{ ... }}` inside a longer text prints."""
    if value is None:
        return ""
    if isinstance(value, Sealed):
        value._refuse()
    if isinstance(value, (str, int, float, Undefined)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    kind = "a mapping" if isinstance(value, Mapping) else "a list"
    raise Problem(f"{kind} stands inside a longer text; write what of it is meant, such as `x | join(', ')`")


def _bits(value: float) -> int:
    return value.bit_length() if isinstance(value, int) else 64


def _bounded_product(left: Any, right: Any) -> None:
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > _BITS:
            raise TooBig("a number that large")
        return
    for value, times in ((left, right), (right, left)):
        if isinstance(value, Sized) and isinstance(times, int) and len(value) * times > _REPEAT:
            raise TooBig(f"more than {_REPEAT:,} repetitions")


def _range(*bounds: int) -> range:
    found = range(*bounds)
    if any(abs(bound) > 10**15 for bound in bounds) or len(found) > _REPEAT:
        raise TooBig(f"a range of more than {_REPEAT:,} numbers")
    return found
