"""A planned work order as the person is shown it: the text of its template, and what is asked back.

Texts stand beside the modules, `modules/<system>/work_orders/<name>.<language>.md` with `<name>.answers.schema.json`.
A template is handed `order, office, lines, by_module, connections, person, language` and `secret(value)`.
A secret never comes into a text: it stands there as `<secret NAME>`, and its name in `NewOrder.secrets`.
Values are no Markdown: whatever stands in one is shown as it is, between backticks and between words (see `marked`).
"""

from __future__ import annotations

import math
import re
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from inregel.contract import Key, Office, Secret, State, Step, Unknown, key_text
from inregel.errors import InregelError
from inregel.formats import markdown, values
from inregel.frozen import frozen
from inregel.ledger.base import LineKind, NewOrder, OrderLine
from inregel.names import connection_of, label_of, office_at, plain
from inregel.plan import marked
from inregel.plan.model import PlannedLine, PlannedOrder

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import SandboxedEnvironment

    from inregel.library import Library

_HEADING: Final = re.compile(r"^# +(\S.*)$", re.MULTILINE)
_EMPTY_LINES: Final = re.compile(r"\n{3,}")
_WORDS: Final = {
    "nl": {"yes": "ja", "no": "nee", "absent": "afwezig", "none": "geen", "unknown": "onbekend", "(empty)": "(leeg)"},
    "fr": {"yes": "oui", "no": "non", "absent": "absent", "none": "aucun", "unknown": "inconnu", "(empty)": "(vide)"},
}


class TextError(InregelError):
    """{file}:{line}: {reason}
    This is the text of a work order. Correct it there; nothing was handed out."""


@frozen
class Line:
    """One line as a template sees it."""

    module: str
    key: Key
    name: str
    """The key as people write it."""
    kind: LineKind
    step: Step
    before: State | Unknown | None
    shown: State | None = None
    connection: str = ""
    """The name of the connection that it is at: `afas`, or `afas.test`."""

    @property
    def operation(self) -> str:
        """What is to be done."""
        return self.step.operation

    @property
    def reaches(self) -> State | None:
        """The state afterwards; None: gone. Secrets print as their name."""
        return self.step.reaches if self.shown is None else self.shown

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What the step needs; secrets print as their name."""
        return self.step.arguments


def title(order: PlannedOrder, office: Office, language: str, library: Library) -> str:
    """The title of the work order to be, in a language in which there is a text (`Library.spoken`).

    A plan says no more of it, so only the head of the text is filled in. Raises `TextError` where that cannot be done;
    a mistake further down is met when the order is handed out.
    """
    path, source = library.text(order.name, language)
    context = _context(order, office, tuple(_line(line) for line in order.lines), language, library)
    try:
        return _title(path, _fill(path, _head(source), language, context)) + _label(order)
    except TextError:  # the head ends within a block, or has no heading: the whole text says what is wrong
        return _title(path, _fill(path, source, language, context)) + _label(order)


def _label(order: PlannedOrder) -> str:
    """What tells an order at the connection `afas.test` from the same one at `afas`, behind its title."""
    label = label_of(order.lines[0].module) if order.lines else ""
    return f" ({label})" if label else ""


def _head(source: str) -> str:
    """The text up to the first empty line below a heading."""
    heading = _HEADING.search(source)
    end = -1 if heading is None else source.find("\n\n", heading.end())
    return source if end < 0 else source[:end]


def _title(path: str, text: str) -> str:
    heading = _HEADING.search(text)
    if heading is None:
        raise TextError(file=path, line=1, reason="there is no heading `# ...`, which is the title")
    return markdown.plain(heading[1])


def render(order: PlannedOrder, office: Office, language: str, library: Library) -> NewOrder:
    """The work order to hand out, in `language` or, where there is no such text, all of it in Dutch.

    Raises `TextError` with file and line where the text cannot be filled in, `InregelError` where there is none.
    """
    language = library.spoken(order.name, language)
    path, source = library.text(order.name, language)
    lines = tuple(_line(line) for line in order.lines)
    text = _fill(path, source, language, _context(order, office, lines, language, library))
    return NewOrder(
        office=office.id,
        identity=order.identity,
        name=order.name,
        role=order.role,
        person=order.person,
        title=_title(path, text) + _label(order),
        language=language,
        text=text,
        schema=asked(library.answers(order.name), {line.module for line in lines}, language),
        lines=tuple(_stored(line) for line in order.lines),
        secrets=tuple(
            dict.fromkeys(name for line in lines for name in (*_secrets(line.arguments), *_secrets(line.shown)))
        ),
    )


def asked(schema: Mapping[str, Any], modules: Set[str], language: str) -> dict[str, Any]:
    """The part of an answers schema that lines of these modules ask; all of it is required.

    A property with `x-modules` is asked only where one of them has a line; `x-descriptions` gives its description in
    `language`.
    """
    properties = {
        name: _described(each, language)
        for name, each in schema.get("properties", {}).items()
        if "x-modules" not in each or modules & set(each["x-modules"])
    }
    rest = {name: each for name, each in schema.items() if name not in ("properties", "required")}
    return {"additionalProperties": False, **rest, "type": "object", "properties": properties,
            "required": list(properties)}  # fmt: skip


def _described(schema: Mapping[str, Any], language: str) -> dict[str, Any]:
    kept = {name: each for name, each in schema.items() if name not in ("x-modules", "x-descriptions")}
    described = schema.get("x-descriptions", {}).get(language)
    return {**kept, "description": described} if described else kept


def _line(line: PlannedLine) -> Line:
    module, connection = plain(line.module), connection_of(line.module)
    return Line(module, line.key, key_text(line.key), line.kind, line.step, line.before, line.shown, connection)


class _ByModule(dict[str, list[Line]]):
    """Lines by module. A module without a line has none; a name that no module has is a mistake."""

    def __init__(self, lines: Sequence[Line], library: Library) -> None:
        super().__init__()
        self._library = library
        for line in lines:
            self.setdefault(line.module, []).append(line)

    def __missing__(self, name: str) -> list[Line]:
        self._library.origin(name)
        return []


def _context(
    order: PlannedOrder, office: Office, lines: Sequence[Line], language: str, library: Library
) -> dict[str, Any]:
    office = office_at(office, [line.module for line in order.lines])
    return {
        "order": order,
        "office": office,
        "lines": lines,
        "by_module": _ByModule(lines, library),
        "connections": {name: connection.settings for name, connection in office.connections.items()},
        "person": order.person,
        "language": language,
        "secret": _as_secret,
    }


def _as_secret(value: object) -> str:
    """A secret for a text, in backticks, by its name."""
    if not isinstance(value, Secret):
        raise TypeError(f"secret() is given a {type(value).__name__}, which is not a secret")
    return f"`{marked.value(repr(value))}`"


def _fill(path: str, source: str, language: str, context: Mapping[str, Any]) -> str:
    from jinja2 import TemplateSyntaxError

    try:
        text = _compile(path, source, language).render(context)
    except TemplateSyntaxError as error:
        raise TextError(file=path, line=error.lineno, reason=_sentence(error.message or "")) from error
    except Exception as error:  # whatever the author's template made Jinja do
        raise TextError(file=path, line=_line_of(error, path), reason=_sentence(str(error))) from error
    text = _EMPTY_LINES.sub("\n\n", text).strip() + "\n"
    return markdown.numbered(marked.resolve(text, _WORDS.get(language, {}).get("(empty)", "(empty)")))


def _sentence(message: str) -> str:
    """Jinja's message; the object that it names may hold values, so only its first line counts."""
    return message.splitlines()[0].rstrip(".") if message else "it cannot be filled in"


