"""`inregel demo --season`: a year of many offices in the sandbox, from a sheet of what is known to nothing left to do.

The commands are those that people type, the people of the offices are clerks, and the clock is moved by four weeks at a
time. What goes wrong on the way: passwords that do not fit, persons without the right to the wizard, which stops the
rollout, mistakes while doing, a version that is too old, and the holder of several codes who leaves.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from inregel.commands import apply, history, import_, plan, rollout, secret, work
from inregel.commands.context import Context
from inregel.commands.demo import DemoStuck, try_it
from inregel.commands.orders import open_work
from inregel.commands.session import open_session
from inregel.report.summary import closing, summarise
from inregel.sandbox import season as sandbox
from inregel.sandbox.example import random_secret
from inregel.sandbox.staff import Staff, Told

if TYPE_CHECKING:
    from inregel.ledger.base import Rollout
    from inregel.plan.model import Outcome
    from inregel.work import Work

PLAYBOOK: Final = "playbooks/season.yml"
IT: Final = "Jan van de IT"
OFFICES: Final = 120
STEP: Final = timedelta(days=28)
MONTHS: Final = 13
_PUTS_RIGHT: Final = 1
"""The month in which the right passwords come in."""
_LEAVES: Final = 3
"""The month in which it is known that somebody leaves."""
_NOTICE: Final = timedelta(days=21)
_MOST_ROUNDS: Final = 30
_SHOWN: Final = 5
_REASON: Final = "they have the right now"


def season(
    context: Context,
    directory: str | Path | None = None,
    *,
    offices: int = OFFICES,
    make_secret: Callable[[str], str] = random_secret,
) -> int:
    """Makes the project in `directory` (a fresh one where None) and lives through the year. Returns 0.

    Raises `DemoStuck` where it does not end in sync.
    """
    root = Path(tempfile.mkdtemp(prefix="inregel-season-")) if directory is None else context.directory / directory
    made = sandbox.build(root.resolve(), context.now, context.environ, offices, make_secret)
    year = _Year(context, made, make_secret)
    year.begin()
    for month in range(MONTHS + 1):
        year.live(month)
    year.end()
    return 0


class _Year:
    """One season, as it goes."""

    def __init__(self, context: Context, made: sandbox.Season, make_secret: Callable[[str], str]) -> None:
        self.context, self.made = context, made
        self.now = self.began = context.now()
        self.told = Told()
        self.rows = {each.id: sandbox.declared(each) for each in made.offices.values()}
        self.staff = Staff(made, self.told, self._put_ready, lambda: make_secret("what a clerk made up"))
        self._lifted: set[str] = set()
        """Refusals of work orders that were lifted."""

    # --- the story --------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """What is known is taken in, and planned."""
        made = self.made
        installations = len({each.installation for each in made.offices.values()})
        self.context.tell(
            "{count} offices, {installations} installations of Assu, made in {folder}.",
            count=len(made.offices),
            installations=installations,
            folder=made.root,
        )
        self._type(f'import offices {sandbox.TODAY} --by "{IT}"')
        import_.offices(self._inside(), sandbox.TODAY, by=IT)
        self._type(f"plan {PLAYBOOK}")
        plan.plan(self._inside(), PLAYBOOK)

    def live(self, month: int) -> None:
        """What happens in a month; then everything that can be done is done."""
        self.now = self.began + month * STEP
        self.context.say(f"\n{self.now:%Y-%m-%d}")
        if month == _PUTS_RIGHT:
            self._put_passwords_right()
        if month == _LEAVES:
            self._announce()
        self._settle()
        if self._leaver_is_gone():
            self._hand_over()
            self._settle()

    def end(self) -> None:
        """The last plan, its reports, and the history. Raises `DemoStuck` where anything is left to do."""
        self._type(f"plan {PLAYBOOK} --detailed-exitcode --report html=season.html --report ics=season.ics")
        reports = (("html", "season.html"), ("ics", "season.ics"))
        code = plan.plan(self._inside(), PLAYBOOK, detailed_exitcode=True, reports=reports)
        self._type("history verify")
        history.verify(self._inside())
        if code != 0:
            raise DemoStuck(reason="the last plan still has something to do.", root=self.made.root)
        told = self.told
        people = ", ".join(f"{name} {count}" for name, count in told.done.most_common(_SHOWN))
        self.context.tell(
            "\n{count} work orders were done by {number} people ({people}, ...).",
            count=sum(told.done.values()),
            number=len(told.done),
            people=people,
        )
        self.context.tell(
            "Answers that a check refused: {refused}. Orders that were given back: {failed}. Rollouts that were "
            "stopped and resumed: {stopped}.",
            refused=len(told.refused),
            failed=len(told.failed),
            stopped=told.stopped,
        )
        try_it(self.context, self.made.root, (f"inregel plan {PLAYBOOK} --by date", 'inregel person "Piet de Wit"'))

    # --- what the IT team does --------------------------------------------------------------------------------------

    def _put_passwords_right(self) -> None:
        for each in self.made.offices.values():
            if each.misled:
                self._type(f"secret set {each.secret} < letters/{each.secret}.txt")
                secret.set_(self._inside(), each.secret, read=self.made.secrets[each.secret].encode)

    def _announce(self) -> None:
        """From now on the inventory says who leaves, and who takes over."""
        day = (self.now + _NOTICE).date()
        self.context.tell(
            "# {person} leaves on {day}, and {successor} takes over.",
            person=sandbox.LEAVER,
            day=day,
            successor=sandbox.SUCCESSOR,
        )
        sandbox.announce(self.made.root, day)

    def _leaver_is_gone(self) -> bool:
        """Whether Solera has another administrator, and the sheet still names the one who left."""
        has_none = all(one.administrator != sandbox.LEAVER for one in self.made.assu)
        return has_none and any(row[sandbox.HOLDER] == sandbox.LEAVER for row in self.rows.values())

    def _hand_over(self) -> None:
        self.context.tell("# Solera has {person}, who stands in the sheet from now on.", person=sandbox.SUCCESSOR)
        for row in self.rows.values():
            if row[sandbox.HOLDER] == sandbox.LEAVER:
                row[sandbox.CONTACT] = row[sandbox.CONTACT].replace(sandbox.LEAVER, sandbox.SUCCESSOR)
                row[sandbox.HOLDER] = sandbox.SUCCESSOR
        sandbox.write_sheet(self.made.root, self.rows.values())

    def _correct_versions(self) -> None:
        """What A.i. has installed stands in the sheet before anybody sits down at another screen."""
        versions = {one.identity: one.version for one in self.made.assu}
        for each in self.made.offices.values():
            self.rows[each.id][sandbox.VERSION] = versions[each.identity]
        sandbox.write_sheet(self.made.root, self.rows.values())

    def _give_rights(self, refused: Sequence[str]) -> None:
        """People got their right to the wizard: what they gave back is handed out again, and the rollout goes on."""
        stopped = self._stopped()
        for each in stopped:
            self.context.tell("  stopped: {reason}", reason=each.reason)
        self.made.assu.put(replace(one, allowed=True) for one in self.made.assu)
        for number in refused:
            self._type(f'work reopen {number} --by "{IT}"')
            work.reopen(self._inside(), number, by=IT)
        self._lifted.update(refused)
        for each in stopped:
            self.told.stopped += 1
            self._type(f'rollout resume {each.id} --reason "{_REASON}"')
            rollout.resume(self._inside(), each.id, reason=_REASON)

    def _stopped(self) -> list[Rollout]:
        with open_session(self._inside()) as session:
            return [each for each in session.ledger.rollouts() if each.state == "stopped"]

    def _put_ready(self, path: str) -> str:
        """The file as Assu can read it: who looks after the project decrypts it."""
        from inregel.formats import vault

        data = (self.made.root / path).read_bytes()
        if not vault.is_vault(data):
            return path
        with open_session(self._inside()) as session:
            return sandbox.put_ready(self.made.root, session.project.secrets.decrypt(data, path))

    # --- applies, and what people do in between ---------------------------------------------------------------------

    def _settle(self) -> None:
        """Applies and has everything done, until nothing is handed out any more."""
        for _ in range(_MOST_ROUNDS):
            outcome = self._apply()
            with open_work(self._inside(), secrets=True) as desk:
                if desk.open():
                    self._have_done(desk)
                    continue
                refused = [order.number for order in desk.all() if order.state == "failed"]
            *_, last = closing(summarise(outcome.after), self.context.speech)
            self.context.say(f"  {last}")
            news = [number for number in refused if number not in self._lifted]
            if not news:
                return
            self._give_rights(news)
        raise DemoStuck(reason="it goes round and round.", root=self.made.root)

    def _apply(self) -> Outcome:
        with open_session(self._inside()) as session:
            return apply.carry_out(session, PLAYBOOK, {"quiet": True}, None)[0]

    def _have_done(self, desk: Work) -> None:
        refused, failed = len(self.told.refused), len(self.told.failed)
        done, new_versions = self.staff.do_all(desk)
        for title, count in done.items():
            self.context.say(f"  {count:3} x {title}")
        for text in self.told.refused[refused:]:
            self.context.tell("  refused: {text}", text=text)
        for text in self.told.failed[failed:]:
            self.context.tell("  given back: {text}", text=text)
        if new_versions:
            self._correct_versions()

    # --- how commands are typed -------------------------------------------------------------------------------------

    def _inside(self) -> Context:
        """In the project, at the time that the season is at."""
        environ = {**self.context.environ, "INREGEL_VAULT_PASSWORD_FILE": str(self.made.root / ".vault-password")}
        return replace(
            self.context,
            directory=self.made.root,
            environ=environ,
            interactive=False,
            quiet=True,
            now=lambda: self.now,
        )

    def _type(self, command: str) -> None:
        self.context.say(f"\n$ inregel {command}")
