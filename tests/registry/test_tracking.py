"""Runs end, versions carry digests, aliases move, and downloads are verified."""

from __future__ import annotations

import os
import signal
import threading
import warnings
from pathlib import Path

import pandas as pd
import pytest
from tests.bundle.made import made_bundle, made_leads, made_products, made_scorer

from salescope.bundle import MANIFEST, digest_of, load_as
from salescope.frames.errors import DamagedBundleError, RegistryError, UnknownVersionError
from salescope.registry.tracking import CHALLENGER, CHAMPION, TrackedRun, Tracking
from salescope.scoring.products import ProductRecommender

EXAMPLE = made_leads().drop(columns="outcome").head(2)


def register(tracking: Tracking, *, name: str, seed: int = 0) -> str:
    with tracking.run("training") as run:
        tags = {"data_digest": "d" * 64, "as_of": "2025-11-01"}
        return tracking.register(run, made_bundle(seed), name=name, input_example=EXAMPLE, tags=tags)


def status(tracking: Tracking, run: TrackedRun) -> str:
    return str(tracking._client.get_run(run.run_id).info.status)


def test_a_run_holds_what_was_logged_and_is_finished(tracking: Tracking) -> None:
    with tracking.run("training", tags={"data_digest": "abc"}) as run:
        run.log_params({f"parameter {number}": number for number in range(150)})
        run.log_metrics({"auc": 0.5}, step=1)
        run.log_metrics({"auc": 0.75}, step=2)
        run.set_tags({"verdict": "signal"})
        run.log_plot(b"a drawing", name="roc")
        run.log_text("# Card", name="card.md")
        assert status(tracking, run) == "RUNNING"
    found = tracking._client.get_run(run.run_id)
    assert status(tracking, run) == "FINISHED"
    assert found.data.params["parameter 149"] == "149"
    assert found.data.metrics == {"auc": 0.75}
    assert [metric.value for metric in tracking._client.get_metric_history(run.run_id, "auc")] == [0.5, 0.75]
    assert {"data_digest": "abc", "verdict": "signal"}.items() <= found.data.tags.items()
    assert [file.path for file in tracking._client.list_artifacts(run.run_id, "plots")] == ["plots/roc.png"]


def test_artifacts_lie_beside_the_store_and_not_in_the_working_directory(tracking: Tracking) -> None:
    with tracking.run("training") as run:
        run.log_text("x", name="note.txt")
    folder = Path(tracking.uri.removeprefix("sqlite:///")).parent
    assert list(folder.glob(f"artifacts/{run.run_id}/**/note.txt"))
    assert not Path("mlruns").exists()
    assert not Path("mlflow.db").exists()


def test_an_exception_fails_the_run_and_goes_on(tracking: Tracking) -> None:
    with pytest.raises(ZeroDivisionError), tracking.run("training") as run:
        _ = 1 / 0
    assert status(tracking, run) == "FAILED"


@pytest.mark.parametrize(("number", "error"), [(signal.SIGTERM, SystemExit), (signal.SIGINT, KeyboardInterrupt)])
def test_a_signal_kills_the_run_and_then_the_process(
    tracking: Tracking, number: signal.Signals, error: type[BaseException]
) -> None:
    before = signal.getsignal(number)
    with pytest.raises(error) as ended, tracking.run("training") as run:
        os.kill(os.getpid(), number)
    assert status(tracking, run) == "KILLED"
    assert signal.getsignal(number) is before
    if number is signal.SIGTERM:
        assert ended.value.code == 143


def test_a_run_outside_the_main_thread_ends_too(tracking: Tracking) -> None:
    runs: list[TrackedRun] = []

    def train() -> None:
        with tracking.run("training") as run:
            runs.append(run)

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert [status(tracking, run) for run in runs] == ["FINISHED"]


def test_a_version_is_found_by_number_and_alias_and_downloaded_whole(tracking: Tracking) -> None:
    assert tracking.champion("found") is None
    first, second = register(tracking, name="found"), register(tracking, name="found", seed=1)
    tracking.set_alias("found", CHAMPION, version=first)
    tracking.set_alias("found", CHALLENGER, version=second)
    champion = tracking.champion("found")
    assert champion == tracking.find("found", version="1")
    assert champion is not None
    assert champion.digest == digest_of(made_bundle()[MANIFEST])
    assert {"data_digest": "d" * 64, "as_of": "2025-11-01"}.items() <= champion.tags.items()
    assert tracking.download("found", version="@champion") == made_bundle()
    assert tracking.download("found", version="@challenger") == made_bundle(1)
    tracking.set_alias("found", CHAMPION, version=second)
    assert tracking.champion("found") == tracking.find("found", version=second)


