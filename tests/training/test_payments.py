"""Invoices are looked at when they were issued, and whether they were late is known when their day is over.

One training of them is among those of `tests.training.test_customers`.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from salescope.evaluation import audit
from salescope.frames.errors import OutcomeError
from salescope.project import PaymentSettings, load_workspace
from salescope.scoring import PaymentScorer
from salescope.training import BySnapshot, payment_data, payments
from salescope.training.customer_tables import CustomerTables, customer_tables

DAY = np.timedelta64(1, "D")


@pytest.fixture(scope="module")
def workspace(made_workspace):
    return load_workspace(made_workspace, environment={})


@pytest.fixture(scope="module")
def recorded(workspace):
    return customer_tables(workspace)


@pytest.fixture(scope="module")
def data(workspace, recorded):
    return payment_data(workspace, recorded=recorded)


def test_an_invoice_is_late_that_was_not_paid_by_the_day_it_was_due(workspace, recorded, data):
    invoices = recorded.frames["invoices"].set_index("invoice_id").loc[data.features["invoice_id"]]
    end = np.datetime64(data.as_of)
    for row, (_, invoice) in enumerate(invoices.iterrows()):
        assert invoice["due_at"] < end
        paid = invoice["paid_at"]
        assert data.y[row] == int(pd.isna(paid) or paid > max(invoice["due_at"], invoice["issued_at"]))
    assert data.positive == data.y.sum()
    billed = recorded.frames["invoices"]
    assert data.open == ((billed["due_at"] >= end) & (billed["amount"] >= 0)).sum()


def test_it_is_looked_at_on_the_day_of_issue_and_known_the_day_after_it_was_due(data):
    np.testing.assert_array_equal(data.seen_at, data.features["issued_at"].to_numpy())
    np.testing.assert_array_equal(data.order, data.features["due_at"].to_numpy() + DAY)
    assert data.order.max() <= np.datetime64(data.as_of)


def test_the_newest_are_judged_by_those_that_were_due_before_the_first_of_them_was_issued(data):
    split = BySnapshot().newest(data)
    assert data.order[split.train].max() <= data.seen_at[split.test].min()
    for window in BySnapshot().windows(data):
        assert len(window.train) == 0 or data.order[window.train].max() <= data.seen_at[window.test].min()


def test_the_audit_sees_only_what_could_be_learned_from(workspace, data, monkeypatch):
    asked = []

    def listening(columns, y, *, allowed, **settings):
        asked.append((set(columns.columns), allowed))
        return audit(columns.iloc[:, :1], y, **settings)

    monkeypatch.setattr(payments, "audit", listening)
    payments.payment_task(data, workspace).audit()
    ((columns, allowed),) = asked
    assert not columns & {*PaymentScorer.not_features, "as_of"}
    # What the tables bring may leak; what we counted cannot.
    assert columns - allowed == {
        "amount",
        "since",
        "region",
        "segment",
        "owner",
        "industry",
        "contract",
        "payment_terms",
    }


def test_excluded_columns_are_gone_and_an_absent_one_does_no_harm(workspace, recorded):
    asked = workspace.model_copy(update={"payments": PaymentSettings(exclude=("segment", "nowhere"), allow=("owner",))})
    data = payment_data(asked, recorded=recorded)
    assert "segment" not in data.features.columns
    assert payments.payment_task(data, asked).recipe == {"exclude": ["segment", "nowhere"], "seed": 0, "trees": None}


def test_without_invoices_or_any_that_is_due_it_says_what_to_do(workspace, recorded):
    with pytest.raises(OutcomeError, match="Map the table 'invoices'"):
        payment_data(workspace, recorded=CustomerTables({}))
    table = recorded.tables["invoices"]
    newest = table.frame[table.frame["due_at"] > table.frame["issued_at"].max()]
    only = SimpleNamespace(frames={"invoices": newest.assign(paid_at=pd.NaT)})
    with pytest.raises(OutcomeError, match="Map more history"):
        payment_data(workspace, recorded=only)


def test_invoices_of_one_customer_are_kept_together(data):
    whose = data.features["customer_id"].to_numpy(dtype=str)
    assert len(set(zip(whose, data.group, strict=True))) == len(set(whose)) == len(set(data.group))
