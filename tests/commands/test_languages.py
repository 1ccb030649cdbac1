"""Commands speak the language of their reader: which one it is, and that nothing is left without a translation."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.clock import Clock
from helpers.example import SITE, Stage
from helpers.marked import MarkedContext, left, texts
from inregel.cli import main
from inregel.commands import apply, explain, history, paper, person, plan, rollout, validate, work
from inregel.commands.context import Context, NoSuchLanguage
from inregel.commands.session import open_session
from inregel.speech import Said, speech_in

GOLDEN = Path(__file__).parents[1] / "report"


@pytest.fixture
def stage(tmp_path: Path, clock: Clock) -> Stage:
    return Stage(tmp_path / "example", clock)


def say(stage: Stage, *arguments: str, **environ: str) -> str:
    """What a command line prints."""
    context = stage.context()
    context.environ = {**context.environ, **environ}
    main(arguments, context)
    return context.out.getvalue()  # type: ignore[attr-defined]  # a StringIO


# --- which language -------------------------------------------------------------------------------------------------


def test_without_any_setting_commands_speak_english(stage: Stage) -> None:
    assert say(stage, "validate").startswith("Sound: 3 offices,")


def test_the_project_says_which_language_the_environment_wins_and_the_option_wins_over_both(stage: Stage) -> None:
    settings = stage.root / "inregel.yml"
    settings.write_text(settings.read_text("utf-8") + "language: nl\n", "utf-8")
    assert say(stage, "validate").startswith("In orde: 3 kantoren,")
    assert say(stage, "validate", INREGEL_LANGUAGE="fr").startswith("En ordre : 3 bureaux,")
    assert say(stage, "--language", "en", "validate", INREGEL_LANGUAGE="fr").startswith("Sound: 3 offices,")


def test_a_language_that_there_is_not_is_refused_with_those_that_there_are(stage: Stage) -> None:
    context = replace(stage.context(), environ={"INREGEL_LANGUAGE": "de"})
    with pytest.raises(NoSuchLanguage, match="There is no language de here. Write one of nl, fr, en"):
        context.adopt()


def test_an_error_is_shown_in_the_language_of_the_command(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--language", "nl", "explain", "ede", "assu.postbus"], stage.context()) == 1
    assert capsys.readouterr().err.startswith("Er is geen kantoor ede in de inventory.")


def test_reports_and_sheets_are_in_the_language_of_the_project_unless_another_one_was_asked_for(stage: Stage) -> None:
    assert "SUMMARY:Van Dalen Assurantiën: assu.certificate" in say(stage, "plan", SITE, "--report", "ics=-")
    assert "NAME:offices: datums van de kantoren" in say(stage, "plan", SITE, "--report", "ics=-")
    french = say(stage, "--language", "fr", "plan", SITE, "--report", "ics=-")
    assert "NAME:offices : dates des bureaux" in french


@pytest.mark.parametrize(
    ("language", "day"), [("nl", "vrijdag 20 november 2026, 09:14"), ("fr", "vendredi 20 novembre 2026, 09:14")]
)
def test_the_plan_of_the_example_is_that_of_the_file(stage: Stage, language: str, day: str) -> None:
    shown = say(stage, "--language", language, "plan", SITE).splitlines()
    golden = (GOLDEN / f"example.{language}.txt").read_text("utf-8").splitlines()
    assert shown[1:] == golden[1:]
    assert day in shown[0]


# --- nothing is left without a translation --------------------------------------------------------------------------


def marked(stage: Stage) -> MarkedContext:
    known = stage.context()
    return MarkedContext(
        directory=known.directory,
        out=io.StringIO(),
        err=io.StringIO(),
        stdin=io.StringIO("maybe\n"),
        environ={**known.environ, "COLUMNS": "4000"},
        now=stage.clock,
        sleep=stage.clock.sleep,
        interactive=False,
    )


def data(stage: Stage) -> Iterator[str]:
    """What the output may show as it is: what stands in the plan, the record, and the work orders."""
    with open_session(stage.context()) as session:
        yield from texts(plan.make(session, SITE, {})[0])
        yield from texts(session.ledger.events())
        yield from (event.kind for event in session.ledger.events())
        yield from texts(session.ledger.orders(None, ("open", "done", "failed", "superseded", "withdrawn")))
        yield from texts(session.ledger.rollouts())
        for office in session.project.inventory.order:
            yield from texts({name: session.project.value(office, name) for name in session.project.rendered(office)})
    yield from ("inregel apply playbooks/site.yml", "inregel plan playbooks/site.yml", "Assu", "site.yml")
    # Arguments of the task, the secrets that they name, and a file.
    yield from ("route", "import", "assu_pfx_utrecht", "assu_pfx_zwolle", "files/zwolle.abc")


_DIGEST = re.compile(r"\b[0-9a-f]{7,8}\b")
"""Of a revision, and of the ids of rollouts."""


def words(stage: Stage, context: Context) -> set[str]:
    """The words that are left in what a command printed, but for marks and keys of one letter."""
    said = context.out.getvalue() + context.err.getvalue()  # type: ignore[attr-defined]  # both are a StringIO
    assert said
    return {word for word in left(_DIGEST.sub("", said), data(stage)) if len(word) > 1}


def test_the_first_commands_say_nothing_that_has_no_translation(stage: Stage) -> None:
    for command in (
        lambda it: plan.plan(it, SITE),
        lambda it: plan.plan(it, SITE, verbose=True),
        lambda it: plan.plan(it, SITE, limit="utrecht:!all"),
        lambda it: plan.plan(it, SITE, tags=["nosuchtag"]),
        lambda it: explain.explain(it, "utrecht", "assu.certificate"),
        validate.validate,
        rollout.show,
        work.list_,
        history.history,
        lambda it: history.history(it, "nobody"),
        history.verify,
        lambda it: person.person(it, "Ria van Dalen"),
        paper.remind,
    ):
        context = marked(stage)
        command(context)
        assert words(stage, context) <= ALLOWED, context.out.getvalue()


ALLOWED = {"all", "nosuchtag", "nobody", "certificate", "assu_aplaza", "postbus"}
"""What the tests typed, and tags."""


def test_what_an_apply_and_its_orders_say_has_a_translation(stage: Stage) -> None:
    for command in (
        lambda it: apply.apply(it, SITE, yes=True),
        lambda it: work.list_(it, everything=True),
        lambda it: work.fail(it, "W1", by="Ria van Dalen", reason="no time"),
        lambda it: work.list_(it, everything=True),
        lambda it: apply.apply(it, SITE, yes=True),
        lambda it: work.reopen(it, "W1", by="Ria van Dalen"),
        history.history,
        rollout.show,
        lambda it: person.person(it, "Ria van Dalen"),
    ):
        context = marked(stage)
        command(context)
        assert words(stage, context) <= ALLOWED, context.out.getvalue()


def test_the_reasons_of_the_engine_can_be_said_again(stage: Stage) -> None:
    with open_session(stage.context()) as session:
        made, _ = plan.make(session, SITE, {})
    reasons = [each.blocked.reason for each in made.entries() if each.blocked is not None and each.blocked.cause]
    assert set(reasons) == {"blocked by assu.certificate"}
    assert all(isinstance(reason, Said) for reason in reasons)
    assert speech_in("nl").again(reasons[0]) == "geblokkeerd door assu.certificate"
