"""Tokens of AFAS as people paste them, and what is said of a text that is none."""

import base64
import random

import pytest

from helpers.afas_wire import token_data
from helpers.canary import leaks
from helpers.sizes import seed, size
from inregel.formats import afas_token
from inregel.formats.afas_token import NotAToken


@pytest.fixture
def data() -> str:
    return token_data("a pasted token")


def xml(data: str, version: str = "1") -> str:
    return f"<token><version>{version}</version><data>{data}</data></token>"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def forms(data: str) -> dict[str, str]:
    """The same token in every form that people paste."""
    whole = xml(data)
    return {
        "as AFAS shows it": whole,
        "as OtpValidation gives it": whole + "\r\n",
        "with a declaration": f'<?xml version="1.0" encoding="utf-8"?>\r\n{whole}',
        "over lines": f"<token>\r\n <version> 1 </version>\r\n <data>\r\n{data[:9]}\r\n{data[9:]}\r\n</data></token>",
        "the other way round": f"<token><data>{data}</data><version>1</version></token>",
        "the digits": data,
        "the digits, spoiled by a mail": f" {data[:40]}\r\n{data[40:]}\u200b \ufeff",
        "base64": b64(whole),
        "base64 over lines": "\n".join(b64(whole)[at : at + 40] for at in range(0, len(b64(whole)), 40)),
        "base64 without its end": b64(whole).rstrip("="),
        "base64 for addresses": base64.urlsafe_b64encode(whole.encode()).decode(),
        "a header": f"Authorization: AfasToken {b64(whole)}",
        "half a header": f"AfasToken {b64(whole)}",
        "a byte order mark": f"\ufeff{whole}",
    }


def test_every_form_is_the_same_token(data: str) -> None:
    for form, text in forms(data).items():
        token = afas_token.parse(text)
        assert (token.version, token.data.reveal(), token.xml()) == (1, data, xml(data)), form


def test_the_version_is_read_and_the_digits_alone_have_the_first(data: str) -> None:
    assert afas_token.parse(xml(data, "12")).version == 12
    assert afas_token.parse(data).version == 1


def test_the_header_is_the_whole_text_in_base64(data: str) -> None:
    scheme, _, value = afas_token.parse(data).header().partition(" ")
    assert scheme == "AfasToken"
    assert base64.b64decode(value).decode() == xml(data)


def test_a_token_is_printed_by_its_name(data: str) -> None:
    token = afas_token.parse(data, "benefits_plaza")
    assert repr(token) == "Token(version=1, data=<secret benefits_plaza>)"


WRONG = {
    "nothing": ("", "it is empty"),
    "spaces": (" \r\n", "it is empty"),
    "too much": ("{data}" * 80, "it has 5120 signs"),
    "cut short": ("{data:.50}", "its data has 50 digits and not 64: it was cut short"),
    "twice": ("{data}{data}", "its data has 128 digits and not 64: it has more than one thing in it"),
    "a letter wrong": ("{data:.63}x", "64 signs, and some of them are no hexadecimal digits"),
    "xml, cut short": ("<token><version>1</version><data>{data:.20}", "XML that was cut short or damaged"),
    "xml, short data": ("<token><version>1</version><data>{data:.20}</data></token>", "20 digits and not 64"),
    "xml, a letter wrong": ("<token><version>1</version><data>{data:.63}x</data></token>", "64 signs, and some"),
    "xml of something else": ("<data>{data}</data>", "XML of something else"),
    "xml without a version": ("<token><data>{data}</data></token>", "one version and one data"),
    "xml with two": ("<token><version>1</version><data>{data}</data><data>{data}</data></token>", "one version and"),
    "xml, nested": ("<token><version>1</version><data><b>{data}</b></data></token>", "one version and one data"),
    "no version": ("<token><version>v1</version><data>{data}</data></token>", "its version is no number"),
    "version 0": ("<token><version>0</version><data>{data}</data></token>", "its version is no number"),
    "an entity": ('<!DOCTYPE token [<!ENTITY a "{data}">]><token><version>1</version><data>&a;</data></token>', "XML"),
    "words": ("that is no token at all!", "neither XML nor 64 hexadecimal digits nor base64"),
    "an API key": ("{data:.32}", "an API key or an environment key"),
    "a user": ("12345.user", "neither XML nor 64 hexadecimal digits nor base64"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_and_nothing_is_shown(data: str, name: str) -> None:
    text, message = WRONG[name]
    with pytest.raises(NotAToken, match=message) as told:
        afas_token.parse(text.format(data=data))
    assert str(told.value).endswith("from <token> to </token>, or its 64 digits.")
    assert leaks(f"{told.value}{told.value.__cause__!r}".encode()) == []
    assert data[:16] not in f"{told.value!r}{told.value.__cause__!r}"


@pytest.mark.parametrize(
    ("text", "message"),
    [(b64("hello there, this is text"), "base64 of something else"), ("QUJD" * 16 + "Q", "cannot be read"),
     (b64(xml("ab")), "2 digits and not 64"), ("/" * 88, "cannot be read")],
)  # fmt: skip
def test_base64_of_something_else_is_said(text: str, message: str) -> None:
    with pytest.raises(NotAToken, match=message):
        afas_token.parse(text)


def test_a_damaged_token_is_refused_or_another_token(data: str) -> None:
    rng = random.Random(seed("damaged files of AFAS"))
    sound = list(forms(data).values())
    for _ in range(size("damaged files of AFAS")):
        text = list(rng.choice(sound))
        for _ in range(rng.choice((1, 1, 3))):
            text[rng.randrange(len(text))] = chr(rng.choice((rng.randrange(128), rng.randrange(0xD800))))
        try:
            token = afas_token.parse("".join(text))
        except NotAToken as error:
            assert data[:16] not in str(error)
        else:
            assert len(token.data.reveal()) == 64
