"""Where partitions are worked on: in this process, in spawned ones, or where an executor that is given sends them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

__all__ = ["InlineExecutor", "engine"]

# Below, starting processes costs more than they save.
ROWS_WORTH_PROCESSES = 4_000


class InlineExecutor(Executor):
    """Works on each task at once, in the thread that submits it.

    Examples
    --------
    >>> InlineExecutor().submit(max, 3, 7).result()
    7
    """

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # noqa: ANN401
        """Works on a task.

        Parameters
        ----------
        fn : callable
            The task, called with the other arguments.
        *args, **kwargs : object
            Its arguments.

        Returns
        -------
        Future
            It is done.
        """
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as problem:  # noqa: BLE001 - whoever asks for the result gets it
            future.set_exception(problem)
        return future


@contextmanager
def engine(executor: Executor | None, *, rows: int) -> Iterator[Executor]:
    """Chooses where partitions are worked on.

    Parameters
    ----------
    executor : Executor or None
        One that is given, as that of a Dask client, is used and left open.
    rows : int
        How many rows there are in all.

    Yields
    ------
    Executor
        By default spawned processes, where there are cores and rows enough; else this process.

    Examples
    --------
    >>> with engine(None, rows=10) as chosen:
    ...     type(chosen).__name__
    'InlineExecutor'
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if executor is not None:
        yield executor
    elif rows < ROWS_WORTH_PROCESSES or cores < 2:
        yield InlineExecutor()
    else:
        # Spawned, because LightGBM and DuckDB have threads, which a fork would leave behind half alive.
        with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
            yield pool
