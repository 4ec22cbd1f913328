"""Runs, registered versions and aliases in MLflow: on an embedded SQLite store, or on any tracking server."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import pandas as pd

from salescope.bundle.manifest import MANIFEST, digest_of
from salescope.frames.errors import UnknownVersionError
from salescope.registry.tracking_client import adopt, answering, connect, experiment_id
from salescope.registry.tracking_models import (
    BUNDLE_DIGEST,
    ModelVersion,
    download_bundle,
    find_version,
    log_bundle,
)
from salescope.registry.tracking_runs import TrackedRun, close_abandoned, running

__all__ = ["CHALLENGER", "CHAMPION", "ModelVersion", "TrackedRun", "Tracking"]

CHAMPION = "champion"
CHALLENGER = "challenger"


class Tracking:
    """Opens a tracking store, ends what dead processes left running, and works with its runs and versions.

    Parameters
    ----------
    uri : str
        ``sqlite:////absolute/path.db``, ``http://host:port``, or any other address MLflow knows. A missing SQLite
        store is made, by one process at a time; its artifacts go into the folder ``artifacts`` beside it.
    experiment : str, default "leads"
        The experiment the runs belong to: one a task.

    Raises
    ------
    RegistryError
        If the address is relative or the store does not answer. Every method raises it too when the store is away.
    """

    def __init__(self, uri: str, *, experiment: str = "leads") -> None:
        self.uri = uri
        self.experiment = experiment
        self._client: Any = connect(uri)
        self._experiment_id = experiment_id(self._client, uri=uri, name=experiment)
        close_abandoned(self._client, experiment=self._experiment_id)

    def __repr__(self) -> str:
        return f"Tracking({self.uri!r}, experiment={self.experiment!r})"

    def run(self, name: str, *, tags: Mapping[str, str] | None = None) -> AbstractContextManager[TrackedRun]:
        """Opens a run that ends with the ``with`` block: FINISHED, FAILED, or KILLED after SIGTERM.

        Parameters
        ----------
        name : str
            The name of the run.
        tags : mapping of str to str, optional
            Tags, as the digest of the data.

        Returns
        -------
        context manager of TrackedRun
            The run, for parameters, metrics, figures and texts.
        """
        return running(self._client, experiment=self._experiment_id, name=name, tags=tags or {})

    def register(
        self,
        run: TrackedRun,
        files: Mapping[str, bytes],
        *,
        name: str,
        input_example: pd.DataFrame,
        tags: Mapping[str, str] | None = None,
    ) -> str:
        """Registers a bundle as a new version of a model.

        Parameters
        ----------
        run : TrackedRun
            The run that made it.
        files : mapping of str to bytes
            The files of the bundle, the manifest among them.
        name : str
            The registered model; made when it is absent.
        input_example : DataFrame, shape (n_rows, n_columns)
            A few rows as a user would send them.
        tags : mapping of str to str, optional
            Tags of the version, as ``data_digest`` and ``as_of``; the digest of the bundle is added.

        Returns
        -------
        str
            The new version.

        Raises
        ------
        DamagedBundleError
            If the files do not fit their manifest.
        """
        with answering(self.uri):
            adopt(self.uri)
            model_id = log_bundle(self._client, files, run_id=run.run_id, name=name, input_example=input_example)
            self._make_model(name)
            version = self._client.create_model_version(
                name,
                source=f"models:/{model_id}",
                run_id=run.run_id,
                tags={**(tags or {}), BUNDLE_DIGEST: digest_of(files[MANIFEST])},
                model_id=model_id,
            )
            return str(version.version)

    def set_alias(self, name: str, alias: str, *, version: str) -> None:
        """Lets an alias name a version.

        Parameters
        ----------
        name : str
            The registered model.
        alias : str
            The alias, as "champion".
        version : str
            The version it shall name.

        Raises
        ------
        UnknownVersionError
            If there is no such version.
        """
        self.find(name, version=version)
        with answering(self.uri):
            self._client.set_registered_model_alias(name, alias, version)

    def find(self, name: str, *, version: str) -> ModelVersion:
        """Finds a version by its number or alias.

        Parameters
        ----------
        name : str
            The registered model.
        version : str
            The number, as "7", or the alias, as "@champion".

        Returns
        -------
        ModelVersion
            The version.

        Raises
        ------
        UnknownVersionError
            If there is none.
        """
        with answering(self.uri):
            return find_version(self._client, name=name, version=version)

    def champion(self, name: str) -> ModelVersion | None:
        """Finds the version that serves.

        Parameters
        ----------
        name : str
            The registered model.

        Returns
        -------
        ModelVersion or None
            The version with the alias "champion"; None while there is none.
        """
        try:
            return self.find(name, version=f"@{CHAMPION}")
        except UnknownVersionError:
            return None

    def download(self, name: str, *, version: str) -> dict[str, bytes]:
        """Downloads the bundle of a version and verifies it against the digest the registry recorded.

        Parameters
        ----------
        name : str
            The registered model.
        version : str
            The number, or an alias, as "@champion".

        Returns
        -------
        dict of str to bytes
            The files of the bundle, the manifest among them.

        Raises
        ------
        UnknownVersionError
            If there is no such version.
        DamagedBundleError
            If a file is missing, extra or altered.
        """
        found = self.find(name, version=version)
        with answering(self.uri):
            adopt(self.uri)
            return download_bundle(self._client, found=found)

    def _make_model(self, name: str) -> None:
        from mlflow.exceptions import MlflowException  # noqa: PLC0415

        try:
            self._client.create_registered_model(name)
        except MlflowException as problem:
            if problem.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