def _line_of(error: BaseException, path: str) -> int:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return (frames[-1].lineno or 1) if frames else 1


@lru_cache(maxsize=256)
def _compile(path: str, source: str, language: str) -> Template:
    environment = _environment(language)
    code = environment.compile(source, path, path)
    return environment.template_class.from_code(environment, code, environment.globals)


@lru_cache(maxsize=8)
def _environment(language: str) -> SandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Environment(ImmutableSandboxedEnvironment):
        """A sandbox in which a secret has a name and nothing else."""

        def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
            if isinstance(obj, Secret):
                return attr == "name"
            return super().is_safe_attribute(obj, attr, value)

    return Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printer(_WORDS.get(language, {})),
    )


def _printer(words: Mapping[str, str]) -> Callable[[Any], Any]:
    """How a value stands in a text: sets, dates and yes or no in its language, and none of it is Markdown."""

    def printed(value: Any) -> Any:
        if isinstance(value, bool | frozenset | date | Unknown) or value is None:
            text = values.show(value)
            return words.get(text, text)
        # What is said to be safe is the author's own Markdown.
        if isinstance(value, int | float) or hasattr(value, "__html__"):
            return value
        return marked.value(str(value))

    return printed


def _stored(line: PlannedLine) -> OrderLine:
    step = line.step
    return OrderLine(line.module, line.key, line.kind, step.operation, step.reaches, _plain(step.arguments))


def _plain(value: Any) -> Any:
    """Arguments as JSON: secrets by name, dates as text, sets as sorted lists."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(_plain(each) for each in value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if value is None or isinstance(value, str | int):
        return value
    return values.show(value)


def _secrets(value: Any) -> Iterator[str]:
    """The names of all secrets in some arguments, in order."""
    if isinstance(value, Secret):
        yield value.name
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _secrets(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _secrets(each)
