"""The page of a model's track record: what it said against what happened."""

from __future__ import annotations

from starlette.responses import Response

from salescope.console.calls import Call
from salescope.console.card import Bin
from salescope.console.drawings import Reliability, reliability_plot
from salescope.console.errors import PageMissingError
from salescope.console.track_drawings import MOST_VERSIONS, track_drawings
from salescope.store.judged_rows import JUDGED_MODELS

__all__ = ["track"]


def track(call: Call) -> Response:
    """Shows how a model's answers came true, by version and over time."""
    model = call.request.path_params.get("model", "leads")
    if model not in JUDGED_MODELS:
        raise PageMissingError("model")
    record = call.data.track(model)
    versions = [cell["version"] for cell in record["versions"]][-MOST_VERSIONS:]
    return call.page(
        "track",
        models=list(JUDGED_MODELS),
        record=record,
        newest=record["versions"][-1] if record["versions"] else None,
        plot=_reliability([Bin(**{**row, "n_rows": int(row["n_rows"])}) for row in record["reliability"]]),
        plots=track_drawings(record["cells"]),
        tones={version: tone for tone, version in enumerate(versions)},
    )


def _reliability(bins: list[Bin]) -> Reliability | None:
    return reliability_plot(bins) if bins else None
