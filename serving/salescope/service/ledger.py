"""Writing down every answer and every outcome, many calls to a commit, off the event loop."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from salescope.frames.errors import SalescopeError
from salescope.service.errors import OverloadedError, ServiceError
from salescope.store import (
    Outcome,
    OutcomeConflictError,
    Prediction,
    Receipt,
    Store,
    record_outcomes,
    record_predictions,
)

__all__ = ["LedgerWriter"]

logger = logging.getLogger(__name__)

MOST_ROWS_A_COMMIT = 5_000
SECONDS_TO_STOP = 30.0

# Writes the lines of several calls in one commit, and answers each call.
Write = Callable[[Store, Sequence[Sequence[Any]]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class _Entry:
    write: Write
    lines: Sequence[Any]
    loop: asyncio.AbstractEventLoop
    written: asyncio.Future[Any]


class LedgerWriter:
    """Commits the answers of waiting calls together, and the outcomes of others, in one thread.

    Parameters
    ----------
    store : Store
        Where the ledger and the outcomes are.
    max_rows : int
        How many lines may wait; a call beyond them is told to come back.

    Notes
    -----
    A durable commit costs SQLite about ten milliseconds however many rows it has. While one is under way the next calls
    gather, and go into the next commit together: under load the disk is asked no more often than it can answer. A call
    is answered only after its commit, so that no answer exists that the ledger does not know, and no outcome is
    acknowledged that could still be lost. One thread writes both, for SQLite has one lock; answers and outcomes that
    wait together are two commits, so that what is wrong with one kind fails no call of the other.
    """

    def __init__(self, store: Store, *, max_rows: int) -> None:
        self._store = store
        self._max_rows = max_rows
        self._waiting = 0
        self._entries: queue.SimpleQueue[_Entry | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="salescope-ledger", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Writes what waits, then ends the thread."""
        self._entries.put(None)
        self._thread.join(SECONDS_TO_STOP)

    async def record(self, lines: Sequence[Prediction]) -> dict[str, int]:
        """Writes a call's answers and tells what was last said of the same leads.

        Parameters
        ----------
        lines : sequence of Prediction
            The answers of one call.

        Returns
        -------
        dict of str to int
            The score each lead had before this call; leads never scored are absent.

        Raises
        ------
        OverloadedError
            If too many answers wait already.
        StoreUnavailableError
            If the database does not take them.
        """
        answer = await self._commit(record_predictions, lines, what="answers for the ledger")
        return dict(answer or {})

    async def record_outcomes(self, outcomes: Sequence[Outcome]) -> list[Receipt | OutcomeConflictError]:
        """Writes a call's outcomes; what it returns has been kept and survives a kill.

        Parameters
        ----------
        outcomes : sequence of Outcome
            Those of one call.

        Returns
        -------
        list of Receipt or OutcomeConflictError, shape (n_outcomes,)
            What became of each, in their order.

        Raises
        ------
        OverloadedError
            If too much waits already.
        StoreUnavailableError
            If the database does not take them.
        """
        answer: list[Receipt | OutcomeConflictError] = (
            await self._commit(record_outcomes, outcomes, what="outcomes") or []
        )
        return answer

    async def _commit(self, write: Write, lines: Sequence[Any], *, what: str) -> Any:  # noqa: ANN401
        if not lines:
            return None
        if self._waiting and self._waiting + len(lines) > self._max_rows:
            raise OverloadedError(self._max_rows, what=what)
        loop = asyncio.get_running_loop()
        entry = _Entry(write, lines, loop, loop.create_future())
        self._waiting += len(lines)
        try:
            self._entries.put(entry)
            return await entry.written
        finally:
            self._waiting -= len(lines)

    def _work(self) -> None:
        while (entry := self._entries.get()) is not None:
            group, last = self._gather(entry)
            self._write(group)
            if last:
                return

    def _gather(self, first: _Entry) -> tuple[list[_Entry], bool]:
        group = [first]
        rows = len(first.lines)
        while rows < MOST_ROWS_A_COMMIT:
            try:
                entry = self._entries.get_nowait()
            except queue.Empty:
                break
            if entry is None:
                return group, True
            group.append(entry)
            rows += len(entry.lines)
        return group, False

    def _write(self, group: Sequence[_Entry]) -> None:
        for write in dict.fromkeys(entry.write for entry in group):
            self._write_alike(write, [entry for entry in group if entry.write is write])

    def _write_alike(self, write: Write, group: Sequence[_Entry]) -> None:
        try:
            answers = write(self._store, [entry.lines for entry in group])
        except SalescopeError as error:
            logger.warning("ledger.failed", extra={"fields": {"error": type(error).__name__, "calls": len(group)}})
            for entry in group:
                _tell(entry, error)
        except Exception:
            # Whatever else fails must fail these calls and not the thread, or every later call would wait for ever.
            logger.exception("ledger.failed", extra={"fields": {"calls": len(group)}})
            for entry in group:
                _tell(entry, ServiceError("The ledger failed."))
        else:
            for entry, answer in zip(group, answers, strict=True):
                _tell(entry, answer)


def _tell(entry: _Entry, answer: object) -> None:
    try:
        entry.loop.call_soon_threadsafe(_settle, entry.written, answer)
    except RuntimeError:
        # The loop has closed: nobody waits for this call any more, but its lines are in the ledger.
        return


def _settle(written: asyncio.Future[Any], answer: object) -> None:
    if written.done():
        return
    if isinstance(answer, Exception):
        written.set_exception(answer)
    else:
        written.set_result(answer)
