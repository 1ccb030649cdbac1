"""The token of an AFAS app connector: a small XML text with a version and 64 hexadecimal digits.

    <token><version>1</version><data>64 digits</data></token>

People paste what they have: the whole text, the digits alone, or the text in base64 as it stands in a header; with line
breaks, spaces and signs that nobody sees. All of these are the same token. What is wrong is said without showing it.
Source: https://docs.afas.help/profit/en/authentication
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from inregel.contract import Secret
from inregel.errors import InregelError
from inregel.formats import plain_xml
from inregel.frozen import frozen

DIGITS: Final = 64
_MOST: Final = 4096
_KEY: Final = 32
"""Digits of an API key or an environment key, which people take for a token."""
_HEX: Final = re.compile("[0-9A-Fa-f]+")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/\-_]+={0,2}")
_VERSION: Final = re.compile("[1-9][0-9]{0,3}")
_HIDDEN: Final = re.compile("[\\s\u200b-\u200f\u2060\ufeff\u00a0]")
_PLAIN: Final = re.compile(r"<token><version>([1-9][0-9]{0,3})</version><data>([0-9A-Fa-f]{64})</data></token>\s*")
"""As AFAS shows it: what nearly all tokens of a large inventory look like."""
_SCHEME: Final = re.compile(r"(authorization:)?\s*afastoken\s+", re.IGNORECASE)


class NotAToken(InregelError):
    """It is not a token of AFAS: {reason}.
    Give the whole text that AFAS showed, from <token> to </token>, or its 64 digits."""


@frozen
class Token:
    """One token. Its data is printed as its name."""

    version: int
    data: Secret
    """64 hexadecimal digits, as they were given."""

    def xml(self) -> str:
        """The whole text, in the one form that AFAS shows it in. It is secret."""
        return f"<token><version>{self.version}</version><data>{self.data.reveal()}</data></token>"

    def header(self) -> str:
        """What stands in the header `Authorization`. It is secret."""
        return f"AfasToken {base64.b64encode(self.xml().encode()).decode()}"


def parse(text: str, name: str = "AFAS token") -> Token:
    """The token in a text that was pasted; the digits alone have version 1. Raises `NotAToken`."""
    if len(text) > _MOST:
        raise NotAToken(reason=f"it has {len(text)} signs, and a token fewer than 200")
    if found := _PLAIN.fullmatch(text):
        return Token(int(found[1]), Secret(name, found[2]))
    text = _SCHEME.sub("", text.strip("\ufeff \t\r\n"), count=1).strip()
    if not text:
        raise NotAToken(reason="it is empty")
    if text.startswith("<"):
        return _from_xml(text, name)
    bare = _HIDDEN.sub("", text)
    if _HEX.fullmatch(bare):
        return Token(1, _data(bare, name))
    if _BASE64.fullmatch(bare):
        return _from_base64(bare, name)
    raise NotAToken(reason="it is neither XML nor 64 hexadecimal digits nor base64")


def _from_base64(bare: str, name: str) -> Token:
    padded = bare.rstrip("=")
    padded += "=" * (-len(padded) % 4)
    try:
        inner = base64.b64decode(padded, altchars=b"-_" if set("-_") & set(bare) else None, validate=True)
        text = inner.decode()
    except (binascii.Error, UnicodeDecodeError):
        raise NotAToken(reason=_no_hex(bare)) from None
    if not text.lstrip("\ufeff \t\r\n").startswith("<"):
        raise NotAToken(reason="it is base64 of something else")
    return _from_xml(text, name)


def _no_hex(bare: str) -> str:
    """What to say of signs that look like base64 and are none."""
    if len(bare) == DIGITS:
        return "it has 64 signs, and some of them are no hexadecimal digits"
    return "it looks like base64 and cannot be read: it was cut short, or signs were lost"


def _from_xml(text: str, name: str) -> Token:
    try:
        root = plain_xml.parse(text.strip("\ufeff \t\r\n").encode())
    except (plain_xml.NotPlainXml, UnicodeEncodeError):
        raise NotAToken(reason="it is XML that was cut short or damaged") from None
    if root.tag != "token":
        raise NotAToken(reason="it is XML of something else")
    parts = {each.tag: _HIDDEN.sub("", each.text or "") for each in root}
    if sorted(each.tag for each in root) != ["data", "version"] or any(len(each) for each in root):
        raise NotAToken(reason="a token has one version and one data, and nothing else")
    if not _VERSION.fullmatch(parts["version"]):
        raise NotAToken(reason="its version is no number")
    return Token(int(parts["version"]), _data(parts["data"], name))


def _data(digits: str, name: str) -> Secret:
    if len(digits) == _KEY and _HEX.fullmatch(digits):
        raise NotAToken(reason="it has 32 digits: that is an API key or an environment key")
    if len(digits) != DIGITS:
        how = "was cut short" if len(digits) < DIGITS else "has more than one thing in it"
        raise NotAToken(reason=f"its data has {len(digits)} digits and not 64: it {how}")
    if not _HEX.fullmatch(digits):
        raise NotAToken(reason="its data has 64 signs, and some of them are no hexadecimal digits")
    return Secret(name, digits)
