"""A ranked collection list: whom to call about which invoices, what that is expected to gain, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.features.cells import word_of
from salescope.features.customer_moments import Moment
from salescope.frames.errors import MissingColumnError
from salescope.receivables.book import Book
from salescope.receivables.claims import Claims, forecasts_of
from salescope.receivables.collection_policy import CollectionPolicy
from salescope.receivables.collection_wording import CollectionReasons

__all__ = ["CollectionList", "collection_list"]

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)
YEAR = 365.0


@dataclass(frozen=True, slots=True, eq=False)
class CollectionList:
    """Holds every open invoice in exactly one of two frames, and the calls to make; money in the workspace's currency.

    Parameters
    ----------
    customers : DataFrame, shape (n_calls, 7)
        Whom to call, the highest gain first: "customer_id", "rank" (from 1), "gain", "amount" and "overdue" (credit
        notes taken off), "invoices", and "reasons", a tuple of sentences.
    invoices : DataFrame, shape (n_listed, 8)
        What to call about, the highest gain first: "invoice_id", "customer_id", "amount" (what is left of it when
        credit notes are taken off), "days_overdue", "probability" (of late payment, 1 where it is overdue, NaN where
        no forecast was given), "expected_days" (that it is still expected to be overdue), "gain" and "reasons".
    left_out : DataFrame, shape (n_left_out, 4)
        What not to call about: "invoice_id", "customer_id", "amount" and "because".
    """

    customers: pd.DataFrame
    invoices: pd.DataFrame
    left_out: pd.DataFrame


def collection_list(
    invoices: pd.DataFrame,
    *,
    as_of: Moment,
    scores: pd.DataFrame | None = None,
    customers: pd.DataFrame | None = None,
    policy: CollectionPolicy | None = None,
    language: str = "en",
) -> CollectionList:
    """Ranks open invoices, and the customers who owe them, by what a call is expected to gain.

    Parameters
    ----------
    invoices : DataFrame, shape (n_invoices, n_columns)
        The contract's table ``invoices``, later ones and later payments too; it is not changed.
    as_of : datetime or str
        The moment, naive; nothing dated on its day or after it is known.
    scores : DataFrame, optional
        `PaymentScorer.predict_scores` of invoices at the moment: "invoice_id", each once, "probability" and
        "overdue_days". Invoices need not all be there.
    customers : DataFrame, optional
        The contract's table ``customers``; who opted out is left out.
    policy : CollectionPolicy, optional
        What a call is taken to be worth.
    language : {"en", "zh"}, default "en"
        The language of the reasons.

    Returns
    -------
    CollectionList

    Raises
    ------
    MissingColumnError
        When a column is missing.
    MisalignedError
        When an invoice has two scores.
    OutOfRangeError
        When the moment cannot be meant.
    UnknownNameError
        When the language is not known.

    Notes
    -----
    The gain is amount × days still expected overdue × what money costs a day × the share of these days that a call
    saves. The days of the scorer, E[(T − due)⁺] from the moment on, are the chance of late payment times the days late
    if it is. The days overdue so far are not counted: no call brings them back. A ranking by them puts whoever never
    pays above whoever can still be moved.

    Without a forecast it is as many days as the customer's other invoices were late on average, early ones counting 0,
    or as many as it is overdue so far, where these are more: of a wait whose length nobody knows, the middle guess is
    that half is over (J. R. Gott, "Implications of the Copernican principle for our future prospects", Nature 363,
    1993). One that is not overdue, of a customer without a history, is left out. A customer's open credit notes are
    taken off the invoices that were due first. One call is about all invoices of a customer, so their gains add up.
    That an invoice may never be paid is not counted. Of equal gains the id that sorts first comes first.

    Examples
    --------
    >>> issued = pd.Series(pd.to_datetime(["2024-01-01", "2024-02-01", "2024-02-20"]))
    >>> invoices = pd.DataFrame({"invoice_id": ["1", "2", "3"], "customer_id": ["a", "b", "a"], "amount": 7300.0})
    >>> invoices = invoices.assign(issued_at=issued, due_at=issued + pd.Timedelta(days=30), paid_at=pd.NaT)
    >>> scores = pd.DataFrame({"invoice_id": ["3"], "probability": 0.5, "overdue_days": 6.0})
    >>> calls = collection_list(invoices, as_of="2024-03-10", scores=scores)
    >>> calls.customers[["customer_id", "gain", "overdue", "invoices"]].to_numpy().tolist()
    [['a', 18.0, 7300.0, 2], ['b', 3.2, 7300.0, 1]]
    >>> for reason in calls.invoices["reasons"].iloc[1]:
    ...     print(reason)
    8 days overdue
    taken to stay open for as long again
    expected gain 3.20, if a call saves 25% of the days at 8.0% a year
    """
    policy, words = policy or CollectionPolicy(), CollectionReasons(language)
    book = Book.from_invoices(invoices, as_of=as_of, where="collection_list")
    claims = Claims.of(book, invoices, forecasts=forecasts_of(scores))
    gain = claims.money * claims.days * (policy.yearly_cost * policy.effect / YEAR)
    because = _because(claims, refused=_refused(customers, policy=policy, language=language), words=words)
    listed = np.flatnonzero(because.isna() & (gain > 0))
    listed = listed[np.lexsort((claims.invoice[listed], -gain[listed]))]
    said = _Said(claims, gain, policy, words)
    return CollectionList(
        customers=_calls(said, listed),
        invoices=_invoices(said, listed),
        left_out=_left_out(claims, because, words=words, listed=listed),
    )


def _refused(customers: pd.DataFrame | None, *, policy: CollectionPolicy, language: str) -> dict[str, str]:
    """Says of every customer who opted out why it is not called."""
    if customers is None:
        return {}
    if "customer_id" not in customers.columns:
        present = [str(name) for name in customers.columns]
        raise MissingColumnError(["customer_id"], where="customers", present=present)
    reasons = policy.opt_outs.reasons(customers, language=language)
    out = reasons.notna().to_numpy()
    names = [word_of(name) or "" for name in customers["customer_id"][out]]
    return dict(zip(names, reasons[out], strict=True))


def _because(claims: Claims, *, refused: dict[str, str], words: CollectionReasons) -> pd.Series:
    """Says of every invoice why nobody is called about it; missing where nothing speaks against it."""

    def why(row: int) -> str | None:
        name = claims.customer[row]
        if name is None:
            return words.said("nobody")
        if name in refused:
            return refused[name]
        if not claims.money[row]:
            return words.said("covered")
        return words.said("no_forecast") if np.isnan(claims.days[row]) else None

    return pd.Series([why(row) for row in range(len(claims.money))], dtype=TEXT)


@dataclass(frozen=True, slots=True)
class _Said:
    """Says why an invoice or a customer is on the list."""

    claims: Claims
    gain: np.ndarray
    policy: CollectionPolicy
    words: CollectionReasons

    def worth(self, gain: float) -> str:
        return self.words.said("gain", gain=gain, effect=self.policy.effect, cost=self.policy.yearly_cost)

    def wait(self, row: int) -> tuple[str, ...]:
        """Says how late an invoice is, and how late it will be."""
        claims, words = self.claims, self.words
        overdue, days, chance = int(claims.overdue[row]), claims.days[row], claims.chance[row]
        until = int(claims.until[row])
        due = words.due(overdue=overdue, until=until if claims.has_due_day[row] else None)
        if not claims.is_forecast[row]:
            is_usual = not claims.usual[row] < overdue and not np.isnan(claims.usual[row])
            return due, words.said("usual", days=days) if is_usual else words.said("as_long")
        if overdue:
            return due, words.said("expected", days=days)
        return due, words.said("chance", chance=chance, days=days / chance if chance else days)

    def invoice(self, row: int) -> tuple[str, ...]:
        credit = self.claims.credit[row]
        taken = (self.words.said("credit", money=credit),) if credit else ()
        return (*self.wait(row), *taken, self.worth(self.gain[row]))

    def customer(self, rows: Sequence[int], *, money: float, overdue: float, gain: float) -> tuple[str, ...]:
        word = "owes_one" if len(rows) == 1 else "owes"
        told = [self.words.said(word, money=money, invoices=len(rows), overdue=overdue)]
        oldest = max(int(self.claims.overdue[row]) for row in rows)
        if oldest and len(rows) > 1:
            told.append(self.words.said("oldest", due=self.words.due(overdue=oldest, until=None)))
        why = "; ".join(self.wait(rows[0]))
        return (*told, self.words.said("most", invoice=self.claims.invoice[rows[0]], why=why), self.worth(gain))


def _invoices(said: _Said, listed: np.ndarray) -> pd.DataFrame:
    claims = said.claims
    return pd.DataFrame(
        {
            "invoice_id": pd.Series(claims.invoice[listed], dtype=TEXT),
            "customer_id": pd.Series(claims.customer[listed], dtype=TEXT),
            "amount": claims.money[listed],
            "days_overdue": claims.overdue[listed],
            "probability": claims.chance[listed],
            "expected_days": claims.days[listed],
            "gain": said.gain[listed],
            "reasons": pd.Series([said.invoice(int(row)) for row in listed], dtype=object),
        }
    )


def _calls(said: _Said, listed: np.ndarray) -> pd.DataFrame:
    claims = said.claims
    of: dict[str, list[int]] = {}
    for row in listed:
        of.setdefault(claims.customer[row], []).append(int(row))
    # Summed in one order whatever order the table was in, so that no bit depends on it.
    gains = {name: float(said.gain[rows].sum()) for name, rows in of.items()}
    names = sorted(of, key=lambda name: (-gains[name], name))
    money = [claims.sum(of[name]) for name in names]
    overdue = [claims.sum([row for row in of[name] if claims.overdue[row]]) for name in names]
    reasons = [
        said.customer(of[name], money=owed, overdue=late, gain=gains[name])
        for name, owed, late in zip(names, money, overdue, strict=True)
    ]
    return pd.DataFrame(
        {
            "customer_id": pd.Series(names, dtype=TEXT),
            "rank": np.arange(1, len(names) + 1),
            "gain": [gains[name] for name in names],
            "amount": money,
            "overdue": overdue,
            "invoices": [len(of[name]) for name in names],
            "reasons": pd.Series(reasons, dtype=object),
        }
    ).astype({"gain": float, "amount": float, "overdue": float, "invoices": int})


def _left_out(claims: Claims, because: pd.Series, *, words: CollectionReasons, listed: np.ndarray) -> pd.DataFrame:
    rest = np.setdiff1d(np.arange(len(claims.money)), listed)
    rest = rest[np.lexsort((claims.invoice[rest], -claims.owed[rest]))]
    return pd.DataFrame(
        {
            "invoice_id": pd.Series(claims.invoice[rest], dtype=TEXT),
            "customer_id": pd.Series(claims.customer[rest], dtype=TEXT),
            "amount": claims.owed[rest],
            "because": because.fillna(words.said("no_delay")).iloc[rest].reset_index(drop=True),
        }
    )
