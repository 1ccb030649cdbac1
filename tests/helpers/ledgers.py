"""What a test sees of a ledger beneath its interface."""

from inregel.ledger.sqlite import SqliteLedger


def commits(ledger: SqliteLedger) -> list[tuple[bool, str]]:
    """From here on: of each commit whether it is synced, and what it wrote."""
    found: list[tuple[bool, str]] = []
    synced, wrote = True, ""

    def note(statement: str) -> None:
        nonlocal synced, wrote
        if statement.startswith("PRAGMA synchronous ="):
            synced = statement.endswith("FULL")
        elif statement.startswith("COMMIT"):
            found.append((synced, wrote))
            wrote = ""
        else:
            wrote += statement

    ledger._store.connection.set_trace_callback(note)
    return found
