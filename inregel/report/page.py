"""The frame of every HTML page: one file, no script, nothing from outside, readable on paper. Pure.

What does not belong here: what stands on a page.
"""

from __future__ import annotations

import unicodedata
from html import escape
from typing import Final

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""Whatever a value may have brought in after all: a browser fetches nothing and runs nothing."""


def text(value: object) -> str:
    """`value` as words of a page, also within an attribute."""
    return escape(visible(str(value)), quote=True)


def visible(value: str) -> str:
    """`value` with what HTML does not allow, and what turns the direction of writing, as an escape."""
    if value.isprintable():
        return value
    return "".join(char if _prints(char) else char.encode("unicode_escape").decode() for char in value)


def _prints(char: str) -> bool:
    return char.isprintable() or char in "\t\n" or unicodedata.category(char) == "Zs"


def page(title: str, language: str, style: str, body: str) -> str:
    """A whole document. `title` is plain text, `language` a BCP 47 tag such as nl; `body` is HTML and `style` CSS."""
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="{text(language)}">\n'
        "<head>\n"
        '<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{text(_POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n"
        f"<style>\n{style.strip()}\n</style>\n"
        "</head>\n"
        f"<body>\n{body.strip()}\n</body>\n"
        "</html>\n"
    )
