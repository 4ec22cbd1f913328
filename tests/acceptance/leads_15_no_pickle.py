"""Row 15: no pickle in a bundle or a registered model, and MLflow's pickle switch and telemetry are off.

A bundle is trained, published and registered; then every file that came of it is looked through for pickle streams,
by name, by first byte and by running the pickle tools over it. A model of MLflow's own with a pickle inside is loaded
as a counter-proof: it must be refused.
"""

from __future__ import annotations

import io
import os
import pickletools
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import yaml
from tests.acceptance.outcome import Outcome
from tests.bundle.made import made_bundle, made_leads

from salescope.registry.champion import promote_version
from salescope.registry.tracking import Tracking
from salescope.registry.tracking_client import SWITCHES, quietly

PICKLE_NAMES = frozenset({".pkl", ".pickle", ".joblib", ".cloudpickle", ".pt", ".pth", ".skops", ".npz"})
# A database is full of bytes of its own; what matters are the files that something might unpickle.
STORES = frozenset({".db", ".lock"})


def holds_pickle(name: str, data: bytes) -> bool:
    """Says whether a file is, or contains, a pickle stream."""
    if Path(name).suffix in PICKLE_NAMES or _is_pickle(data):
        return True
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(holds_pickle(member, archive.read(member)) for member in archive.namelist())


def pickles_below(folder: Path) -> Iterator[str]:
    """Names the files below a folder that hold a pickle, or describe a model that needs one."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix not in STORES):
        data = path.read_bytes()
        if holds_pickle(path.name, data) or b"cloudpickle" in data or b"python_model" in data:
            yield path.relative_to(folder).as_posix()


def registered(folder: Path) -> Tracking:
    """Registers a bundle in a new store, promotes and publishes it."""
    tracking = Tracking(f"sqlite:///{folder}/mlflow.db")
    with tracking.run("row 15") as run:
        version = tracking.register(run, made_bundle(), name="leads", input_example=made_leads().head(2))
    promote_version(tracking, "leads", version=version, folder=folder / "published")
    return tracking


def switches_off() -> bool:
    """Says whether MLflow itself reads its switches as we set them, and has no telemetry client."""
    from mlflow.environment_variables import MLFLOW_ALLOW_PICKLE_DESERIALIZATION, MLFLOW_DISABLE_TELEMETRY
    from mlflow.telemetry import get_telemetry_client

    set_as_meant = all(os.environ.get(name) == value for name, value in SWITCHES.items())
    read_as_meant = MLFLOW_DISABLE_TELEMETRY.get() and not MLFLOW_ALLOW_PICKLE_DESERIALIZATION.get()
    return set_as_meant and read_as_meant and get_telemetry_client() is None


def pickled_model_is_refused(folder: Path) -> bool:
    """Says whether MLflow refuses to load a model of its own that is a pickle."""
    import mlflow.pyfunc
    from mlflow.exceptions import MlflowException

    with quietly():
        mlflow.pyfunc.save_model(folder / "pickled", python_model=_echo(), pip_requirements=["mlflow"])
        assert list(pickles_below(folder / "pickled"))
        try:
            mlflow.pyfunc.load_model(str(folder / "pickled"))
        except MlflowException as refusal:
            return "MLFLOW_ALLOW_PICKLE_DESERIALIZATION" in str(refusal)
    return False


def run() -> Outcome:
    """Registers, publishes and looks."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "workspace")
        folder.mkdir()
        registered(folder)
        files = [path for path in folder.rglob("*") if path.is_file()]
        descriptions = [yaml.safe_load(path.read_text()) for path in files if path.name == "MLmodel"]
        loaders = {description["flavors"]["python_function"]["loader_module"] for description in descriptions}
        pickles, off, refused = list(pickles_below(folder)), switches_off(), pickled_model_is_refused(Path(scratch))
    figure = (
        f"{len(pickles)} pickles in {len(files)} files of a bundle, published and registered; loaded by "
        f"{', '.join(sorted(loaders))}; switches {'off' if off else 'NOT OFF'}; "
        f"a pickled model of MLflow's own {'is refused' if refused else 'LOADS'}"
    )
    return Outcome(figure, holds=not pickles and off and refused and len(loaders) == 1)


def _is_pickle(data: bytes) -> bool:
    if data[:1] == b"\x80" and data[1:2] <= b"\x05":
        return True
    try:
        # Pickles before protocol 2 have no first byte of their own: they are what the tools can read to the end.
        *_, (opcode, _, position) = pickletools.genops(data)
    except (ValueError, IndexError, UnicodeDecodeError, OverflowError):
        return False
    return opcode.name == "STOP" and position == len(data) - 1


def _echo() -> object:
    import mlflow.pyfunc

    class Echo(mlflow.pyfunc.PythonModel):
        def predict(self, model_input: list[str]) -> list[str]:
            return model_input

    return Echo()
