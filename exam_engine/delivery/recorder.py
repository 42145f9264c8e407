"""The answer recorder: one queue, one fsync for all who wait, then the acknowledgements.

There is no timer.  A writer takes whatever arrived during the last commit, puts it into one
transaction, commits it with a real fsync, and only then lets the requests answer.  A full queue
refuses; nothing is ever acknowledged from memory.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Protocol
from uuid import UUID

from exam_engine.delivery.answers import Answer, Outcome, Receipt
from exam_engine.delivery.errors import DeliveryError, TryAgain

log = logging.getLogger(__name__)

CAPACITY = 4096
LARGEST_BATCH = 512


class RowRefused(Exception):
    """The database refused a row of the batch; the transaction was rolled back."""


class AnswerStore(Protocol):
    """Where answers are kept: one implementation a database."""

    async def write(self, answers: Sequence[Answer]) -> list[Outcome]:
        """Decide and store a batch in one transaction, synced to disk before this returns.

        Raises `RowRefused` when one row spoils the batch (nothing was stored), any other
        exception when it is unknown whether the batch was stored.
        """

    async def close(self) -> None: ...


Waiting = tuple[Answer, "asyncio.Future[Receipt]"]


class Recorder:
    """Takes answers from any number of requests; see the module's docstring.

    ``on_recorded`` is told, after the commit, in which sittings answers were stored (a hint for
    live views); it must not raise or wait.
    """

    def __init__(
        self,
        stores: Sequence[AnswerStore],
        *,
        capacity: int = CAPACITY,
        on_recorded: Callable[[Iterable[UUID]], None] | None = None,
    ) -> None:
        self._stores = stores
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue(capacity)
        self._on_recorded = on_recorded
        self._writers: list[asyncio.Task[None]] = []
        self._accepting = False

    async def start(self) -> None:
        self._accepting = True
        for store in self._stores:
            writer = asyncio.create_task(self._write_for_ever(store), name="answer-writer")
            writer.add_done_callback(self._writer_ended)
            self._writers.append(writer)

    async def stop(self) -> None:
        """Refuse what comes from now on, store what is waiting, then stop."""
        self._accepting = False
        if self.is_healthy:
            await self._queue.join()
        for writer in self._writers:
            writer.cancel()
        await asyncio.gather(*self._writers, return_exceptions=True)
        self._writers = []
        for store in self._stores:
            await store.close()

    @property
    def is_healthy(self) -> bool:
        return bool(self._writers) and not any(writer.done() for writer in self._writers)

    async def record(self, answer: Answer) -> Receipt:
        """Store one answer; returns after the commit.  Raises a `DeliveryError` otherwise."""
        if not self._accepting or not self.is_healthy:
            raise TryAgain
        receipt: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait((answer, receipt))
        except asyncio.QueueFull:
            raise TryAgain from None
        return await receipt

    async def _write_for_ever(self, store: AnswerStore) -> None:
        while True:
            batch = [await self._queue.get()]
            with suppress(asyncio.QueueEmpty):
                while len(batch) < LARGEST_BATCH:
                    batch.append(self._queue.get_nowait())
            try:
                await self._write(store, batch)
            finally:
                for _, receipt in batch:
                    _settle(receipt, TryAgain())  # whoever has heard already hears nothing more
                    self._queue.task_done()

    def _writer_ended(self, writer: asyncio.Task[None]) -> None:
        """A writer that died takes the recorder with it: health turns red, nobody waits in vain."""
        if not writer.cancelled():
            log.critical(
                "an answer writer died; no answer is taken any more", exc_info=writer.exception()
            )
        self._accepting = False
        while not self._queue.empty():
            _, receipt = self._queue.get_nowait()
            _settle(receipt, TryAgain())
            self._queue.task_done()

    async def _write(self, store: AnswerStore, batch: Sequence[Waiting]) -> None:
        try:
            outcomes = await store.write([answer for answer, _ in batch])
        except RowRefused:
            await self._write_one_by_one(store, batch)
            return
        except Exception:  # whatever it was, nobody may be told that an answer is safe
            log.exception("a batch of %d answers was not confirmed", len(batch))
            for _, receipt in batch:
                _settle(receipt, TryAgain())
            return
        recorded = set()
        for (_, receipt), outcome in zip(batch, outcomes, strict=True):
            _settle(receipt, outcome)
            if isinstance(outcome, Receipt):
                recorded.add(outcome.sitting_id)
        if recorded and self._on_recorded:
            self._on_recorded(recorded)

    async def _write_one_by_one(self, store: AnswerStore, batch: Sequence[Waiting]) -> None:
        if len(batch) == 1:
            log.error("an answer to attempt %s was refused by the database", batch[0][0].attempt_id)
            _settle(batch[0][1], TryAgain())
            return
        for waiting in batch:
            await self._write(store, [waiting])


def _settle(receipt: "asyncio.Future[Receipt]", outcome: Outcome) -> None:
    if receipt.done():  # the browser hung up; what was stored stays stored
        return
    if isinstance(outcome, DeliveryError):
        receipt.set_exception(outcome)
    else:
        receipt.set_result(outcome)
