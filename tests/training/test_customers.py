"""Every model of customers that the tables allow is trained, judged on later time, registered and served."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pytest

from salescope.bundle import load_model
from salescope.cli.train import customers_for_people, result_for_people
from salescope.frames.errors import OutcomeError
from salescope.monitoring import card_page
from salescope.project import SegmentSettings, load_workspace
from salescope.registry import champion, load_current
from salescope.registry.tracking import Tracking
from salescope.scoring import PaymentScorer, Segmenter
from salescope.service.live_models import KIND_OF, loader_of
from salescope.training import TrainingOptions, customers, judging, payments, train_customers, train_segments
from salescope.training.customer_tables import customer_tables

MODELS = ["value", "segments", "products"]
FEW = {"num_iterations": 10}
BY_HAND = (1.0, 2.0, 3.0, 4.0)


def nobody_leaves(workspace, **_asked):
    raise OutcomeError("Nobody left", remedy="Wait.")


@pytest.fixture(scope="module")
def house(made_workspace, tmp_path_factory):
    """Is a made company after one training of all its models of customers."""
    folder = tmp_path_factory.mktemp("customers") / "shop"
    shutil.copytree(made_workspace, folder, ignore=shutil.ignore_patterns(".salescope", "quarantine"))
    workspace = load_workspace(folder, environment={})
    told: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        # A churn scorer takes long to train, and its own tests see to it.
        patched.setattr(customers, "train_churn", nobody_leaves)
        # So does the trial of a bundle in a process of its own.
        patched.setattr(champion, "offer", lambda _folder, *, digest, **_limits: digest)
        # Few trees, judged as little as a training allows: of payments only the course is seen to.
        patched.setattr(payments, "scorer_of", lambda recipe: PaymentScorer(exclude=recipe["exclude"], trees=FEW))
        patched.setattr(judging, "N_FOLDS", 2)
        patched.setattr(judging, "N_WINDOWS", 1)
        done = train_customers(workspace, progress=lambda *step: told.append(step[0]))
    by_hand = workspace.model_copy(update={"segments": SegmentSettings(cuts={"frequency": BY_HAND})})
    return SimpleNamespace(
        workspace=workspace,
        told=told,
        tracking=Tracking(workspace.mlflow_uri),
        done={str(one.model): one for one in done},
        by_hand=train_segments(by_hand, options=TrainingOptions(promote=False)),
    )


def test_all_of_them_are_trained_in_order_and_say_what_they_do(house):
    assert list(house.done) == ["churn", *MODELS, "payments"]
    assert house.told[0] == "value: reading and checking the tables"
    assert house.told[-1] == "payments: done"


def test_one_that_cannot_be_trained_says_why_and_keeps_no_other_from_it(house):
    churn = house.done["churn"]
    assert (churn.result, churn.problem, churn.serves) == (None, "Nobody left. Wait.", False)
    assert all(house.done[name].result is not None for name in MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_what_passes_its_gate_is_served_and_what_does_not_is_only_registered(house, name):
    training, tracking = house.done[name], house.tracking
    assert training.result is not None
    found = tracking.find(name, version=training.result.version)
    assert found.version == training.result.version == "1"
    assert found.tags["as_of"] == customer_tables(house.workspace).end.isoformat()
    crowned = tracking.champion(name)
    assert (crowned is not None) == training.serves == training.result.decision.promote
    if crowned is None:
        assert load_model(tracking.download(name, version="1")).kind == KIND_OF[name]
        return
    pointed, _ = load_current(house.workspace.published_of(name))
    assert (pointed.version, pointed.digest) == (crowned.version, crowned.digest)
    live = loader_of(KIND_OF[name])(house.workspace.published_of(name))
    assert live.as_of == training.result.card["data"]["as_of"]
    assert live.figures == training.result.card["figures"]["newest"]


def test_a_payment_scorer_is_judged_as_scorers_are_and_serves_with_days(house):
    result = house.done["payments"].result
    card = result.card
    assert (card["name"], card["words"]) == ("payments", {"rows": "invoices", "positive": "late payments"})
    assert card["data"]["rows"] == sum(count for label, count in card["learned_from"] if label == "invoices due")
    assert result.promoted == result.decision.promote
    assert result.promoted, result.decision.message
    live = loader_of(KIND_OF["payments"])(house.workspace.published_of("payments"))
    assert (live.version, live.figures) == (result.version, card["figures"]["newest"])
    record = {"issued_at": "2024-12-31", "due_at": "2025-01-30", "amount": 100.0, "invoices": []}
    scored = live.fitted.predict_scores([record])
    assert 0 < scored["probability"].iloc[0] < 1
    assert scored["days_median"].notna().all()


def test_value_and_tiers_serve_on_a_company_whose_customers_differ(house):
    assert house.done["value"].serves
    assert house.done["segments"].serves


def test_the_cards_tell_how_each_was_judged(house):
    value, segments, products = (house.done[name].result.card for name in MODELS)
    assert "value.horizon is 365 days" in value["limits"]
    by = [row[0] for row in value["figures"]["tables"][0]["rows"]]
    assert by == ["the model", "the process alone", "each customer at its own rate"]
    tiers = segments["figures"]["tables"][0]["rows"]
    assert sum(row[1] for row in tiers) > 0
    assert all(0 <= row[2] <= 1 for row in tiers)
    assert products["figures"]["tables"][0]["rows"][0][0] == "the model"


@pytest.mark.parametrize("name", MODELS)
def test_every_card_has_a_page(house, name):
    card = house.done[name].result.card
    page = card_page(card, plots={})
    assert card["data"]["digest"] in page
    assert card["verdict"]["message"] in page


def test_one_table_says_what_came_of_each(house):
    (table,) = customers_for_people(list(house.done.values()))
    assert [str(cell) for cell in table.columns[0].cells] == ["churn", *MODELS, "payments"]
    assert list(customers_for_people([])) == [
        "Nothing to train: map the table 'orders', or contracts in 'customers', in salescope.yaml."
    ]


@pytest.mark.parametrize("name", MODELS)
def test_the_tables_of_the_card_are_those_of_the_command_line(house, name):
    result = house.done[name].result
    told = list(result_for_people(result, name="Customers"))
    titles = [part.title for part in told if not isinstance(part, str)]
    assert titles == [f"Customers, version 1: {table['title']}" for table in result.card["figures"]["tables"]]
    assert result.card["verdict"]["message"] in told
    assert told[-1].endswith(result.decision.message)


def test_tiers_set_by_hand_move_customers_and_the_card_counts_them(house):
    result = house.by_hand
    assert not result.promoted
    moved = result.card["figures"]["tables"][-1]
    assert moved["title"] == "Moved against version 1"
    tracking = house.tracking
    learned, by_hand = (load_model(tracking.download("segments", version=version)) for version in ("1", result.version))
    assert isinstance(learned, Segmenter)
    assert isinstance(by_hand, Segmenter)
    assert by_hand.cuts_["frequency"].tolist() == list(BY_HAND)
    counted = sum(row[1] for row in moved["rows"])
    assert 0 < counted <= int(moved["remark"].split()[0])


def test_without_orders_there_is_nothing_to_train_but_contracts(house):
    tables = {name: table for name, table in house.workspace.tables.items() if name == "products"}
    assert train_customers(house.workspace.model_copy(update={"tables": tables})) == []
