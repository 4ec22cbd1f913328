"""A made company's workspace with every model of customers published, as after training and before the night."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from tests.scoring.customer_company import TINY, CustomerCompany

from salescope.bundle import bundle_model
from salescope.project import Workspace, load_workspace
from salescope.project.creation import write_settings
from salescope.registry import publish
from salescope.scoring import CustomerModels

NAMES = ("churn", "value", "segments", "products")
CARD = {"data": {"as_of": "2024-08-31"}, "figures": {"newest": {}}}
BASKETS = [{"products": ["P-001"]}, {"orders": []}]


def made_workspace(folder: Path, *, of: CustomerCompany = TINY, ending: str = "parquet") -> Workspace:
    """Writes what a company recorded, its representatives too; in Parquet no style of dates has to be found."""
    settings = write_settings(folder, template="made")
    text = settings.read_text(encoding="utf-8").replace(".csv}", f".{ending}}}")
    settings.write_text(text, encoding="utf-8")
    (folder / "data").mkdir()
    for name, frame in {**of.company.tables, **of.tables}.items():
        path = folder / "data" / f"{name}.{ending}"
        frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path, index=False)
    return load_workspace(folder, environment={})


def publish_models(workspace: Workspace, *, models: CustomerModels, canary: pd.DataFrame) -> None:
    """Promotes every model that there is, without a registry."""
    for name in NAMES:
        model = getattr(models, name)
        if model is not None:
            rows = BASKETS if name == "products" else canary
            files = bundle_model(model, canary_rows=rows, card=CARD, made_with="0.1.0")
            publish(workspace.published_of(name), files, version="1")


def night(folder: Path, *, of: CustomerCompany = TINY, ending: str = "parquet") -> Workspace:
    workspace = made_workspace(folder, of=of, ending=ending)
    publish_models(workspace, models=of.models, canary=of.features.head(5))
    return workspace
