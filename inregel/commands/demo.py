"""`inregel demo`: all of it, on the example, in the sandbox: plan, apply, the work orders, and plan again."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inregel.commands.context import Context
from inregel.commands.orders import open_work
from inregel.errors import InregelError
from inregel.speech import said

if TYPE_CHECKING:
    from inregel.sandbox.example import Example
    from inregel.work import Work

_PLAYBOOK: Final = "playbooks/site.yml"
_MOST_ROUNDS: Final = 8
_TO_TRY: Final = (
    f"inregel plan {_PLAYBOOK} --verbose",
    "inregel explain utrecht assu.certificate",
    "inregel history",
    f"inregel plan {_PLAYBOOK} --extra-vars renew_before=900d",
    "inregel sandbox",
)


class DemoStuck(InregelError):
    """The demo did not come to its end: {reason}
    The example lies in {root}; this is a fault of inregel, please report it with what stands above."""

    exit_code = 3


def demo(context: Context, directory: str | Path | None = None, *, keep: bool = True) -> int:
    """Builds the example in `directory` (a fresh one where None) and brings its offices into sync. Returns 0.

    Every command is printed as it is typed, then what it prints. With `keep` False the folder is removed at the end.
    """
    from inregel.sandbox.example import build

    if keep:
        root = Path(tempfile.mkdtemp(prefix="inregel-demo-")) if directory is None else context.directory / directory
        _run(context, build(root.resolve(), context.now, context.environ))
        try_it(context, root.resolve(), _TO_TRY)
        return 0
    with tempfile.TemporaryDirectory(prefix="inregel-demo-") as folder:
        _run(context, build(Path(folder).resolve(), context.now, context.environ))
    return 0


def _run(context: Context, example: Example) -> None:
    from inregel.commands import apply, plan, secret
    from inregel.commands.work import list_

    password = str(example.root / ".vault-password")
    inside = replace(
        context,
        directory=example.root,
        environ={**context.environ, "INREGEL_VAULT_PASSWORD_FILE": password},
        interactive=False,
    )
    context.tell("The example is made in {folder}. Everything below happens there.", folder=example.root)
    _type(context, f"plan {_PLAYBOOK}")
    plan.plan(inside, _PLAYBOOK)
    context.tell("\n# The password of zwolle is wrong. The right one came in a letter.")
    _type(context, "secret set assu_pfx_zwolle < letters/zwolle-password.txt")
    secret.set_(inside, "assu_pfx_zwolle", read=example.letter.encode)
    for _ in range(_MOST_ROUNDS):
        _type(context, f"apply {_PLAYBOOK} --yes")
        apply.apply(inside, _PLAYBOOK, yes=True)
        with open_work(inside, secrets=True) as work:
            if not work.open():
                break
            _type(context, "work list")
            list_(inside)
            _do_orders(context, work, example)
    _type(context, f"plan {_PLAYBOOK} --detailed-exitcode")
    if plan.plan(inside, _PLAYBOOK, detailed_exitcode=True) != 0:
        raise DemoStuck(reason=said("the last plan still has something to do."), root=example.root)


def _do_orders(context: Context, work: Work, example: Example) -> None:
    """The people of the offices: the clerk, who has nothing but the text of each order, and the emulated screens."""
    from inregel.sandbox.clerk import Clerk

    clerk = Clerk(work, example.assu)
    context.tell("\n# The people of the offices do them on emulated screens, with nothing but the text of the order.")
    for order in work.open():
        outcome = clerk.do(order.number)
        if outcome.result == "refused":
            outcome = clerk.report(order.number, outcome.answers, found=True)
        if outcome.result != "done":
            raise DemoStuck(reason=f"{order.number}: {outcome.text}", root=example.root)
        context.tell("# {person} has done {number}, and answered:", person=order.order.person, number=order.number)
        for name, value in outcome.answers.items():
            shown = f"[{', '.join(value)}]" if isinstance(value, list) else value
            context.say(f"    {name}: {shown}")


def _type(context: Context, command: str) -> None:
    context.say(f"\n$ inregel {command}")


def _reachable(context: Context) -> list[str]:
    """What makes the command `inregel` known, where it is not: `make demo` has it in an environment of its own."""
    from inregel.platform import WINDOWS

    folder = Path(sys.executable).parent
    if WINDOWS or shutil.which("inregel", path=context.environ.get("PATH", "")) or not (folder / "inregel").exists():
        return []
    return [f'export PATH="{folder}:$PATH"']


def try_it(context: Context, root: Path, commands: Sequence[str]) -> None:
    """Says where a project lies, and what to try there."""
    from inregel.commands.init import next_commands

    context.tell("\nThe project lies in {folder}. To try there:", folder=root)
    first, password, *_ = next_commands(context, root)
    for line in (first, *_reachable(context), password, *commands):
        context.say(f"  {line}")
