"""A workspace on disk: its settings, resolved against its folder and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from salescope.frames.errors import SettingsError, UnknownNameError
from salescope.project.document import Document, read_document
from salescope.project.expansion import anchored, expanded
from salescope.project.settings import (
    ChurnSettings,
    LeadSettings,
    PaymentSettings,
    ProductSettings,
    SalesSettings,
    SegmentSettings,
    ServeSettings,
    SettingsFile,
    TableSettings,
    ValueSettings,
)
from salescope.project.validation import settings_of

__all__ = ["SETTINGS_FILE", "Workspace", "load_workspace"]

SETTINGS_FILE = "salescope.yaml"
LARGEST_SETTINGS = 1_000_000


class Workspace(BaseModel):
    """Holds the frozen settings of a workspace, with every path absolute and every variable replaced.

    Parameters
    ----------
    path : Path
        The folder of the workspace, absolute.
    name, language, currency : str
        What it is called, the language of its reasons (``en`` or ``zh``), the ISO 4217 code of its amounts.
    tables : mapping of str to TableSettings
        The sources by canonical table, in the order of the file.
    leads : LeadSettings
        How leads are learned from.
    churn : ChurnSettings
        When a customer counts as left, and how that is learned from.
    value : ValueSettings
        How far ahead orders and money are expected.
    segments : SegmentSettings
        Where tiers begin.
    products : ProductSettings
        Which products are recommended.
    payments : PaymentSettings
        How the payment of invoices is learned from.
    sales : SalesSettings
        How sales are forecast.
    mlflow_uri : str
        Where runs are tracked; always absolute.
    store_url : str
        Where the service keeps its keys and predictions.
    serve : ServeSettings
        Where the service listens.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path
    name: str
    language: str
    currency: str
    tables: Mapping[str, TableSettings]
    leads: LeadSettings
    churn: ChurnSettings
    value: ValueSettings
    segments: SegmentSettings
    products: ProductSettings
    payments: PaymentSettings
    sales: SalesSettings
    mlflow_uri: str
    store_url: str
    serve: ServeSettings

    @property
    def state(self) -> Path:
        """Is the folder of everything that is made rather than given; never edited by hand."""
        return self.path / ".salescope"

    @property
    def published(self) -> Path:
        """Is the folder of the promoted bundles, one folder a model, which the service reads."""
        return self.state / "published"

    def published_of(self, model: str) -> Path:
        """Gives the folder of one model's promoted bundles.

        Parameters
        ----------
        model : str
            Its name, see `ModelName`.

        Returns
        -------
        Path
            With ``current.json`` in it, once something was promoted.
        """
        return self.published / model

    @property
    def quarantine(self) -> Path:
        """Is the folder of the rejected rows."""
        return self.path / "quarantine"


def load_workspace(directory: str | Path, *, environment: Mapping[str, str] | None = None) -> Workspace:
    """Reads and validates the settings of a workspace.

    Parameters
    ----------
    directory : str or Path
        The folder with salescope.yaml, or that file itself.
    environment : mapping of str to str, optional
        The variables; those of the process by default. ``MLFLOW_TRACKING_URI``, ``SALESCOPE_STORE_URL``,
        ``SALESCOPE_HOST`` and ``SALESCOPE_PORT`` win over the file.

    Returns
    -------
    Workspace
        The frozen settings.

    Raises
    ------
    UnknownNameError
        If the file is not there, or a name in it is misspelt.
    SettingsError
        If the file is not YAML or a value is not accepted.

    Examples
    --------
    >>> load_workspace("nowhere")
    Traceback (most recent call last):
        ...
    salescope.frames.errors.UnknownNameError: Unknown file 'salescope.yaml' in nowhere: ...
    """
    path = Path(directory)
    path = path.parent if path.name == SETTINGS_FILE else path
    document = read_document(_text_of(path), name=SETTINGS_FILE)
    variables = os.environ if environment is None else environment
    return _resolved(settings_of(document), path.resolve(), document=document, environment=variables)


def _text_of(path: Path) -> str:
    file = path / SETTINGS_FILE
    if not file.is_file():
        found = sorted(entry.name for entry in path.iterdir()) if path.is_dir() else []
        near = [name for name in found if name.endswith((".yaml", ".yml"))]
        raise UnknownNameError(SETTINGS_FILE, what="file", where=str(path), accepted=near)
    raw = file.read_bytes()
    if len(raw) > LARGEST_SETTINGS:
        raise SettingsError("the file is larger than one megabyte; settings are shorter", place=str(file))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = f"byte {error.start} is not UTF-8; save the file as UTF-8"
        raise SettingsError(fault, place=SETTINGS_FILE) from None


def _resolved(settings: SettingsFile, path: Path, *, document: Document, environment: Mapping[str, str]) -> Workspace:
    state = "sqlite:///.salescope"
    tracking = environment.get("MLFLOW_TRACKING_URI") or settings.mlflow.tracking_uri or f"{state}/mlflow.db"
    store = environment.get("SALESCOPE_STORE_URL") or settings.store.url or f"{state}/store.db"
    tracking = expanded(tracking, environment, place=document.where(("mlflow", "tracking_uri")))
    store = expanded(store, environment, place=document.where(("store", "url")))
    return Workspace(
        path=path,
        name=settings.workspace.name,
        language=settings.workspace.language,
        currency=settings.workspace.currency,
        tables=MappingProxyType(
            {
                name: _resolved_table(table, path, where=document.where(("tables", name)), environment=environment)
                for name, table in settings.tables.items()
            }
        ),
        leads=settings.leads,
        churn=settings.churn,
        value=settings.value,
        segments=settings.segments,
        products=settings.products,
        payments=settings.payments,
        sales=settings.sales,
        mlflow_uri=anchored(tracking, path),
        store_url=anchored(store, path),
        serve=_resolved_serve(settings.serve, environment=environment),
    )


def _resolved_table(table: TableSettings, path: Path, *, where: str, environment: Mapping[str, str]) -> TableSettings:
    if table.path is not None:
        file = Path(expanded(table.path, environment, place=where)).expanduser()
        return table.model_copy(update={"path": str((path / file).resolve())})
    return table.model_copy(update={"url": anchored(expanded(table.url or "", environment, place=where), path)})


def _resolved_serve(serve: ServeSettings, *, environment: Mapping[str, str]) -> ServeSettings:
    host = environment.get("SALESCOPE_HOST") or serve.host
    port = environment.get("SALESCOPE_PORT") or str(serve.port)
    if not (port.isascii() and port.isdigit() and int(port) <= 65_535):
        fault = f"{port!r} is not a port; accepted: 0 to 65535"
        raise SettingsError(fault, place="the variable SALESCOPE_PORT")
    return ServeSettings(host=host, port=int(port))
