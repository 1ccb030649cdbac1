"""Names and tags of plays and tasks: their templates, and what `--tags` and `--skip-tags` choose.

A name and a tag are the same for every office, so their templates see the variables of the play (`vars`, `vars_files`),
those of the task, and `--extra-vars`, as in Ansible; where one asks for more, that is a mistake rather than a text with
braces in it. What inherits tags is Ansible's too; `always`, `never`, `tagged`, `untagged`, `all` mean the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from inregel.config.expressions import MARKS, Absent, Problem
from inregel.config.extra import EXTRA
from inregel.config.mistakes import Mistake, Where
from inregel.config.scope import OfficeScope, Shared
from inregel.config.templates import Templates, settle, told
from inregel.config.variables import Layer, merged, place_of
from inregel.config.words import called
from inregel.contract import Secret
from inregel.frozen import frozen

_ALIKE: Final = "is the same for all offices, and sees `vars` of the play and the task, `vars_files` and --extra-vars"


@frozen
class Label:
    """A name or a tag as it stands in a playbook."""

    kind: str
    """"a name" or "a tag"."""
    where: Where
    layers: Sequence[Layer]
    """The variables that it sees, from weak to strong, without `--extra-vars`."""


class Labels:
    """Renders names and tags. Mistakes go to `mistakes`, which is shared with what reads the playbook."""

    def __init__(self, mistakes: list[Mistake], templates: Templates, extra: Mapping[str, Any]) -> None:
        self._mistakes = mistakes
        self._templates = templates
        self._extra = Layer(extra, EXTRA)

    def name(self, value: Any, where: Where, layers: Sequence[Layer]) -> str:
        """The name under `where`; "" where there is none."""
        label = Label("a name", where._replace(path=(*where.path, "name")), layers)
        return self._text(value, label) if value else ""

    def tags(self, value: Any, where: Where, layers: Sequence[Layer]) -> frozenset[str]:
        """The tags under `where`: `a, b` or a list; a template may give either."""
        place = where._replace(path=(*where.path, "tags"))
        if not isinstance(value, list):
            return tags_of(self._tag(value, Label("a tag", place, layers)))
        found = [
            self._tag(each, Label("a tag", place._replace(path=(*place.path, index)), layers))
            for index, each in enumerate(value)
        ]
        return frozenset().union(*map(tags_of, found))

    def _tag(self, value: Any, label: Label) -> Any:
        found = self._rendered(value, label)
        texts = found if isinstance(found, list) else [found]
        if found is None or not all(isinstance(each, (str, int)) for each in texts):
            if found is not None:
                self._say(f"{label.kind} is text, and this gives {called(found)}", label)
            return None
        return found

    def _text(self, value: Any, label: Label) -> str:
        found = self._rendered(value, label)
        if isinstance(found, (str, int, float)):
            return str(found)
        if found is not None:
            self._say(f"{label.kind} is text, and this gives {called(found)}", label)
        return str(value)

    def _rendered(self, value: Any, label: Label) -> Any:
        """The value of a template; what is none as it is, and None after a mistake."""
        if not isinstance(value, str) or not MARKS.search(value):
            return value
        layers = [*label.layers, self._extra]
        shared = Shared(
            self._templates, [merged(layers)], {}, lambda name: place_of(name, layers), lambda what: Secret("", b"")
        )
        scope = OfficeScope(shared)
        try:
            found = settle(self._templates.text(value)(scope))
        except Problem as problem:
            if any(layer.locked is not None for layer in layers):
                return value  # of a file that stays encrypted nothing is known, and whoever needs it is blocked
            message, instead = told(problem, scope.names())
            self._say(f"{message}; {label.kind} {_ALIKE}", label, problem.where, instead)
            return None
        except Absent:
            return None
        if isinstance(found, Secret):
            self._say(f"{label.kind} cannot be a secret", label)
            return None
        return found

    def _say(self, message: str, label: Label, where: Any = None, instead: str = "") -> None:
        self._mistakes.append(Mistake(message, where or label.where, instead))


def tags_of(value: Any) -> frozenset[str]:
    """`tags: a, b` or a list."""
    if value is None:
        return frozenset()
    parts = value if isinstance(value, list) else [value]
    return frozenset(tag.strip() for part in parts for tag in str(part).split(",") if tag.strip())


def wanted(tags: frozenset[str], only: Iterable[str] = (), skip: Iterable[str] = ()) -> bool:
    """Whether a task with `tags` is wanted under `--tags` and `--skip-tags`, as in Ansible.

    Without `--tags` everything is wanted but what is tagged `never`.
    """
    tags = tags or frozenset({"untagged"})
    chosen = tags_of(list(only)) or frozenset({"all"})
    dropped = tags_of(list(skip))
    tagged = tags != {"untagged"}
    if "always" not in tags and not tags & chosen:
        everything = "all" in chosen or ("tagged" in chosen and tagged)
        if not everything or "never" in tags:
            return False
    if "all" in dropped:
        return "always" in tags and "always" not in dropped
    return not (tags & dropped or ("tagged" in dropped and tagged))
