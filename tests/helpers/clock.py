"""A clock that tests own."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 20, 8, 14, tzinfo=UTC)


class Clock:
    """Call it for the time; waiting on it costs none."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start

    def __call__(self) -> datetime:
        """The time, aware, in UTC."""
        return self.time

    def move(self, **span: float) -> datetime:
        """Moves it, as `timedelta(**span)` says (`days=1`, `minutes=-5`); returns the new time."""
        self.time += timedelta(**span)
        return self.time

    async def sleep(self, seconds: float) -> None:
        """Waits without waiting."""
        self.move(seconds=seconds)
