"""`inregel history`: who did what, when, to which office; and the proof that nothing was changed afterwards."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal
from zoneinfo import ZoneInfo

from inregel.commands.context import Context
from inregel.commands.ledger import open_record
from inregel.errors import InregelError

if TYPE_CHECKING:
    from inregel.ledger.base import Event, Ledger

Format = Literal["text", "csv", "json"]
_COLUMNS: Final = ("at", "office", "number", "kind", "person", "body", "mac")


class NoSuchTime(InregelError):
    """`{since}` is not a time. Write a day (2026-11-20), a time (2026-11-20T09:00), or how long ago: 30d"""


class HeadsUnusable(InregelError):
    """{file} is not a file of heads: {reason}. Such a file is what this prints: inregel history heads"""


def history(
    context: Context,
    office: str | None = None,
    *,
    format: Format = "text",
    since: str | None = None,
    kind: str | None = None,
) -> int:
    """Prints events in the order in which they were written, of one office or all. Returns 0.

    `since` is a day or time in the project's time zone, or `30d`; `kind` is a kind (`order.done`) or its first part.
    """
    with open_record(context) as (settings, ledger):
        zone = settings.time_zone
        start = _time(since, context.now(), zone) if since else None
        found = (
            event
            for event in ledger.events(office)
            if (start is None or event.at >= start)
            and (kind is None or event.kind == kind or event.kind.startswith(f"{kind}."))
        )
        if format == "json":
            _json(context, found)
        elif format == "csv":
            _csv(context, found)
        elif not _text(context, found, zone):
            if office is None:
                context.tell("No events.")
            else:
                context.tell("No events of {office}.{hint}", office=office, hint=_nearest(context, office, ledger))
    return 0


def _nearest(context: Context, office: str, ledger: Ledger) -> str:
    """A word on the name that may have been meant; nothing where this very office has events."""
    from inregel.config.words import nearest

    known = [each for each in ledger.heads() if each]
    near = "" if office in known else nearest(office, known)
    return context.speech(" Nearest name with events: {name}", name=near) if near else ""


def _time(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    ago = re.fullmatch(r"(\d{1,6})d", text.strip())
    try:
        if ago:
            return now - timedelta(days=int(ago[1]))
        time = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError) as error:
        raise NoSuchTime(since=text) from error
    return time if time.tzinfo else time.replace(tzinfo=zone)


def _text(context: Context, events: Iterable[Event], zone: ZoneInfo) -> int:
    from inregel.report.events import sentence

    count = 0
    for event in events:
        count += 1
        at = f"{event.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        where = f"{_printable(event.office or context.speech('(project)'))} {event.number}"
        context.say(f"{at}  {where}  {event.kind}  {_printable(sentence(event, context.speech))}".rstrip())
    return count


def _json(context: Context, events: Iterable[Event]) -> None:
    context.out.write("[")
    for count, row in enumerate(_rows(events)):
        context.out.write(("," if count else "") + "\n" + _dump(row))
    context.out.write("\n]\n")


def _csv(context: Context, events: Iterable[Event]) -> None:
    context.out.write(_csv_line(_COLUMNS))
    for row in _rows(events):
        values = (_dump(value) if name == "body" else value for name, value in row.items())
        context.out.write(_csv_line([_safe(value) for value in values]))


def _csv_line(values: Iterable[Any]) -> str:
    line = StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


def _safe(value: Any) -> Any:
    # A spreadsheet would compute such a cell (OWASP, CSV Injection).
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _rows(events: Iterable[Event]) -> Iterator[dict[str, Any]]:
    for event in events:
        yield {
            "at": event.at.isoformat(),
            "office": event.office,
            "number": event.number,
            "kind": event.kind,
            "person": event.person,
            "body": event.body,
            "mac": event.mac,
        }


def _dump(data: Any) -> str:
    from inregel.formats.values import encode_value

    return json.dumps(data, ensure_ascii=False, default=encode_value)


def _printable(text: str) -> str:
    # What people typed reaches a terminal: no escape sequences.
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def verify(context: Context, heads_file: str | None = None) -> int:
    """Proves the history. 0: it is what was written; 1: it is not, and each place is named."""
    with open_record(context) as (_, ledger):
        kept = _read_heads(context.directory / heads_file, ledger.id) if heads_file else None
        violations = ledger.verify(kept)
        heads = ledger.heads()
    count = sum(number for number, _ in heads.values())
    if violations:
        for each in violations:
            context.say(f"{each.office or context.speech('(project)')} {each.number}: {each.reason}")
        context.warn(
            context.speech(
                "The history is not what was written: {count} places.\n"
                "Keep this ledger as evidence, and go back to a backup that verifies:\n"
                "  inregel ledger restore BACKUP --replace",
                count=len(violations),
            )
        )
        return 1
    context.tell(
        "{count} events of {chains} chains: nothing was changed, dropped or exchanged.", count=count, chains=len(heads)
    )
    if kept is None:
        context.tell("That the very end was not cut off is proved by heads kept elsewhere: inregel history heads")
    return 0


def _read_heads(file: Path, ledger_id: str) -> dict[str, tuple[int, str]]:
    try:
        data = json.loads(file.read_bytes())
        found = {str(office): (int(number), str(mac)) for office, (number, mac) in data["heads"].items()}
        theirs = data["ledger_id"]
    except OSError as error:
        raise HeadsUnusable(file=file, reason=error.strerror or error) from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise HeadsUnusable(file=file, reason="it has another form") from error
    if theirs != ledger_id:
        raise HeadsUnusable(file=file, reason=f"it is of the ledger {theirs}, and this one is {ledger_id}")
    return found


def heads(context: Context) -> int:
    """Prints the head of each chain as JSON, to be kept elsewhere, such as in git. Returns 0."""
    with open_record(context) as (_, ledger):
        found = {office: list(head) for office, head in sorted(ledger.heads().items())}
        lines = ",\n".join(f"    {_dump(office)}: {_dump(head)}" for office, head in found.items())
        context.say(f'{{\n  "ledger_id": {_dump(ledger.id)},\n  "heads": {{\n{lines}\n  }}\n}}')
    return 0
