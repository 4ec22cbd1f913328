"""Invoices of every kind: early and late, credit notes, without a customer, a due day, an amount or a payment."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st

START = pd.Timestamp("2024-01-01")
SEEDS = st.integers(0, 10_000)
COLUMNS = ["invoice_id", "customer_id", "issued_at", "due_at", "paid_at", "amount"]


def days(rng, rows, *, spread, missing=0.0):
    drawn = pd.Series(pd.to_timedelta(rng.integers(0, spread, rows), unit="D"))
    return drawn.mask(rng.random(rows) < missing)


def drawn(seed, rows=40, *, spread=150):
    rng = np.random.default_rng(seed)
    issued = START + days(rng, rows, spread=spread, missing=0.03)
    return pd.DataFrame(
        {
            "invoice_id": [f"I{row:03d}" for row in rng.permutation(rows)],
            "customer_id": rng.choice(["a", "b", "c", None], rows, p=[0.5, 0.3, 0.1, 0.1]),
            "issued_at": issued,
            "due_at": issued - pd.Timedelta(days=2) + days(rng, rows, spread=40, missing=0.05),
            "paid_at": issued - pd.Timedelta(days=1) + days(rng, rows, spread=80, missing=0.3),
            "amount": rng.choice([100.0, 12.34, 0.0, -25.5, np.nan], rows, p=[0.4, 0.3, 0.05, 0.2, 0.05]),
        }
    )


def billed(*rows):
    """Makes a table of rows (customer, day issued, terms, day paid or None, amount), days counted from the start."""
    return pd.DataFrame(
        {
            "invoice_id": [f"I{place}" for place in range(len(rows))],
            "customer_id": pd.Series([row[0] for row in rows], dtype=object),
            "issued_at": pd.to_datetime([START + pd.Timedelta(days=row[1]) for row in rows]),
            "due_at": pd.to_datetime([START + pd.Timedelta(days=row[1] + row[2]) for row in rows]),
            "paid_at": pd.to_datetime([None if row[3] is None else START + pd.Timedelta(days=row[3]) for row in rows]),
            "amount": pd.Series([row[4] for row in rows], dtype=float),
        }
    )


def otherwise_later(invoices, *, day, seed):
    """Changes what is known only from a day on: payments and invoices of that day and later ones."""
    rng = np.random.default_rng(seed)
    kept = invoices[~(invoices["issued_at"] >= day)].copy()
    open_then = ~(kept["paid_at"] < day) & ~(kept["paid_at"].notna() & (kept["issued_at"].isna()))
    kept["paid_at"] = kept["paid_at"].mask(
        open_then, day + days(rng, len(kept), spread=90, missing=0.3).set_axis(kept.index)
    )
    later = day + days(rng, len(invoices), spread=30)
    new = invoices.assign(invoice_id="X" + invoices["invoice_id"], issued_at=later, due_at=later, paid_at=later)
    return pd.concat([kept, new], ignore_index=True).sample(frac=1.0, random_state=seed)
