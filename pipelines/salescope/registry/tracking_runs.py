"""Runs that end: finished, failed or killed, and never left running by a process that is gone."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any, NoReturn

from salescope.registry.processes import ProcessMark, this_process
from salescope.registry.tracking_client import quietly

__all__ = ["TrackedRun", "close_abandoned", "running"]

# MLflow takes at most so many parameters or metrics in one call.
_MOST_PER_CALL = 100
_MOST_OPEN = 1_000
_HOST, _PID, _STARTED = "salescope.host", "salescope.pid", "salescope.started"


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """Writes into one MLflow run.

    Parameters
    ----------
    client : mlflow.MlflowClient
        The store.
    run_id : str
        The id of the run.
    """

    client: Any
    run_id: str

    def log_params(self, params: Mapping[str, object]) -> None:
        """Logs parameters; each can be logged once with one value.

        Parameters
        ----------
        params : mapping of str to object
            The parameters; values are stored as text.
        """
        from mlflow.entities import Param  # noqa: PLC0415

        entries = iter([Param(key, str(value)) for key, value in params.items()])
        while batch := list(islice(entries, _MOST_PER_CALL)):
            self.client.log_batch(self.run_id, params=batch)

    def log_metrics(self, metrics: Mapping[str, float], *, step: int = 0) -> None:
        """Logs figures of one step.

        Parameters
        ----------
        metrics : mapping of str to float
            The figures by name.
        step : int, default 0
            The step, as the number of a period in a walk forward.
        """
        for key, value in metrics.items():
            self.client.log_metric(self.run_id, key, float(value), step=step)

    def set_tags(self, tags: Mapping[str, str]) -> None:
        """Sets tags; a tag set again takes the new value.

        Parameters
        ----------
        tags : mapping of str to str
            The tags.
        """
        for key, value in tags.items():
            self.client.set_tag(self.run_id, key, value)

    def log_plot(self, png: bytes, *, name: str) -> None:
        """Saves a drawing as ``plots/<name>.png``.

        Parameters
        ----------
        png : bytes
            The drawing as a PNG image.
        name : str
            Its name, without a suffix.
        """
        with quietly(), TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}.png"
            path.write_bytes(png)
            self.client.log_artifact(self.run_id, str(path), "plots")

    def log_text(self, text: str, *, name: str) -> None:
        """Saves text, as a model card, under the given file name.

        Parameters
        ----------
        text : str
            The text.
        name : str
            The file name among the artifacts, as ``card.md`` or ``report/audit.json``.
        """
        self.client.log_text(self.run_id, text, name)


@contextmanager
def running(client: Any, *, experiment: str, name: str, tags: Mapping[str, str]) -> Iterator[TrackedRun]:  # noqa: ANN401
    """Holds a run open, and ends it however the block ends.

    Parameters
    ----------
    client : mlflow.MlflowClient
        The store.
    experiment : str
        The id of the experiment.
    name : str
        The name of the run.
    tags : mapping of str to str
        Tags of the run.

    Yields
    ------
    TrackedRun
        The run.

    Notes
    -----
    FINISHED after the block; KILLED when SIGTERM or an interrupt from the keyboard ended it; FAILED after any other
    exception. SIGTERM is heard in the main thread only, where Python allows it; elsewhere, and after a kill that
    nobody hears, :func:`close_abandoned` ends the run later.
    """
    run_id = client.create_run(experiment, run_name=name, tags={**tags, **_marked(this_process())}).info.run_id
    try:
        with _hearing_sigterm():
            yield TrackedRun(client, run_id)
    except (_Terminated, KeyboardInterrupt):
        client.set_terminated(run_id, "KILLED")
        raise
    except BaseException:
        client.set_terminated(run_id, "FAILED")
        raise
    client.set_terminated(run_id, "FINISHED")


def close_abandoned(client: Any, *, experiment: str) -> int:  # noqa: ANN401
    """Ends the runs that a process of this machine left running when it died.

    Parameters
    ----------
    client : mlflow.MlflowClient
        The store.
    experiment : str
        The id of the experiment.

    Returns
    -------
    int
        How many runs were ended, as FAILED.
    """
    open_runs = client.search_runs([experiment], "attributes.status = 'RUNNING'", max_results=_MOST_OPEN)
    abandoned = [run.info.run_id for run in open_runs if _is_abandoned(run.data.tags)]
    for run_id in abandoned:
        client.set_tag(run_id, "salescope.ended", "the process died")
        client.set_terminated(run_id, "FAILED")
    return len(abandoned)


class _Terminated(SystemExit):
    """Stands for SIGTERM, so that the run ends before the process does."""


@contextmanager
def _hearing_sigterm() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, _frame: FrameType | None) -> NoReturn:
    # The exit code by which shells tell that a signal ended a program.
    raise _Terminated(128 + number)


def _marked(process: ProcessMark) -> dict[str, str]:
    return {_HOST: process.host, _PID: str(process.pid), _STARTED: process.started}


def _is_abandoned(tags: Mapping[str, str]) -> bool:
    if not {_HOST, _PID, _STARTED} <= tags.keys() or not tags[_PID].isdecimal():
        return False
    return ProcessMark(host=tags[_HOST], pid=int(tags[_PID]), started=tags[_STARTED]).is_gone()
