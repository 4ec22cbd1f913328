"""Invoices: one an order, paid early, in time, late or not yet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salescope.simulation.customers import TERMS
from salescope.simulation.labels import numbered
from salescope.simulation.period import SECONDS_A_DAY
from salescope.simulation.world import World

__all__ = ["invoices_table"]


def invoices_table(lines: pd.DataFrame, *, world: World, rng: np.random.Generator) -> pd.DataFrame:
    """Writes the table ``invoices`` of the contract.

    Parameters
    ----------
    lines : DataFrame, shape (n_lines, 8)
        Lines as they were recorded.
    world : World
        The company; a payment after the end of its history is missing.
    rng : numpy.random.Generator
        The stream of payments.

    Returns
    -------
    DataFrame, shape (n_invoices, 6)
        Issued the day after the order; returns are not invoiced.
    """
    sold = lines[lines["quantity"] > 0]
    money = (sold["quantity"] * sold["unit_price"] * (1 - sold["discount"])).to_numpy()
    order, first = np.unique(sold["order"].to_numpy(), return_index=True)
    amount = np.bincount(sold["order"].to_numpy(), money)[order]
    customer = sold["customer"].to_numpy()[first]
    issued = sold["at"].to_numpy()[first] // SECONDS_A_DAY + 1.0
    due = issued + TERMS[world.book.terms[customer]]
    early = rng.exponential(4.0, order.size)
    late = rng.exponential(1.0, order.size) * world.book.lateness[customer]
    paid = np.floor(np.maximum(due - early + late, issued))
    frame = pd.DataFrame(
        {
            "invoice_id": numbered("I", order + 1, width=8),
            "customer_id": world.book.names.take(customer),
            "issued_at": world.period.moments(issued),
            "due_at": world.period.moments(due),
            "paid_at": world.period.moments(np.where(paid < world.period.days, paid, np.nan)),
            "amount": np.round(amount, 2),
        }
    )
    return frame[issued < world.period.days].reset_index(drop=True)
