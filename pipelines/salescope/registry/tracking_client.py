"""The door to MLflow: its switches, its store made once, its warnings kept inside."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from salescope.frames.errors import RegistryError
from salescope.registry.durable_files import exclusive_lock

__all__ = ["SWITCHES", "adopt", "answering", "connect", "experiment_id", "quietly"]

SWITCHES = {
    # MLflow reads the word "true" and nothing else; DO_NOT_TRACK=1 would change nothing.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    # Our bundles hold no pickle, so a model that holds one is not ours.
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    # Requirements are given; looking for them beside uv writes a hundred pins.
    "MLFLOW_UV_AUTO_DETECT": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
}

ADDRESSES = ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")

_SQLITE = "sqlite:///"
_LOCK_SECONDS = 120.0


def connect(uri: str) -> Any:  # noqa: ANN401
    """Opens a tracking store, and makes it when it is an absent SQLite file.

    Parameters
    ----------
    uri : str
        ``sqlite:////absolute/path.db``, ``http://host:port``, or any other address MLflow knows.

    Returns
    -------
    mlflow.MlflowClient
        A client of that store and its model registry. MLflow keeps one address a process, and reads it in places
        where a client has another, so the address becomes the process's own.

    Raises
    ------
    RegistryError
        If the address is that of a relative SQLite file, or the store does not answer.
    BusyError
        If another process makes the store for longer than two minutes.
    """
    os.environ.update(SWITCHES)
    with _making(uri), quietly():
        # The switches above count only when they are set before the first import.
        import mlflow.pyfunc  # noqa: PLC0415

        adopt(uri)
        with answering(uri):
            client = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
            client.search_registered_models(max_results=1)
        return client


def adopt(uri: str) -> None:
    """Makes an address the one of this process, where MLflow looks whichever client it was called through.

    Parameters
    ----------
    uri : str
        The address of the store, opened before by :func:`connect`.

    Notes
    -----
    Making a version and downloading a model ask the process's address, not the client's. A process that works with
    two workspaces in turn would look in the wrong one, so each of them adopts its own address before such a call.
    """
    import mlflow  # noqa: PLC0415

    with _environment_kept(ADDRESSES):
        mlflow.set_tracking_uri(uri)
        mlflow.set_registry_uri(uri)


def experiment_id(client: Any, *, uri: str, name: str) -> str:  # noqa: ANN401
    """Finds an experiment by name, and makes it when it is absent.

    Parameters
    ----------
    client : mlflow.MlflowClient
        A client from :func:`connect`.
    uri : str
        The address of the store; artifacts of a SQLite store go into a folder beside it.
    name : str
        The name of the experiment: one a task, as "leads".

    Returns
    -------
    str
        The id of the experiment.
    """
    with _making(uri), quietly():
        found = client.get_experiment_by_name(name)
        if found is not None and found.lifecycle_stage == "deleted":
            client.restore_experiment(found.experiment_id)
        if found is not None:
            return str(found.experiment_id)
        return str(_made_experiment(client, uri=uri, name=name))


@contextmanager
def _environment_kept(names: Sequence[str]) -> Iterator[None]:
    """Undoes what MLflow writes into the environment: the next workspace of this process would obey it."""
    before = {name: os.environ.get(name) for name in names}
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def answering(uri: str) -> Iterator[None]:
    """Turns MLflow's own errors into ours, so that a poller survives a server that is away.

    Parameters
    ----------
    uri : str
        The address of the store, for the message.

    Raises
    ------
    RegistryError
        If MLflow refuses, or its store does not answer.
    """
    from mlflow.exceptions import MlflowException  # noqa: PLC0415

    try:
        yield
    except MlflowException as problem:
        what = f"The tracking store at {uri!r} did not do what was asked ({str(problem)[:200]})"
        remedy = "Check the address, and that its server or folder can be reached."
        raise RegistryError(what, remedy=remedy) from problem


@contextmanager
def quietly() -> Iterator[None]:
    """Keeps warnings of MLflow and its libraries from the caller, who can do nothing about them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _made_experiment(client: Any, *, uri: str, name: str) -> str:  # noqa: ANN401
    from mlflow.exceptions import MlflowException  # noqa: PLC0415

    database = _database(uri)
    # Without a place of its own an experiment writes below the working directory, wherever that is.
    place = None if database is None else (database.parent / "artifacts").as_uri()
    try:
        return str(client.create_experiment(name, artifact_location=place))
    except MlflowException:
        # On a server another process may have been faster; then the experiment is there.
        found = client.get_experiment_by_name(name)
        if found is None:
            raise
        return str(found.experiment_id)


def _making(uri: str) -> Any:  # noqa: ANN401
    # Processes that open a missing SQLite store at the same moment leave it broken for good, so they take turns.
    database = _database(uri)
    if database is None:
        return nullcontext()
    return exclusive_lock(database.with_name(f"{database.name}.lock"), timeout=_LOCK_SECONDS)


def _database(uri: str) -> Path | None:
    if not uri.startswith(_SQLITE):
        return None
    path = Path(uri.removeprefix(_SQLITE).partition("?")[0])
    if not path.is_absolute():
        what = f"The tracking address {uri!r} depends on the working directory"
        raise RegistryError(
            what,
            remedy="Name the file by its absolute path: sqlite:////folder/mlflow.db.",
        )
    return path
