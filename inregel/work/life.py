"""What people do with work orders: read, reveal, answer, refuse, and lift a refusal.

An order is open, and then done, failed, superseded or withdrawn, once and for all; only a refusal can be lifted
(failed to withdrawn), so that the next apply may hand the same change out again. Everything is one commit.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from pathlib import Path
from typing import Any, Final

from inregel.config.model import Settings
from inregel.config.places import by_hand
from inregel.contract import Proof, Provenance, Secret, Step
from inregel.crashpoints import edge
from inregel.ledger.base import Ledger, Order, OrderClosed, OrderLine, OrderState, Transaction
from inregel.library import Library
from inregel.names import label_of, plain
from inregel.plan.draft import ref_text
from inregel.plan.faults import running
from inregel.secrets.base import SecretSource
from inregel.speech import ENGLISH, Speech, phrase, said
from inregel.work import answers as forms
from inregel.work import inline, received
from inregel.work.answers import AnswersRefused, WorkError
from inregel.work.desk import settle_quotas
from inregel.work.evidence import Evidence, keep
from inregel.work.judge import Judge, Verdict, describe, unmet, until
from inregel.work.long import counted
from inregel.work.trial import Attempt, tried

_REMEDY: Final = said(
    "Correct the answer where it was mistyped, or do the step again. Where it really is so on the screen: the same "
    "command with --found records what was found, and the next plan goes on from there."
)
STATES: Final[tuple[OrderState, ...]] = ("open", "done", "failed", "superseded", "withdrawn")


class Work:
    """The life of work orders.

    `secrets` and `places` (`Project.places`) are asked only by `reveal`. `settings` says how long a statement counts,
    and where the project is; without it a statement counts for 365 days, and what needs the project folder is refused.
    """

    def __init__(  # noqa: PLR0913  # one door to all that an order may need; nearly all have a default
        self,
        ledger: Ledger,
        library: Library,
        secrets: SecretSource | None,
        now: Callable[[], datetime],
        settings: Settings | None = None,
        places: Callable[[str], Mapping[str, Sequence[str]]] = lambda office: {},
        keeper: received.Keeper | None = None,
        attempt: Attempt | None = None,
    ) -> None:
        self._ledger = ledger
        self._library = library
        self._secrets = secrets
        self._now = now
        self._settings = settings
        self._places = places
        self._keeper = keeper
        self._attempt = attempt
        self.remarks: dict[str, None] = {}
        """What to tell who records a statement, beside that it was recorded: each once; "" is nothing."""

    @property
    def settings(self) -> Settings | None:
        """Of the project that this is done in; None where it is none."""
        return self._settings

    def open(self, office: str | None = None) -> list[Order]:
        """The open orders, of all offices or of one."""
        return self._ledger.orders(None if office is None else (office,))

    def all(self, office: str | None = None) -> list[Order]:
        """All orders that there ever were."""
        return self._ledger.orders(None if office is None else (office,), STATES)

    def show(self, number: str) -> Order:
        """One order, in whatever state. Raises `LedgerError` where there is none."""
        return self._ledger.order(number.strip().upper())

    def reveal(self, number: str, name: str, by: str, reason: str) -> str:
        """The value of a secret that an open order lists. That it was shown, to whom and why, is recorded first."""
        order = self._open_order(number)
        by = _typed(by, said("Who wants to see it? Give a name: --by NAME"))
        reason = _typed(reason, said("Why is it needed? Give a reason, which is recorded: --reason TEXT"))
        if name not in order.order.secrets:
            text = said(
                "{number} does not use the secret {name}. The secrets that it uses: {names}",
                number=order.number,
                name=name,
                names=", ".join(order.order.secrets) or said("none"),
            )
            raise WorkError(reason=text)
        if self._secrets is None:
            raise WorkError(reason=said("This run reads no secrets, so {name} cannot be shown.", name=name))
        office = order.order.office
        secret = inline.get(name, self._root, self._secrets, lambda: self._places(office))
        value = inline.shown(order.order, name, secret, self._library.module).reveal()
        if value in reason or value in by:
            text = said("The reason holds the secret itself, and reasons are recorded. Give another reason.")
            raise WorkError(reason=text)
        with edge("work.reveal"), self._ledger.writing() as tx:
            body = {"order": order.number, "secret": name}
            tx.event(order.order.office, "secret.revealed", body, person=by, private={"reason": reason})
        return value

    def done(  # noqa: PLR0913  # what a person can say of an order that is done
        self,
        number: str,
        by: str,
        answers: Mapping[str, Any],
        evidence: Path | None = None,
        *,
        found: bool = False,
        on: date | None = None,
        source: str = "",
    ) -> Order:
        """The order was done, with these answers; returns it closed.

        Raises `AnswersRefused` with all that is missing or wrong, or with what contradicts a line. With `found` the
        person says that it really is as answered: what was found is stated, and the next plan plans again.
        `evidence` is a file that is kept beside the ledger under its SHA-256. `on` is the day on which it was seen so,
        where that was before today: the statement counts from then. `source` is where the answers were written down.
        """
        order = self._open_order(number)
        by = _typed(by, said("Who says so? Give a name: --by NAME"))
        day = self._day(order, on)
        given, problems = forms.check(answers, order.order.schema)
        if problems:
            remedy = said("The answers to fill in: inregel work show {number}", number=order.number)
            raise AnswersRefused(order.number, problems, remedy)
        typed = received.read(forms.typed(given, order.order.schema), order.order.schema, self._root_or_here())
        told, untried = tried(order.order, typed, self._library.module, self._attempt)
        judge = Judge(self._library.module, self._today(), self._ledger.fingerprint_key(), found)
        verdict = judge.judge(order.order, told)
        if verdict.refusals:
            raise AnswersRefused(order.number, verdict.refusals, _REMEDY)
        kept = None if evidence is None else keep(evidence, self._root())
        stored = received.without_files(forms.without_secrets(given, order.order.schema), typed)
        self.remarks |= dict.fromkeys(untried)
        # Before it is recorded: a file that is there and not recorded is found by the next plan.
        captured = received.keep(order.order, typed, verdict, self._keeper)
        with edge("work.answer"), self._ledger.writing() as tx:
            closed = tx.close_order(
                order.number, "done", by=by, lines=verdict.lines, answers=stored, note=describe(verdict.lines)
            )
            settle_quotas(tx, order, spent=True)
            self._capture(tx, order, captured)
            self._attest(tx, order, verdict, self._statement(order, by, day, source, kept), day)
            if kept is not None:
                body = {"order": order.number, "sha256": kept.digest}
                tx.event(order.order.office, "order.evidence", body, person=by, private={"file": kept.name})
        return closed

    def fail(self, number: str, by: str, reason: str, lines: Collection[str] | None = None) -> Order:
        """It cannot be done: all of it, or the `lines` named as `module:key`.

        The same change is not handed out again until the refusal is lifted (`reopen`); lines that were not named come
        back in another order. Raises `WorkError` for a line that the order does not have.
        """
        order = self._open_order(number)
        by = _typed(by, said("Who says so? Give a name: --by NAME"))
        reason = _typed(reason, said("Why can it not be done? Give a reason: --reason TEXT"))
        names = {_line_name(line) for line in order.order.lines}
        wanted = names if lines is None else set(lines)
        if not wanted or wanted - names:
            text = said(
                "{number} has no line {unknown}. Its lines: {lines}",
                number=order.number,
                unknown=", ".join(sorted(wanted - names)) or said("nothing"),
                lines=", ".join(sorted(names)),
            )
            raise WorkError(reason=text)
        ended = [
            replace(line, outcome="cannot", note=reason) if _line_name(line) in wanted else line
            for line in order.order.lines
        ]
        with edge("work.refuse"), self._ledger.writing() as tx:
            settle_quotas(tx, order, spent=False)
            return tx.close_order(order.number, "failed", by=by, lines=ended, note=reason)

    def reopen(self, number: str, by: str) -> Order:
        """Lifts a refusal: the next apply hands the same change out again, as a new order."""
        order = self.show(number)
        by = _typed(by, said("Who lifts the refusal? Give a name: --by NAME"))
        if order.state == "open":
            text = said("{number} is open already: inregel work show {number}", number=order.number)
            raise WorkError(reason=text)
        if order.state != "failed":
            raise closed(order)
        with edge("work.reopen"), self._ledger.writing() as tx:
            return tx.close_order(order.number, "withdrawn", by=by, note="the refusal was lifted")

    # --- what is recorded -------------------------------------------------------------------------------------------

    def _attest(self, tx: Transaction, order: Order, verdict: Verdict, statement: Provenance, day: date) -> None:
        office = order.order.office
        for (module, key), state in verdict.states.items():
            counts = until(self._policy(), module, state, day, office)
            self.remarks[unmet(self._policy(), module, state)] = None
            tx.attest(office, module, key, state, replace(statement, until=counts))
        for line in verdict.lines:
            if line.outcome in ("done", "already") and (proof := self._proved(order, line)) is not None:
                by = Provenance("verified", order.opened, source=proof.source)
                tx.attest(office, line.module, line.key, proof.state, by)
        for module, container, present in verdict.listings:
            counts = until(self._policy(), module, None, day, office)
            tx.list_all(office, module, container, replace(statement, until=counts), present)

    def _proved(self, order: Order, line: OrderLine) -> Proof | None:
        """What the tool knew for certain, when it handed the order out, of what a line reaches."""
        proved = getattr(self._library.module(plain(line.module)), "proved", None)
        if proved is None:
            return None
        with running(line.module, order.order.office):
            found: Proof | None = proved(Step(line.operation, line.reaches, line.arguments))
        return found

    def _capture(self, tx: Transaction, order: Order, captured: Mapping[str, Secret]) -> None:
        """Stores secrets in the ledger, at the connection of the order."""
        system, office = order.order.name.partition("/")[0], order.order.office
        label = label_of(order.order.lines[0].module)
        for stored, value in captured.items():
            place = by_hand(f"{system}.{label}" if label else system, office)
            tx.capture(stored, place, Secret(stored, value.reveal_bytes()), office=office)

    def _statement(self, order: Order, by: str, day: date, source: str, evidence: Evidence | None) -> Provenance:
        parts = [order.number, source, "" if evidence is None else f"evidence {evidence.digest}"]
        at = self._now()
        if day < self._today():  # the end of that day, as far as it is known when
            at = datetime.combine(day + timedelta(days=1), time(), self._zone()).astimezone(UTC) - timedelta(seconds=1)
        return Provenance("attested", at=at, by=by, source=", ".join(filter(None, parts)))

    def _day(self, order: Order, on: date | None) -> date:
        """The day of a statement. Raises `WorkError` for one on which nobody could have seen it."""
        today, opened = self._today(), order.opened.astimezone(self._zone()).date()
        if on is None:
            return today
        if on > today:
            text = said(
                "{day} is in the future; today is {today}. Give the day on which it was done.", day=on, today=today
            )
            raise WorkError(reason=text)
        if on < opened:
            text = said(
                "{number} was handed out on {opened}, so it was not done on {day} already.",
                number=order.number,
                opened=opened,
                day=on,
            )
            raise WorkError(reason=text)
        return on

    # --- helpers ----------------------------------------------------------------------------------------------------

    def _open_order(self, number: str) -> Order:
        order = self.show(number)
        if order.state != "open":
            raise closed(order)
        return order

    def _today(self) -> date:
        return self._now().astimezone(self._zone()).date()

    def _zone(self) -> tzinfo | None:
        return None if self._settings is None else self._settings.time_zone

    def _policy(self) -> Mapping[str, str]:
        return {} if self._settings is None else self._settings.attestations

    def _root_or_here(self) -> Path:
        return Path() if self._settings is None else self._settings.root

    def _root(self) -> Path:
        if self._settings is None:
            raise WorkError(reason=said("This needs the project's folder, and it is not run in a project."))
        return self._settings.root


def closed(order: Order) -> OrderClosed:
    """The error for an order that nothing can be done with any more; it names the one to go on with."""
    about = {"number": order.number, "successor": order.successor, "person": order.by}
    text = _CLOSED.get(order.state, "")
    state = said(_ENDED[order.state]) if order.state in _ENDED else order.state
    return OrderClosed(number=order.number, state=state, instead=said(text, **about) if text else "")


_ENDED: Final = {
    "superseded": phrase("superseded"),
    "withdrawn": phrase("withdrawn"),
    "failed": phrase("failed"),
    "done": phrase("done"),
}
_CLOSED: Final = {
    "superseded": phrase(": {successor} takes its place. Go on with: inregel work show {successor}"),
    "withdrawn": phrase(": it is no longer asked for. What is asked now: inregel work list"),
    "failed": phrase(": {person} refused it. To hand the change out again: inregel work reopen {number}"),
    "done": phrase(", by {person}. What is asked now: inregel work list"),
}


def readable(order: Order, speech: Speech = ENGLISH) -> str:
    """The order as Markdown for people: its text; while it is open also how to see its secrets and how to answer.

    The text is in the language of the order, what stands around it in that of the reader.
    """
    if order.state != "open":
        return f"{order.order.text}\n---\n\n{speech.error(closed(order))}\n"
    number, blocks = order.number, [counted(order, speech), "---\n"]
    if order.order.secrets:
        commands = [
            f"inregel work show {number} --reveal {name} --by NAME --reason WHY" for name in order.order.secrets
        ]
        blocks.append(_block(speech("The secrets that stand above by name are shown by:"), "\n".join(commands)) + "\n")
    form = forms.template(order.order.schema, speech)
    if form:
        file = f"{number.lower()}.yml"
        about = speech("What to answer; save it as `{file}` and fill it in:", file=file)
        blocks.append(f"{about}\n\n```yaml\n{form}```\n")
        done = f"inregel work done {number} --by NAME --answers {file}"
    else:
        done = f"inregel work done {number} --by NAME"
    fail = f"inregel work fail {number} --by NAME --reason WHY"
    when, where = speech("When it is done:"), speech("Where it cannot be done:")
    blocks.append(f"{_block(when, done)}\n\n{_block(where, fail)}\n")
    return "\n".join(blocks)


def _block(about: str, commands: str) -> str:
    return f"{about}\n\n```\n{commands}\n```"


def _typed(text: str, otherwise: str) -> str:
    """What a person typed, trimmed; it must not be empty."""
    if not text.strip():
        raise WorkError(reason=otherwise)
    return text.strip()


def _line_name(line: OrderLine) -> str:
    return ref_text((line.module, line.key))
