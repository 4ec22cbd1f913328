"""Row 6: which invoices are paid late and when, of those issued after everything that was learned from.

Three splits in time: the oldest 80, 70 and 50 % of the invoices are issued before the moment of training, and what had
happened to them by then is learned from; the others are judged as they were known at issue. That no field from after the
issue is used is shown for every judged invoice: its features are the same bits from a table cut off at its day of issue.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from tests.acceptance.outcome import Outcome
from tests.acceptance.real_sets import folder

from salescope.evaluation import auc
from salescope.features import invoice_features, invoice_snapshots
from salescope.scoring import PaymentScorer

SHARES = (0.2, 0.3, 0.5)
LEAST_AUC, MOST_DAYS = 0.84, 6.5


def run() -> Outcome:
    """Judges late payment by its AUC and the days to settle by their mean absolute error, on three splits."""
    invoices = accounts_receivable()
    known = invoice_features(invoices)
    judged = [judge(invoices, known, share=share) for share in SHARES]
    first = moment_of(invoices, share=max(SHARES))
    differing = changed_by_cutting(invoices, known[known["issued_at"] >= first])
    told = [f"newest {share:.0%}: {figure}" for share, (_, _, figure) in zip(SHARES, judged, strict=True)]
    told.append(f"{differing} of {int((known['issued_at'] >= first).sum()):,} judged invoices change when cut at issue")
    good = all(area >= LEAST_AUC and days <= MOST_DAYS for area, days, _ in judged)
    return Outcome("accounts-receivable, " + "; ".join(told), good and differing == 0)


def accounts_receivable() -> pd.DataFrame:
    """Maps the invoices onto the contract; whether one was disputed, and what came of it, is not known at issue."""
    frame = pd.read_csv(
        folder() / "accounts-receivable" / "WA_Fn-UseC_-Accounts-Receivable.csv", dtype={"countryCode": str}
    )
    days = {name: pd.to_datetime(frame[name], format="%m/%d/%Y") for name in frame.columns if name.endswith("Date")}
    invoices = pd.DataFrame(
        {
            "invoice_id": frame["invoiceNumber"].astype(str),
            "customer_id": frame["customerID"],
            "issued_at": days["InvoiceDate"],
            "due_at": days["DueDate"],
            "paid_at": days["SettledDate"],
            "amount": frame["InvoiceAmount"].astype(np.float64),
            "country": frame["countryCode"],
            # A date that had not come yet at issue is missing then.
            "paperless_since": days["PaperlessDate"],
        }
    )
    return invoices.sort_values(["issued_at", "invoice_id"], ignore_index=True)


def moment_of(invoices: pd.DataFrame, *, share: float) -> pd.Timestamp:
    """Finds the moment from which on the newest share of the invoices is issued."""
    return invoices["issued_at"].iloc[int(len(invoices) * (1 - share))]


def judge(invoices: pd.DataFrame, known: pd.DataFrame, *, share: float) -> tuple[float, float, str]:
    """Learns from what was known at the moment, and judges what was issued from it on."""
    moment = moment_of(invoices, share=share)
    scorer = PaymentScorer().fit(invoice_snapshots(invoices, as_of=moment))
    newer = invoices["issued_at"] >= moment
    asked, ended = known[newer], invoices[newer]
    days = (ended["paid_at"] - ended["issued_at"]).dt.days.to_numpy(np.float64)
    late = (ended["paid_at"] > ended["due_at"]).to_numpy(np.int64)
    area = auc(late, scorer.predict_proba(asked)[:, 1])
    told = scorer.predict_days(asked)
    error = float(np.abs(told["days_median"] - days).mean())
    covered = float(((told["lo_80"] <= days) & (days <= told["hi_80"])).mean())
    width = float((told["hi_80"] - told["lo_80"]).mean())
    figure = (
        f"AUC {area:.4f}, mean absolute error {error:.2f} days, 80 % interval holds {covered:.1%} at {width:.1f} days"
    )
    return area, error, figure


def changed_by_cutting(invoices: pd.DataFrame, judged: pd.DataFrame) -> int:
    """Counts the judged invoices whose features change when nothing from after their day of issue is in the table."""
    changed = 0
    for day, rows in judged.groupby("issued_at"):
        cut = invoices[invoices["issued_at"] <= day]
        cut = cut.assign(paid_at=cut["paid_at"].where(cut["paid_at"] < day))
        again = invoice_features(cut).set_index("invoice_id").loc[rows["invoice_id"]]
        same = again.eq(rows.set_index("invoice_id")) | (again.isna() & rows.set_index("invoice_id").isna())
        changed += int((~same.all(axis="columns")).sum())
    return changed
