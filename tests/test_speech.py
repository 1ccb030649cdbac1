"""One object that says texts in one language: translations, plurals, numbers, dates, and texts that are said again."""

import re
from datetime import datetime

import pytest

from inregel.errors import InregelError, Unavailable
from inregel.speech import ENGLISH, Said, Speech, advice, headline, joined, said, speech_in

ALL = ("nl", "fr", "en")


class Loud:
    """A catalog of a language that shouts."""

    def gettext(self, message: str) -> str:
        return re.sub(r"\{\w+\}|[^{]+", lambda each: each[0] if each[0][0] == "{" else each[0].upper(), message)

    def ngettext(self, one: str, several: str, count: int) -> str:
        return self.gettext(one if count == 1 else several)

    def pgettext(self, context: str, message: str) -> str:
        return f"{context}: {self.gettext(message)}"


LOUD = Speech("loud", Loud())


def test_a_text_without_a_translation_is_said_in_english():
    assert [speech_in(each)("no such {what}", what="text") for each in ALL] == ["no such text"] * 3
    assert speech_in("xx") is ENGLISH


def test_a_value_is_put_in_as_it_is():
    assert [speech_in(each)("{what} ends", what="{day}") for each in ALL] == [
        "{day} loopt af",
        "{day} prend fin",
        "{day} ends",
    ]


@pytest.mark.parametrize(
    ("count", "texts"),
    [
        (0, ["0 dagen", "0 jour", "0 days"]),
        (1, ["1 dag", "1 jour", "1 day"]),
        (2, ["2 dagen", "2 jours", "2 days"]),
        (2175, ["2.175 dagen", "2\u202f175 jours", "2,175 days"]),
        (10**6, ["1.000.000 dagen", "1\u202f000\u202f000 jours", "1,000,000 days"]),
    ],
)
def test_the_form_goes_with_the_number(count, texts):
    assert [speech_in(each).many(count, "{count} day", "{count} days") for each in ALL] == texts


def test_numbers_are_as_the_language_writes_them():
    assert [speech_in(each).number(2175) for each in ALL] == ["2.175", "2\u202f175", "2,175"]
    assert [speech_in(each).decimal(4.125) for each in ALL] == ["4,1", "4,1", "4.1"]


def test_a_date_is_as_the_language_writes_it():
    moment = datetime(2026, 11, 20, 9, 14)
    assert [speech_in(each).date(moment) for each in ALL] == [
        "vrijdag 20 november 2026, 09:14",
        "vendredi 20 novembre 2026, 09:14",
        "Friday 20 November 2026, 09:14",
    ]
    assert speech_in("fr").date(datetime(2026, 8, 1, 0, 5)) == "samedi 1er août 2026, 00:05"
    assert speech_in("nl").date(datetime(2026, 3, 1, 0, 5)) == "zondag 1 maart 2026, 00:05"


def test_a_text_that_was_said_is_english_and_is_said_again_with_all_that_stands_in_it():
    text = said("blocked by {what}", what=said("nobody"))
    assert text == "blocked by nobody"
    assert isinstance(text, Said)
    assert ENGLISH.again(text) == "blocked by nobody"
    assert LOUD.again(text) == "BLOCKED BY NOBODY"
    assert LOUD("why: {what}", what=text) == "WHY: BLOCKED BY NOBODY"
    assert LOUD.again("what a user wrote") == "what a user wrote"
    assert LOUD("why: {what}", what="what a user wrote") == "WHY: what a user wrote"


def test_the_message_of_an_error_is_said_with_what_stands_in_it():
    error = Unavailable(system="afas", reason=said("no answer"))
    assert ENGLISH.error(error) == str(error)
    assert LOUD.error(error).startswith("afas IS UNAVAILABLE: NO ANSWER\nNOTHING WAS CHANGED")
    assert speech_in("nl").error(error).startswith("afas is niet bereikbaar: ")
    assert LOUD("it says: {what}", what=InregelError(reason="x")) == "IT SAYS: SOMETHING WENT WRONG: x"
    assert LOUD.error(ValueError("of another library")) == "of another library"


def test_the_parts_of_a_message_are_said_apart():
    error = Unavailable(system="afas", reason=said("no answer"))
    assert headline(error) == "afas is unavailable: no answer"
    assert advice(error).startswith("Nothing was changed there by this step. Try again later:")
    assert LOUD.again(headline(error)) == "afas IS UNAVAILABLE: NO ANSWER"
    assert LOUD.again(advice(error)).startswith("NOTHING WAS CHANGED THERE BY THIS STEP. TRY")
    assert LOUD.again(joined([headline(error), "of a user"])) == "afas IS UNAVAILABLE: NO ANSWER of a user"


def test_one_word_can_mean_two_things():
    assert LOUD.within("answer", "none") == "answer: NONE"
    assert speech_in("fr").within("day of a month", "1") == "1er"
    assert ENGLISH.within("day of a month", "1") == "1"