def test_two_workspaces_in_one_process_keep_their_versions_apart(tracking: Tracking, tmp_path: Path) -> None:
    other = Tracking(f"sqlite:///{tmp_path}/mlflow.db")
    mine = register(tracking, name="apart")
    assert register(other, name="apart", seed=1) == "1"
    assert tracking.download("apart", version=mine) == made_bundle()
    assert other.download("apart", version="1") == made_bundle(1)
    with pytest.raises(UnknownVersionError):
        other.find("apart", version="2")


@pytest.mark.parametrize("version", ["7", "@nobody", "word"])
def test_an_unknown_version_is_named(tracking: Tracking, version: str) -> None:
    with pytest.raises(UnknownVersionError, match=f"'absent' has no version '{version}'"):
        tracking.find("absent", version=version)
    with pytest.raises(UnknownVersionError):
        tracking.set_alias("absent", CHAMPION, version=version)


def test_a_model_altered_in_the_store_is_told_by_the_digest_in_the_tags(tracking: Tracking) -> None:
    version = register(tracking, name="altered")
    model = tracking.find("altered", version=version).model_id
    folder = Path(tracking.uri.removeprefix("sqlite:///")).parent
    for card in folder.glob(f"artifacts/models/{model}/**/card.json"):
        card.write_bytes(b"{}")
    with pytest.raises(DamagedBundleError, match=r"card\.json"):
        tracking.download("altered", version=version)


def test_files_that_do_not_fit_their_manifest_are_not_registered(tracking: Tracking) -> None:
    with pytest.raises(DamagedBundleError), tracking.run("training") as run:
        tracking.register(run, {**made_bundle(), "card.json": b""}, name="unfit", input_example=EXAMPLE)
    with pytest.raises(UnknownVersionError):
        tracking.find("unfit", version="1")


def test_a_notebook_loads_the_champion_and_scores_text_and_numbers_alike(tracking: Tracking) -> None:
    import mlflow.pyfunc

    tracking.set_alias("notebook", CHAMPION, version=register(tracking, name="notebook"))
    with warnings.catch_warnings():
        # The imports behind MLflow's loader warn of their own affairs.
        warnings.simplefilter("ignore")
        model = mlflow.pyfunc.load_model("models:/notebook@champion")
        scored = model.predict(EXAMPLE)
        as_text = model.predict(EXAMPLE.assign(seats=EXAMPLE["seats"].astype(str)))
    expected = made_scorer().predict_scores(EXAMPLE)
    pd.testing.assert_frame_equal(scored, expected)
    pd.testing.assert_frame_equal(as_text[["probability"]], expected[["probability"]])
    assert model.metadata.signature.inputs.input_names() == list(EXAMPLE.columns)


def test_a_model_of_another_kind_is_registered_and_answers_a_notebook(tracking: Tracking) -> None:
    import mlflow.pyfunc

    example = pd.DataFrame({"products": [["P1"], ["P2", "P3"]]})
    with tracking.run("training") as run:
        version = tracking.register(run, made_products(), name="products", input_example=example)
    tracking.set_alias("products", CHAMPION, version=version)
    found = tracking.find("products", version="1")
    assert tracking._client.get_logged_model(found.model_id).model_type == "product_recommender"
    assert tracking.download("products", version="@champion") == made_products()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = mlflow.pyfunc.load_model("models:/products@champion").predict(example, params=None)
    recommender = load_as(ProductRecommender, made_products())
    pd.testing.assert_frame_equal(told, recommender.recommend_baskets(example.to_dict("records")))


def test_a_relative_address_is_refused() -> None:
    with pytest.raises(RegistryError, match=r"depends on the working directory.*absolute path"):
        Tracking("sqlite:///mlflow.db")


def test_the_address_and_experiment_are_shown(tracking: Tracking) -> None:
    assert repr(tracking) == f"Tracking({tracking.uri!r}, experiment='leads')"


def test_the_environment_keeps_no_address_for_the_next_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("MLFLOW_REGISTRY_URI", "sqlite:////before.db")
    Tracking(f"sqlite:///{tmp_path}/mlflow.db")
    assert "MLFLOW_TRACKING_URI" not in os.environ
    assert os.environ["MLFLOW_REGISTRY_URI"] == "sqlite:////before.db"
