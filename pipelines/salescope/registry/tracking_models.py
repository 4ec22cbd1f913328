"""Registered models whose only content is one of our bundles: no pickle, and no code of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import pandas as pd

from salescope.bundle.kinds import KINDS
from salescope.bundle.manifest import MANIFEST, digest_of
from salescope.bundle.scorers import SCHEMA, check_structure
from salescope.bundle.strict_json import parse_json
from salescope.frames.errors import UnknownVersionError
from salescope.registry.published import read_bundle
from salescope.registry.tracking_client import quietly

__all__ = ["BUNDLE_DIGEST", "ModelVersion", "download_bundle", "find_version", "log_bundle"]

BUNDLE_DIGEST = "bundle_digest"

# MLflow copies the folder it is given below this one, keeping the folder's name.
_BUNDLE_PLACE = "data/bundle"
_LOADER = "salescope.registry.notebook_model"
_ANSWERS = {"probability": "double", "score": "long", "grade": "string"}


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """Holds what the registry says about one version of a registered model.

    Parameters
    ----------
    name : str
        The registered model.
    version : str
        Its version, counted from "1".
    digest : str
        SHA-256 of the bundle's manifest.
    tags : mapping of str to str
        All tags of the version: ``data_digest``, ``as_of`` and others.
    run_id : str
        The run that made it.
    model_id : str
        The logged model that holds its files.
    """

    name: str
    version: str
    digest: str
    tags: Mapping[str, str]
    run_id: str
    model_id: str


def log_bundle(client: Any, files: Mapping[str, bytes], *, run_id: str, name: str, input_example: pd.DataFrame) -> str:  # noqa: ANN401
    """Logs a bundle as a model of a run.

    Parameters
    ----------
    client : mlflow.MlflowClient
        The store.
    files : mapping of str to bytes
        The files of the bundle, the manifest among them.
    run_id : str
        The run that made it.
    name : str
        The name of the model.
    input_example : DataFrame, shape (n_rows, n_columns)
        A few rows as a user would send them; its columns become the signature, where those the model reads are
        required.

    Returns
    -------
    str
        The id of the logged model.

    Notes
    -----
    The model is described by MLflow's ``loader_module``: the name of a module of Salescope that reads the bundle. So
    nothing is pickled and nothing that was uploaded is ever run, unlike with models from code. The signature leaves
    the types open, because the models themselves take text, numbers and dates in every column.
    """
    kind = check_structure(files).kind
    experiment = client.get_run(run_id).info.experiment_id
    model = client.create_logged_model(experiment, name=name, source_run_id=run_id, model_type=kind)
    try:
        with tempfile.TemporaryDirectory() as scratch, quietly():
            folder = _saved_model(Path(scratch), files, logged=model, input_example=input_example)
            client.log_model_artifacts(model.model_id, str(folder))
    except BaseException:
        client.finalize_logged_model(model.model_id, "FAILED")
        raise
    client.finalize_logged_model(model.model_id, "READY")
    _show_in_run(client, run_id=run_id, model_id=model.model_id)
    return str(model.model_id)


def find_version(client: Any, *, name: str, version: str) -> ModelVersion:  # noqa: ANN401
    """Finds a version by its number or alias.

    Parameters
    ----------
    client : mlflow.MlflowClient
        The store.
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
    from mlflow.exceptions import MlflowException  # noqa: PLC0415

    try:
        if version.startswith("@"):
            found = client.get_model_version_by_alias(name, version.removeprefix("@"))
        else:
            found = client.get_model_version(name, version)
    except MlflowException as problem:
        if problem.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
            raise UnknownVersionError(name, version=version) from None
        raise
    return ModelVersion(
        name=name,
        version=str(found.version),
        digest=found.tags.get(BUNDLE_DIGEST, ""),
        tags=dict(found.tags),
        run_id=found.run_id or "",
        model_id=str(found.source).removeprefix("models:/"),
    )


def download_bundle(client: Any, *, found: ModelVersion) -> dict[str, bytes]:  # noqa: ANN401
    """Downloads the bundle of a version and verifies it against the digest in the version's tags.

    Parameters
    ----------
    client : mlflow.MlflowClient
        The store.
    found : ModelVersion
        The version.

    Returns
    -------
    dict of str to bytes
        The files of the bundle, the manifest among them.

    Raises
    ------
    DamagedBundleError
        If a file is missing, extra or altered.
    """
    from mlflow.artifacts import download_artifacts  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as scratch, quietly():
        uri = f"models:/{found.model_id}"
        folder = download_artifacts(artifact_uri=uri, dst_path=scratch, tracking_uri=client.tracking_uri)
        return read_bundle(Path(folder, _BUNDLE_PLACE), digest=found.digest)


def _saved_model(scratch: Path, files: Mapping[str, bytes], *, logged: Any, input_example: pd.DataFrame) -> Path:  # noqa: ANN401
    import mlflow.pyfunc  # noqa: PLC0415
    from mlflow.models import Model  # noqa: PLC0415

    bundle = scratch / Path(_BUNDLE_PLACE).name
    bundle.mkdir()
    for name, data in files.items():
        (bundle / name).write_bytes(data)
    mlflow.pyfunc.save_model(
        scratch / "model",
        loader_module=_LOADER,
        data_path=str(bundle),
        mlflow_model=Model(
            artifact_path=logged.artifact_location, run_id=logged.source_run_id, model_id=logged.model_id
        ),
        signature=_signature(input_example, needed=_needed_columns(files), kind=logged.model_type),
        input_example=input_example,
        pip_requirements=[f"salescope=={installed_version('salescope')}"],
        metadata={BUNDLE_DIGEST: digest_of(files[MANIFEST])},
    )
    return scratch / "model"


def _needed_columns(files: Mapping[str, bytes]) -> set[str]:
    return {column["name"] for column in parse_json(files[SCHEMA], file=SCHEMA)["columns"]}


def _signature(input_example: pd.DataFrame, *, needed: set[str], kind: str) -> Any:  # noqa: ANN401
    from mlflow.models import ModelSignature  # noqa: PLC0415
    from mlflow.types import ColSpec, Schema  # noqa: PLC0415
    from mlflow.types.schema import AnyType  # noqa: PLC0415

    inputs = [ColSpec(AnyType(), name=name, required=name in needed) for name in map(str, input_example.columns)]
    scores = hasattr(KINDS[kind](), "predict_scores")
    outputs = [ColSpec(answer, name=name) for name, answer in _ANSWERS.items()] if scores else None
    return ModelSignature(inputs=Schema(inputs), outputs=outputs and Schema(outputs))


def _show_in_run(client: Any, *, run_id: str, model_id: str) -> None:  # noqa: ANN401
    from mlflow.entities import LoggedModelOutput  # noqa: PLC0415

    client.log_outputs(run_id, [LoggedModelOutput(model_id, step=0)])
