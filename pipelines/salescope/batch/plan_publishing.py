"""What the service recommends and judges targets by: published, and read again to the bit."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd

from salescope.batch.plan_facts import PlanFacts, drawn
from salescope.forecasting.path_model import PathModel
from salescope.planning import Futures, PlanGrid
from salescope.project import ModelName, Workspace
from salescope.store import (
    FUTURES,
    KeptArray,
    NewPublication,
    Publication,
    PublishedFutures,
    Store,
    kept_futures,
    publish_futures,
    retire_publications,
)

__all__ = ["KEEP_FUTURES", "publish_plan_facts", "published_plan_facts"]

KEEP_FUTURES = 7
# Seniority that nobody told; a store takes no NaN.
UNKNOWN = -1.0
PATHS, RECIPE = "paths", "path_model"


def publish_plan_facts(
    workspace: Workspace, facts: PlanFacts, *, store: Store, keep: int = KEEP_FUTURES
) -> Publication:
    """Publishes what the service recommends and judges targets by.

    Parameters
    ----------
    workspace : Workspace
        Its currency is told with it.
    facts : PlanFacts
        What is published.
    store : Store
        Has the published tables.
    keep : int, default 7
        So many publications are kept, this one among them.

    Returns
    -------
    Publication

    Raises
    ------
    HostileValueError
        If there are more than 20,000 leaves, or a name cannot be stored as it is.
    OvertakenRunError
        If another run begins to publish meanwhile.
    StoreUnavailableError
        If the database does not answer.
    """
    futures = facts.futures
    known = bool(np.isfinite(facts.potential).all())
    told = PublishedFutures(
        kind=PATHS if facts.model is None else RECIPE,
        levels=facts.levels,
        keys={level: facts.keys[level].tolist() for level in facts.levels},
        months=futures.grid.months,
        closed=futures.closed,
        last=facts.last,
        fair=facts.fair,
        # Whoever draws takes no array that it does not know, and of leaves nothing may be missing.
        by_leaf={
            **({"potential": facts.potential} if known else {}),
            "past": np.nan_to_num(facts.past),
            "past_known": np.isfinite(facts.past).astype(np.int64),
            **({} if facts.ramp_up is None else {"ramp_up": facts.ramp_up}),
            **({} if facts.seniority is None else {"seniority": np.nan_to_num(facts.seniority, nan=UNKNOWN)}),
        },
        arrays={PATHS: futures.paths} if facts.model is None else facts.model.to_arrays(),
        notes={"fair": "potential" if known else "forecast", "paths": len(futures.paths)},
    )
    of = NewPublication(
        name=FUTURES,
        as_of=facts.as_of.to_pydatetime().replace(tzinfo=UTC),
        at=datetime.now(UTC),
        versions={} if facts.version is None else {ModelName.SALES.value: facts.version},
        currency=workspace.currency,
    )
    publication = publish_futures(store, told, of=of)
    retire_publications(store, keep=keep, name=FUTURES)
    return publication


def published_plan_facts(store: Store) -> PlanFacts | None:
    """Reads what was published for plans last.

    Parameters
    ----------
    store : Store
        Has the published tables.

    Returns
    -------
    PlanFacts or None
        None where nothing was published, or a recipe that is not drawn here.

    Raises
    ------
    StoreUnavailableError
        If the database does not answer.
    """
    kept = kept_futures(store)
    if kept is None or kept.kind not in {PATHS, RECIPE} or "past" not in kept.by_leaf:
        return None
    keys = pd.DataFrame({level: list(kept.keys[level]) for level in kept.levels}, dtype=object)
    grid = PlanGrid.of(keys, months=kept.months)
    told = {name: _array(array) for name, array in kept.by_leaf.items()}
    arrays = {name: _array(array) for name, array in kept.arrays.items()}
    model = PathModel.from_arrays(arrays) if kept.kind == RECIPE else None
    paths = arrays[PATHS] if model is None else drawn(model, cells=grid.shape[0] * grid.shape[1])
    return PlanFacts(
        futures=Futures(grid=grid, paths=paths, closed=kept.closed),
        keys=keys,
        last=_array(kept.last),
        fair=_array(kept.fair),
        past=np.where(told["past_known"] > 0, told["past"], np.nan),
        potential=told.get("potential", np.full(grid.shape[0], np.nan)),
        as_of=pd.Timestamp(kept.publication.as_of).tz_localize(None),
        model=model,
        version=kept.publication.versions.get(ModelName.SALES.value),
        publication=kept.publication.id,
        ramp_up=told.get("ramp_up"),
        seniority=_known(told.get("seniority")),
    )


def _known(years: npt.NDArray[np.float64] | None) -> npt.NDArray[np.float64] | None:
    return None if years is None else np.where(years >= 0.0, years, np.nan)


def _array(kept: KeptArray) -> npt.NDArray[np.float64]:
    return np.frombuffer(kept.content, dtype=kept.dtype).reshape(kept.shape).astype(np.float64)
