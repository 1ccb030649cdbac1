"""The Markdown of a work order as HTML: steps numbered, values in one piece to copy, nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from inregel.formats.markdown import RETURN
from inregel.report.page import text, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_SECRET: Final = "<secret "


def markup(markdown: str, secrets: Collection[str], called: Callable[[str], str]) -> str:
    """The HTML of a text. HTML in it shows as it is written; a picture shows as its words.

    A value in backticks is one piece that is copied whole. One that is the name of one of `secrets`, as
    `<secret NAME>`, is not there to copy: `called` gives the words for it.
    """
    named = {f"{_SECRET}{name}>": called(name) for name in secrets}
    return str(_parser().render(visible(markdown), {"named": named}))


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    parser.add_render_rule("code_inline", _value)
    return parser


def _value(_renderer: object, tokens: Sequence[Token], index: int, _options: object, env: Mapping[str, Any]) -> str:
    content = tokens[index].content
    words = env["named"].get(content)
    if words is not None:
        return f'<span class="secret">{text(words)}</span>'
    return f'<code class="value">{text(content.replace(RETURN, chr(10)))}</code>'
