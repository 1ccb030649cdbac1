"""Work orders on paper: each on a page of its own, with its steps and with room for what is to be answered. Pure.

What does not belong here: what an order asks (`inregel.plan.texts`), and who may read a secret: there is none in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from inregel.ledger.base import Order
from inregel.report.markup import markup
from inregel.report.order_words import Words, words
from inregel.report.page import page, text

_STYLE: Final = """
@page { size: A4; margin: 18mm 16mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 46rem; padding: 1rem; background: #fff; color: #000;
  font: 1.15rem/1.5 Verdana, "DejaVu Sans", Arial, sans-serif; }
article + article { break-before: page; margin-top: 4rem; }
header { border-bottom: 2px solid #000; padding-bottom: .4rem; }
header dl, .sign dl { display: flex; flex-wrap: wrap; gap: .2rem 2rem; margin: 0; }
header dl div { display: flex; gap: .5rem; }
dt { font-weight: bold; }
dd { margin: 0; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.25rem; break-after: avoid; }
ol { padding-left: 2.2em; }
li { margin: .5rem 0; break-inside: avoid; }
code { font-family: Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; white-space: break-spaces; }
code.value { border: 1px solid #555; border-radius: .2rem; padding: 0 .25em; user-select: all;
  -webkit-user-select: all; }
.secret { border: 1px dashed #000; padding: 0 .25em; }
.closed { border: 3px solid #000; padding: .5rem; font-weight: bold; }
table { width: 100%; border-collapse: collapse; }
th, td { border: 1px solid #000; padding: .4rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
th { overflow-wrap: break-word; }
tr { break-inside: avoid; }
th small, td small { display: block; font-weight: normal; font-size: .9rem; }
.room { width: 42%; height: 3.2rem; }
.sign { break-inside: avoid; }
.sign dl { margin-top: 1.2rem; }
.sign dl div { flex: 1 1 14rem; display: flex; gap: .5rem; }
.sign dd, .lines p { flex: 1; border-bottom: 1px solid #000; min-height: 2rem; margin: 0; }
.lines p { min-height: 2.4rem; }
@media print { body { max-width: none; padding: 0; font-size: 13pt; } article + article { margin-top: 0; } }
"""


def order_page(orders: Sequence[Order], zone: ZoneInfo) -> str:
    """One HTML document with these orders, at least one; days are those of `zone`.

    It is in the language of the first; each order says its own. No script, nothing from outside, no secret.
    """
    first = orders[0]
    title = f"{first.number} {first.order.title}, {first.order.office}"
    if len(orders) > 1:
        title += f" (+{len(orders) - 1})"
    return page(title, first.order.language, _STYLE, "\n".join(_article(order, zone) for order in orders))


def _article(order: Order, zone: ZoneInfo) -> str:
    new, told = order.order, words(order.order.language)
    parts = [_header(order, told, zone)]
    if order.state != "open":
        state = told.states.get(order.state, order.state).format(successor=order.successor)
        parts.append(f'<p class="closed">{text(told.closed.format(state=state))}</p>')
    parts.append(markup(new.text, new.secrets, lambda name: told.secret.format(name=name)))
    if order.state == "open":
        parts += [*_secrets(order, told), *_form(new.schema, told), *_ends(told)]
    name = text(order.number)
    return f'<article lang="{text(new.language)}" id="{name}">\n' + "\n".join(parts) + "\n</article>"


def _header(order: Order, told: Words, zone: ZoneInfo) -> str:
    rows = {
        told.order: order.number,
        told.office: order.order.office,
        told.person: order.order.person or told.nobody,
        told.handed_out: order.opened.astimezone(zone).date().isoformat(),
    }
    pairs = "".join(f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in rows.items())
    return f"<header><dl>{pairs}</dl></header>"


def _secrets(order: Order, told: Words) -> Iterator[str]:
    if not order.order.secrets:
        return
    yield f"<h2>{text(told.secrets)}</h2>\n<dl>"
    for name in order.order.secrets:
        before, _, after = told.ask.partition("{command}")
        command = f"<code>{text(reveal_command(order.number, name))}</code>"
        yield f"<dt>{text(name)}</dt><dd>{text(before)}{command}{text(after)}</dd>"
    yield "</dl>"


def reveal_command(number: str, name: str) -> str:
    """What is typed to see a secret of an order."""
    return f"inregel work show {number} --reveal {name} --by NAME --reason WHY"


def _form(schema: Mapping[str, Any], told: Words) -> Iterator[str]:
    asked = schema.get("properties", {})
    yield f"<h2>{text(told.answer)}</h2>"
    if not asked:
        yield f"<p>{text(told.nothing)}</p>"
        return
    yield f"<p>{text(told.answer_intro)}</p>"
    heads = (told.screen, told.where, told.written)
    yield "<table>\n<thead><tr>" + "".join(f'<th scope="col">{text(each)}</th>' for each in heads) + "</tr></thead>"
    yield "<tbody>"
    for name, each in asked.items():
        room = f"<small>{text(told.hidden)}</small>" if each.get("secret") else ""
        where = f"{text(each.get('description', ''))}<small>{text(hint(each, told))}</small>"
        label = text(each.get("title") or name)
        yield f'<tr><th scope="row">{label}</th><td>{where}</td><td class="room">{room}</td></tr>'
    yield "</tbody>\n</table>"


def hint(schema: Mapping[str, Any], told: Words) -> str:
    """How one answer is written; "" where its description says it all."""
    if schema.get("secret"):
        return ""
    if "enum" in schema:
        return f"{told.one_of}: {', '.join(map(str, schema['enum']))}"
    if schema.get("type") == "boolean":
        return f"{told.one_of}: {told.yes}, {told.no}"
    if schema.get("type") == "array":
        return told.a_list
    if schema.get("format") == "date":
        return told.a_date
    example = next(iter(schema.get("examples", [])), "")
    return f"{told.example}: {example}" if example not in ("", None) else ""


def _ends(told: Words) -> Iterator[str]:
    """Room for who did it, and for why it could not be done."""
    pairs = "".join(f"<div><dt>{text(each)}</dt><dd></dd></div>" for each in (told.name, told.day))
    yield f'<section class="sign"><h2>{text(told.signed)}</h2><dl>{pairs}</dl></section>'
    yield (
        f'<section class="sign lines"><h2>{text(told.cannot)}</h2><div>{text(told.cannot_intro)}</div>'
        "<p></p><p></p></section>"
    )
