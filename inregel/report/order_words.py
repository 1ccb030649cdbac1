"""The words around a work order on paper and in a sheet, in the languages of its readers. Screen labels stay Dutch."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from inregel.frozen import frozen
from inregel.speech import LANGUAGES, Speech, phrase, speech_in

NOBODY: Final = phrase("nobody by name")
"""What stands where an order is for no person by name, on the screens of those who plan."""


@frozen
class Words:
    """One language."""

    order: str
    office: str
    person: str
    nobody: str
    handed_out: str
    secrets: str
    secret: str
    """`{name}`: what stands in a step in the place of a secret."""
    ask: str
    """How a secret is had; `{command}` shows it."""
    answer: str
    answer_intro: str
    nothing: str
    """Where nothing is asked."""
    screen: str
    where: str
    written: str
    example: str
    hidden: str
    """In place of the room for an answer that is a secret."""
    signed: str
    name: str
    day: str
    cannot: str
    cannot_intro: str
    closed: str
    """`{state}`: the order is not open."""
    yes: str
    no: str
    none: str
    """The answer that a list is empty."""
    a_list: str
    a_date: str
    one_of: str
    states: Mapping[str, str]
    columns: Mapping[str, str]
    """The fixed columns of a sheet, by what they are for."""
    sheets: Mapping[str, str]
    kinds: Mapping[str, str]


COLUMNS: Final = ("number", "office", "title", "person", "todo")
"""The columns of a sheet that nobody fills in; the answers stand between these and `FILLED`."""
FILLED: Final = ("by", "on", "evidence", "found", "cannot")
"""The columns that are filled in beside the answers: who, when, a file that backs it, it really is so, why not."""


@lru_cache(maxsize=len(LANGUAGES))
def words(language: str) -> Words:
    """The words of a language; of one that there is none of, the English ones."""
    speech = speech_in(language)
    return Words(
        order=speech("Work order"),
        office=speech("Office"),
        person=speech.within("order", "For"),
        nobody=speech(NOBODY),
        handed_out=speech("Handed out"),
        secrets=speech("Secrets"),
        secret=speech("[secret: {name}]"),
        ask=speech("Not on paper. Ask whoever runs inregel, who sees it by: {command}"),
        answer=speech.within("order", "What you report"),
        answer_intro=speech("Write down what the screen shows, also where it is not what you expected."),
        nothing=speech("There is nothing to copy. Only say that it is done."),
        screen=speech("On the screen"),
        where=speech.within("order", "Where to read it"),
        written=speech.within("order", "Your answer"),
        example=speech("Such as"),
        hidden=speech("Do not write this down: tell it only to whoever runs inregel."),
        signed=speech("Done by"),
        name=speech.within("order", "Name"),
        day=speech.within("order", "Date"),
        cannot=speech("Can it not be done?"),
        cannot_intro=speech("Stop, change nothing more, and write down what happened:"),
        closed=speech("This order is {state}. Do not do it any more."),
        yes=speech.within("answer", "yes"),
        no=speech.within("answer", "no"),
        none=speech.within("answer", "none"),
        a_list=speech("All of them, with a comma between them; where there are none: none"),
        a_date=speech("A date such as 2028-11-14"),
        one_of=speech("One of"),
        states={
            "done": speech.within("order", "done already"),
            "failed": speech.within("order", "refused"),
            "superseded": speech.within("order", "replaced by {successor}"),
            "withdrawn": speech.within("order", "withdrawn"),
        },
        columns=_columns(speech),
        sheets={
            "answers": speech.within("sheet", "Orders"),
            "lines": speech.within("sheet", "Lines"),
            "steps": speech.within("sheet", "Steps"),
        },
        kinds=_kinds(speech),
    )


def _columns(speech: Speech) -> Mapping[str, str]:
    return {
        "number": speech.within("column", "Number"),
        "office": speech.within("column", "Office"),
        "title": speech.within("column", "Order"),
        "person": speech.within("column", "For"),
        "todo": speech.within("column", "What to do"),
        "by": speech.within("column", "Done by"),
        "on": speech.within("column", "Date"),
        "evidence": speech.within("column", "Evidence (file)"),
        "found": speech.within("column", "It really is so"),
        "cannot": speech.within("column", "Cannot be done, because"),
    }


def _kinds(speech: Speech) -> Mapping[str, str]:
    return {
        "do": speech.within("sheet", "do"),
        "look": speech.within("sheet", "look"),
        "look_then_do": speech.within("sheet", "look, and do it unless it is so already"),
        "number": speech.within("sheet", "Number"),
        "office": speech.within("sheet", "Office"),
        "module": speech.within("sheet", "Module"),
        "key": speech.within("sheet", "What"),
        "kind": speech.within("sheet", "How"),
        "becomes": speech.within("sheet", "Becomes"),
        "step": speech.within("sheet", "Step"),
        "text": speech.within("sheet", "Text"),
        "gone": speech.within("sheet", "gone"),
    }
