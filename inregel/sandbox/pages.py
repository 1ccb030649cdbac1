"""The screens of the emulated systems as web pages: forms and buttons, no script. For people who do orders by hand.

It listens on the loopback address only, and takes a request only from its own pages: the address must be its own
(a page of a stranger cannot reach it under another name) and a form must carry the word that the page was given.
"""

from __future__ import annotations

import html
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hmac import compare_digest

from aiohttp import web

from inregel.sandbox.afas.desk import Desk as AfasDesk
from inregel.sandbox.afas.store import Afas, NoEnvironment
from inregel.sandbox.assu import Assu, NoInstallation
from inregel.sandbox.controls import Control
from inregel.sandbox.screens import Desk
from inregel.sandbox.windows import NotOnScreen, Windows

_HOST = "127.0.0.1"
_AFAS = "AFAS "
"""What stands before the number of an environment, to tell it from a portefeuille."""
_STYLE = (
    "body{font:16px sans-serif;max-width:44em;margin:2em auto;padding:0 1em}"
    "form{margin:.6em 0}label{display:inline-block;min-width:14em}"
    "section{border:1px solid #888;padding:1em}.message{color:#a00}button{padding:.3em 1em}"
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pages:
    """One desk per portefeuille and per environment of AFAS, shared by all who look at it."""

    def __init__(self, assu: Assu, word: str = "", afas: Afas | None = None) -> None:
        self._assu, self._afas = assu, afas
        self._word = word or secrets.token_urlsafe(24)
        self._desks: dict[str, Windows] = {}

    def app(self) -> web.Application:
        """The pages as an application."""
        app = web.Application(client_max_size=64 * 1024, middlewares=[_only_here])
        app.add_routes([web.get("/", self._list), web.get("/desk", self._show), web.post("/desk", self._act)])
        return app

    async def _list(self, request: web.Request) -> web.Response:
        places = [(one.identity, f"Assu {one.version}") for one in self._assu]
        places += [(_AFAS + one.identity, one.name) for one in self._afas or ()]
        rows = "".join(
            f'<li><a href="desk?at={_quoted(at)}">{html.escape(at)}</a>, {html.escape(about)}</li>'
            for at, about in places
        )
        return _page("Sandbox", f"<h1>Sandbox</h1><ul>{rows}</ul>")

    async def _show(self, request: web.Request) -> web.Response:
        identity = request.query.get("at", "")
        return self._desk_page(identity, self._desk(identity))

    async def _act(self, request: web.Request) -> web.Response:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        if not compare_digest(form.get("word", "").encode(), self._word.encode()):
            raise web.HTTPForbidden(text="This page is out of date. Load it again.")
        identity = form.get("at", "")
        desk = self._desk(identity)
        kind, label = form.get("kind", ""), form.get("label", "")
        try:
            if kind == "open":
                desk.open(label)
            elif kind == "button":
                self._fill(desk, form)
                desk.press(label)
            elif kind in ("tick", "option"):
                self._fill(desk, form)
                desk.tick(label)
            elif kind == "choice":
                desk.select(label, form.get("value", ""))
        except NotOnScreen as error:
            raise web.HTTPConflict(text=str(error)) from error
        raise web.HTTPSeeOther(f"/desk?at={_quoted(identity)}")

    @staticmethod
    def _fill(desk: Windows, form: dict[str, str]) -> None:
        """What was typed comes with the button, as in a real window."""
        for control in desk.controls():
            value = form.get(f"field {control.label}", "")
            if control.set is not None and control.kind in ("field", "secret") and value:
                desk.fill(control.label, value)

    def _desk(self, identity: str) -> Windows:
        if identity not in self._desks:
            try:
                self._desks[identity] = self._open(identity)
            except (NoInstallation, NoEnvironment) as error:
                raise web.HTTPNotFound(text=str(error)) from error
        return self._desks[identity]

    def _open(self, identity: str) -> Windows:
        if self._afas is not None and identity.startswith(_AFAS):
            return AfasDesk(self._afas, identity.removeprefix(_AFAS), self._assu.files)
        return Desk(self._assu, identity)

    def _desk_page(self, identity: str, desk: Windows) -> web.Response:
        hidden = f'<input type="hidden" name="at" value="{html.escape(identity)}">'
        hidden += f'<input type="hidden" name="word" value="{self._word}">'
        menus = "".join(_small_form(hidden, "open", path, path) for path in desk.menus())
        controls = desk.controls()
        typed = [control for control in controls if control.kind in ("field", "secret", "button")]
        others = "".join(_other(hidden, control) for control in controls if control not in typed)
        fields = "".join(_field(control) for control in typed if control.kind != "button")
        buttons = "".join(_button(control.label) for control in typed if control.kind == "button")
        message = f'<p class="message">{html.escape(desk.message())}</p>' if desk.message() else ""
        form = f'<form method="post" action="/desk">{hidden}<input type="hidden" name="kind" value="button">'
        screen = f"<section>{others}{form}{fields}<p>{buttons}</p></form>{message}</section>"
        title = html.escape(desk.title())
        return _page(identity, f"<h1>{html.escape(identity)}</h1>{menus}<h2>{title}</h2>{screen}")


def _small_form(hidden: str, kind: str, label: str, shown: str, inside: str = "") -> str:
    label = html.escape(label)
    return (
        f'<form method="post" action="/desk">{hidden}<input type="hidden" name="kind" value="{kind}">'
        f'<input type="hidden" name="label" value="{label}">{inside}<button>{html.escape(shown)}</button></form>'
    )


def _other(hidden: str, control: Control) -> str:
    label = html.escape(control.label)
    if control.kind == "shown":
        return f"<p><label>{label}</label> {html.escape(control.value)}</p>"
    if control.kind in ("tick", "option"):
        return _small_form(hidden, control.kind, control.label, f"{'☒' if control.value else '☐'} {control.label}")
    options = "".join(f"<option>{html.escape(option)}</option>" for option in control.options)
    inside = f'<label>{label}: {html.escape(control.value)}</label> <select name="value">{options}</select> '
    return _small_form(hidden, "choice", control.label, "Kies", inside)


def _field(control: Control) -> str:
    kind = "password" if control.kind == "secret" else "text"
    value = "" if kind == "password" else f' value="{html.escape(control.value)}"'
    name = html.escape(control.label)
    return f'<p><label>{name}</label> <input type="{kind}" name="field {name}"{value} autocomplete="off"></p>'


def _button(label: str) -> str:
    return f'<button name="label" value="{html.escape(label)}">{html.escape(label)}</button> '


def _page(title: str, body: str) -> web.Response:
    text = (
        f'<!doctype html><html lang="nl"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style>{body}</html>"
    )
    return web.Response(text=text, content_type="text/html", headers=_HEADERS)


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


@web.middleware
async def _only_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    host = request.host.rpartition(":")[0] or request.host
    if host not in (_HOST, "localhost"):
        raise web.HTTPMisdirectedRequest(text="This sandbox answers on 127.0.0.1 only.")
    return await handler(request)


@asynccontextmanager
async def serving(assu: Assu, port: int = 0, afas: Afas | None = None) -> AsyncIterator[str]:
    """Serves the pages; gives their address. Raises OSError where the port is taken."""
    runner = web.AppRunner(Pages(assu, afas=afas).app(), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, _HOST, port)
        await site.start()
        yield f"http://{_HOST}:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
