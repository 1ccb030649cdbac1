"""What one office shall be: each task's resources, in the order in which they ask for one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inregel.config.model import Declaration
from inregel.contract import Blocked, Fault, Key, Office, State, key_text
from inregel.engine.inputs import OfficeInputs, Shared
from inregel.errors import InregelError
from inregel.library import Library
from inregel.names import connection_of, meant, office_at, plain
from inregel.plan import shapes
from inregel.plan.facts import Declared
from inregel.plan.faults import module_fault
from inregel.speech import said


class Asked(InregelError):
    """{office}: these modules ask for one another's resources, so none can be declared first:
    {circle}"""


class Desired:
    """The declared resources of one office. Tasks are evaluated when they are asked for, each once."""

    def __init__(
        self, office: Office, declarations: Sequence[tuple[int, Declaration]], library: Library, shared: Shared
    ) -> None:
        self.office = office
        self.inputs = OfficeInputs(shared, self.of, places=lambda: shared.places(office.id), office=office.id)
        self._library = library
        self._declarations = declarations
        self._done: dict[int, list[Declared]] = {}
        self._under_way: list[int] = []
        self.owners: list[Declared] = []
        """One for each planned `exact` task, also where it declares nothing."""
        self.empty: list[Declared] = []
        """One for each planned task that declares nothing: there may be something to remark on it all the same."""

    def resources(self) -> list[Declared]:
        """All of them, in the order of plays and tasks."""
        result: list[Declared] = []
        for index in range(len(self._declarations)):
            result += self._evaluate(index)
        return _unique(result)

    def of(self, ref: str, asker: str) -> tuple[str, Mapping[Key, State | None]]:
        """What `ref` means to a resource of the module `asker`, and what `Inputs.of` gives for it."""
        module, _, key = ref.partition(":")
        declared = {each.module for _, each in self._declarations if not each.skipped}
        for way in meant(module, asker, declared):
            found: Mapping[Key, State | None] = {}
            there: list[str] = []
            for each in way:
                one, is_there = self._of(each, key)
                if is_there:
                    found, there = one, [*there, each]
            if len(there) > 1:
                names = " and ".join(map(connection_of, there))
                why = f"{ref} is declared at {names}, and which one {asker} rests on is not said"
                raise Fault(why, remedy=f"give both the same label, or declare {module} without one")
            if there:
                return there[0] + ref[len(module) :], found
        return ref, {}

    def _of(self, module: str, key: str) -> tuple[dict[Key, State | None], bool]:
        """The declared resources of a module (with its label), and whether it declares what was asked for at all."""
        found: dict[Key, State | None] = {}
        there = False
        for index, (_, declaration) in enumerate(self._declarations):
            if declaration.module != module or declaration.skipped:
                continue
            # Who declares the module here declares all that there is of it here, and be it nothing.
            there = there or not key or self._is_own(index)
            if self._is_own(index):
                continue
            for item in self._evaluate(index):
                same = not key or key_text(item.key) == key
                there = there or same or item.failed
                if item.blocked is None and same:
                    found[item.key] = item.state
            if key and found:
                break
        return found, there

    def _is_own(self, index: int) -> bool:
        """Whether a task is being evaluated and asks for its own module: that means the other tasks of it.

        A circle among tasks of one module is found where their resources are put in order.
        """
        module = self._declarations[index][1].module
        return index in self._under_way and self._declarations[self._under_way[-1]][1].module == module

    def _evaluate(self, index: int) -> list[Declared]:
        if index in self._done:
            return self._done[index]
        play, declaration = self._declarations[index]
        if index in self._under_way:
            circle = [*self._under_way[self._under_way.index(index) :], index]
            names = [self._declarations[each][1].module for each in circle]
            raise Asked(office=self.office.id, circle=" -> ".join(names))
        # What another module asked while this one was being evaluated is kept for that other one.
        outer = self.inputs.take_asked()
        self._under_way.append(index)
        try:
            result = self._declare(play, declaration)
        finally:
            self._under_way.pop()
        for ref in outer:
            self.inputs.remember(ref)
        self._done[index] = result
        return result

    def _declare(self, play: int, declaration: Declaration) -> list[Declared]:
        task, module = declaration.task, declaration.module
        planned = not (task.quiet or declaration.skipped)
        if declaration.fault:
            why = Blocked(declaration.fault, "you", declaration.remedy)
            return [Declared(play, task, module, "", None, declaration.args, planned, why, failed=True)]
        try:
            office, inputs = office_at(self.office, [module]), self.inputs.at(module)
            given = self._library.module(plain(module)).desired(declaration.args, office, inputs)
        except Fault as fault:
            asked = self.inputs.take_asked()
            why, args = fault.blocked, declaration.args
            return [Declared(play, task, module, fault.key, None, args, planned, why, asked, failed=True)]
        except InregelError:
            raise
        except (Exception, SystemExit) as error:
            raise module_fault(module, self.office.id, error) from error
        resources = shapes.resources(module, self.office.id, given)
        asked = self.inputs.take_asked()
        args = declaration.args
        if task.exact and planned:
            self.owners.append(Declared(play, task, module, "", None, args))
        if planned and not resources:
            self.empty.append(Declared(play, task, module, "", None, args))
        return [
            Declared(play, task, module, key, state, args, planned, None, asked) for key, state in resources.items()
        ]


def _unique(items: list[Declared]) -> list[Declared]:
    """One resource once: declared twice alike is one; declared twice differently is blocked, naming both tasks."""
    first: dict[tuple[str, Key], Declared] = {}
    result: list[Declared] = []
    for item in items:
        other = first.get((item.module, item.key))
        if other is None:
            first[(item.module, item.key)] = item
            result.append(item)
            continue
        if item.planned and not other.planned:
            # The one that is planned stands for both.
            result[result.index(other)] = item
            first[(item.module, item.key)] = item
        if item.blocked is not None or other.blocked is not None:
            if item.key != "":
                continue
            result.append(item)
        elif item.state != other.state:
            reason = said(
                "declared twice with different values, by the tasks {first} and {second}",
                first=f"{other.task.name or other.module!r}",
                second=f"{item.task.name or item.module!r}",
            )
            other.blocked = Blocked(reason, "you")
    return result
