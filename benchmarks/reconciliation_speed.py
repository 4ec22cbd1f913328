"""Speed and memory of weighted least squares over a strict tree, against hierarchicalforecast's sparse and dense classes."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import numpy as np
import pandas as pd

from salescope.forecasting.calendar import Floats
from salescope.forecasting.reconciliation import reconcile
from salescope.forecasting.tree import Tree

__all__ = ["measure"]

HORIZON, ERRORS = 12, 48
SIZES = (2_000, 20_000)
Cost = tuple[float, float]


def measure() -> Iterator[str]:
    """Yields the lines of a Markdown table."""
    yield from ["", "| CPU-s, peak of the process in MB | 2,000 nodes | 20,000 nodes |", "|---|---|---|"]
    for name, work, sizes in (
        ("hierarchicalforecast, MinTrace wls_var", dense, SIZES[:1]),
        ("hierarchicalforecast, MinTraceSparse wls_var", sparse, SIZES),
        ("reconcile, wls, the total kept", ours, SIZES),
    ):
        cells = [f"{seconds:.2f}, {peak:.0f}" for seconds, peak in (apart(work, size) for size in sizes)]
        yield f"| {name} | {' | '.join([*cells, *['too large'] * (len(SIZES) - len(cells))])} |"


def apart(work: Callable[[int], Cost], size: int) -> Cost:
    """Runs it in a process of its own, whose memory is not another's."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, size).result()


def theirs(size: int) -> tuple[Any, Floats, Floats]:
    """Draws the same, with the series last and in the order of the columns, as the library wants them."""
    tree, base, errors = drawn(size)
    rows = np.concatenate([np.setdiff1d(np.arange(len(base)), tree.bottom), tree.bottom])
    return tree.sums[rows], base[rows], errors[rows]


def drawn(size: int) -> tuple[Tree, Floats, Floats]:
    """Draws forecasts and errors of about so many nodes: regions, representatives, products of each."""
    number = np.arange(int(size * 0.947))
    keys = pd.DataFrame({"region": number % 6, "rep": number % (size // 20), "product": number}).astype(str)
    tree = Tree.of(keys, levels={"region": ["region"], "rep": ["region", "rep"]})
    rng = np.random.default_rng(0)
    base = tree.add_up(rng.gamma(2.0, 20.0, (len(number), HORIZON)))
    errors = rng.normal(size=(len(tree.nodes), ERRORS)) * np.sqrt(base.mean(axis=1, keepdims=True))
    return tree, base + np.sqrt(base) * rng.normal(size=base.shape), errors


def ours(size: int) -> Cost:
    """Measures our own."""
    tree, base, errors = drawn(size)
    return timed(lambda: reconcile(base, tree=tree, method="wls", errors=errors))


def dense(size: int) -> Cost:
    """Measures theirs, dense."""
    from hierarchicalforecast.methods import MinTrace  # noqa: PLC0415

    sums, base, errors = theirs(size)
    sums, zero = sums.toarray(), np.zeros_like(errors)
    return timed(lambda: MinTrace("wls_var").fit_predict(S=sums, y_hat=base, y_insample=errors, y_hat_insample=zero))


def sparse(size: int) -> Cost:
    """Measures theirs, sparse."""
    from hierarchicalforecast.methods import MinTraceSparse  # noqa: PLC0415
    from scipy.sparse import csr_matrix  # noqa: PLC0415

    sums, base, errors = theirs(size)
    sums, zero = csr_matrix(sums), np.zeros_like(errors)
    method = MinTraceSparse("wls_var", nonnegative=False)
    return timed(lambda: method.fit_predict(S=sums, y_hat=base, y_insample=errors, y_hat_insample=zero))


def timed(work: Callable[[], object]) -> Cost:
    """Measures CPU seconds of the work, and the peak memory of the process in MB."""
    started = time.process_time()
    work()
    seconds = time.process_time() - started
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
