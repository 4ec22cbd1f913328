"""Row 4: which customers of a giftware wholesaler fall silent for 90 days, judged on the newest snapshot.

Everything that is learned comes from windows that had closed when the newest snapshot was taken, the level too. Beside it
stands the house's calibration on the newest block, whose line is fitted on one half of the customers and checked on the other.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.acceptance.outcome import Outcome
from tests.acceptance.real_sets import folder

from salescope.evaluation import auc, check_calibration, cox_fit, lift_at_10, newest_snapshots, random_folds
from salescope.features import customer_snapshots
from salescope.scoring import ChurnScorer

WINDOW, EVERY, LEAST_HISTORY = 90, 30, 30
RFM = ["days_since_last_order", "order_days", "money_total"]


def run() -> Outcome:
    """Judges the scorer beside a logistic regression on recency, frequency and money, and recency alone."""
    snapshots = online_retail_snapshots()
    split = newest_snapshots(snapshots["as_of"], outcome_window=WINDOW)
    train, test = snapshots.iloc[split.train], snapshots.iloc[split.test]
    y = test["y"].to_numpy()
    scorer = ChurnScorer(outcome_window=WINDOW).fit(train, order=train["as_of"])
    chance = {
        "scorer": scorer.predict_proba(test)[:, 1],
        "RFM logistic": logistic(train, test, RFM),
        "recency": logistic(train, test, RFM[:1]),
    }
    checks = {name: check_calibration(y, p) for name, p in chance.items()}
    aucs = {name: auc(y, p) for name, p in chance.items()}
    lifts = {name: lift_at_10(y, p) for name, p in chance.items()}
    told = [
        f"{name}: AUC {aucs[name]:.4f}, lift at 10 % {lifts[name]:.3f}, calibration error {check.error:.4f} "
        f"(floor {check.floor:.4f}, 95th percentile {check.p95:.4f})"
        for name, check in checks.items()
    ]
    level = f"mean chance {chance['scorer'].mean():.3f} where {y.mean():.3f} fell silent"
    after = check_calibration(y, crossed(y, chance["scorer"]))
    newest = f"calibrated on the newest block, crossed over halves: {after.error:.4f} (95th percentile {after.p95:.4f})"
    better = all(
        aucs["scorer"] > aucs[other] and lifts["scorer"] > lifts[other] for other in ("RFM logistic", "recency")
    )
    figure = f"online-retail, {len(test):,} customers as of {test['as_of'].iloc[0]:%Y-%m-%d}; " + "; ".join(
        [*told, level, newest]
    )
    return Outcome(figure, better and checks["scorer"].passed)


def online_retail_snapshots() -> pd.DataFrame:
    """Maps the order lines onto the contract and looks at the customers every 30 days, back from the last closed window."""
    lines = pd.read_parquet(folder() / "online-retail" / "online_retail.parquet")
    lines = lines[lines["CustomerID"].notna()]
    orders = pd.DataFrame(
        {
            "order_id": lines["InvoiceNo"].astype(str),
            "line": np.arange(len(lines)),
            "customer_id": lines["CustomerID"].astype(np.int64).astype(str),
            "ordered_at": pd.to_datetime(lines["InvoiceDate"]).astype("datetime64[ns]"),
            "product_id": lines["StockCode"].astype(str),
            # Cancelled lines have a negative quantity, as returns have in the contract.
            "quantity": lines["Quantity"].astype(np.float64),
            "unit_price": lines["UnitPrice"].astype(np.float64),
        }
    )
    country = pd.DataFrame({"customer_id": orders["customer_id"], "country": lines["Country"].astype(str)})
    tables = {"orders": orders, "customers": country.drop_duplicates("customer_id")}
    newest = orders["ordered_at"].max().normalize() - pd.Timedelta(days=WINDOW)
    span = (newest - orders["ordered_at"].min().normalize()).days - LEAST_HISTORY
    moments = [newest - pd.Timedelta(days=days) for days in range(0, span + 1, EVERY)]
    return customer_snapshots(tables, as_of=moments, outcome_window=WINDOW)


def logistic(train: pd.DataFrame, test: pd.DataFrame, columns: list[str]) -> npt.NDArray[np.float64]:
    """Fits the reference: a logistic regression on logarithms, which it is at its best with."""
    model = make_pipeline(StandardScaler(), LogisticRegression())
    model.fit(np.log1p(train[columns].clip(lower=0)), train["y"])
    return model.predict_proba(np.log1p(test[columns].clip(lower=0)))[:, 1]


def crossed(y: npt.NDArray[np.int64], p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Recalibrates each half of the customers by the line of the other."""
    answer = np.empty_like(p)
    for fold in random_folds(y, n_folds=2, seed=0):
        line = cox_fit(y[fold.train], p[fold.train])
        answer[fold.test] = expit(line.intercept + line.slope * logit(p[fold.test]))
    return answer
