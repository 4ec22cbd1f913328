"""The track record of a model as one HTML page that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from salescope.evaluation import track_table
from salescope.evaluation.drift import EXPLANATION
from salescope.monitoring.card import page_templates, png_of
from salescope.monitoring.recent_records import RecentDrift
from salescope.monitoring.track_plots import calibration_track_plot, drift_plot, track_plot
from salescope.store.model_record import ModelRecord

__all__ = ["TRACK_FIGURES", "track_page", "track_plots"]

# What a table shows of a version, in this order; each only where the model tells such a thing.
TRACK_FIGURES: Mapping[str, str] = {
    "base_rate": "happened",
    "auc": "AUC",
    "lift_at_10": "lift at 10 %",
    "calibration_error": "calibration error",
    "calibration_p95": "noise up to",
    "total_ratio": "predicted ÷ actual",
    "skill": "skill",
    "value_mean": "actual mean",
    "value_rmse": "RMSE",
    "value_total_ratio": "predicted ÷ actual value",
    "value_skill": "skill of values",
    "coverage": "coverage",
    "width": "width",
}
REFERENCES: Mapping[str, float | None] = {
    "auc": 0.5,
    "lift_at_10": 1.0,
    "total_ratio": 1.0,
    "value_total_ratio": 1.0,
    "coverage": 0.8,
    "value_mean": None,
}


def track_plots(record: ModelRecord, *, drift: RecentDrift) -> dict[str, Figure]:
    """Draws a track record: calibration, then the figures that the model has, then drift.

    Parameters
    ----------
    record : ModelRecord
        What came true.
    drift : RecentDrift
        What differs now.

    Returns
    -------
    dict of str to matplotlib.figure.Figure
        By name; what nothing can be drawn of is left out.
    """
    table = track_table(record.cells)
    plots = {}
    if "calibration_error" in table and table["calibration_error"].notna().any():
        plots["calibration"] = calibration_track_plot(table)
    for name, reference in REFERENCES.items():
        if name in table and table[name].notna().any():
            plots[name] = track_plot(table, figure=name, reference=reference)
    if any(column.psi is not None for column in drift.columns):
        plots["drift"] = drift_plot(drift.columns)
    return plots


def track_page(record: ModelRecord, *, drift: RecentDrift) -> str:
    """Renders a track record as one HTML page.

    Parameters
    ----------
    record : ModelRecord
        What came true.
    drift : RecentDrift
        What differs now; explains, and judges nothing.

    Returns
    -------
    str
        The page; every value is escaped.
    """
    plots = track_plots(record, drift=drift)
    document: dict[str, Any] = record.document()
    told = {name for cell in record.cells for name in cell.figures}
    return page_templates().get_template("track_record.html").render(
        record=document,
        columns={name: words for name, words in TRACK_FIGURES.items() if name in told},
        drift=drift,
        explanation=EXPLANATION,
        moved=[column for column in drift.columns if column.drifted],
        images={name: base64.b64encode(png_of(figure)).decode() for name, figure in plots.items()},
    )  # fmt: skip
