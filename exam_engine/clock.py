"""The server's time where no database server keeps it.

The wall clock is read once, at process start, and carried on by the monotonic clock: an operator
or NTP that sets the wall clock while an exam runs takes from nobody and gives to nobody.
"""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    def __init__(self) -> None:
        self._monotonic = time.monotonic()
        self._wall = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at(time.monotonic())

    def at(self, monotonic: float) -> datetime:
        """The instant at which ``time.monotonic()`` gave this reading."""
        return self._wall + timedelta(seconds=monotonic - self._monotonic)
