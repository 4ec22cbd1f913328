"""One training from its run to the published bundle, whatever kind of model it is of."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from salescope.bundle import CARD, parse_json
from salescope.project import Workspace
from salescope.registry.champion import promote_version
from salescope.registry.tracking import TrackedRun, Tracking
from salescope.training.comparing import Champion
from salescope.training.decision import Decision
from salescope.training.progress import Steps
from salescope.training.registering import register_model
from salescope.training.trained_model import TrainedModel

__all__ = ["TrainingOptions", "TrainingResult", "train_model"]

Find = Callable[[Champion | None, TrackedRun], TrainedModel]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOptions:
    """Says how one training runs, over what the workspace's settings say.

    Parameters
    ----------
    trials : int, optional
        Trials of the search for better trees; by default those of the settings.
    promote : bool, default True
        Whether a model that passes every gate becomes the champion.

    Examples
    --------
    >>> TrainingOptions(promote=False)
    TrainingOptions(trials=None, promote=False)
    """

    trials: int | None = None
    promote: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingResult:
    """Holds what came of a training.

    Parameters
    ----------
    run_id : str
        The MLflow run.
    version : str
        The registered version.
    promoted : bool
        Whether it serves now.
    card : mapping
        Its model card.
    decision : Decision
        Why it was promoted or not.
    """

    run_id: str
    version: str
    promoted: bool
    card: Mapping[str, Any]
    decision: Decision


def train_model(
    find: Find, *, model: str, tags: Mapping[str, str], workspace: Workspace, options: TrainingOptions, say: Steps
) -> TrainingResult:
    """Finds a model in a run of its own, registers it, and promotes it if every gate lets it pass.

    Parameters
    ----------
    find : callable
        Learns and judges: it takes the champion, or None, and the open run.
    model : str
        The experiment, registered model and published folder.
    tags : mapping of str to str
        Tags of the run.
    workspace : Workspace
        Where runs are tracked and bundles published.
    options : TrainingOptions
        What differs in this training.
    say : Steps
        Is told each step.

    Returns
    -------
    TrainingResult
        Also of a model that was not promoted; it is registered for whoever wants to look.
    """
    tracking = Tracking(workspace.mlflow_uri, experiment=model)
    # `mlflow run` opens a run of its own around ours and names it in this variable.
    outer = os.environ.get("MLFLOW_RUN_ID")
    with tracking.run(f"train {model}", tags={**tags, **({"mlflow.parentRunId": outer} if outer else {})}) as run:
        trained = find(_champion(tracking, model), run)
        say("registering")
        version = register_model(trained, tracking=tracking, run=run)
    promote = options.promote and trained.decision.promote
    if promote:
        say("promoting")
        promote_version(tracking, model, version=version, folder=workspace.published_of(model))
    say.done()
    return TrainingResult(
        run_id=run.run_id, version=version, promoted=promote, card=trained.card, decision=trained.decision
    )


def _champion(tracking: Tracking, model: str) -> Champion | None:
    serving = tracking.champion(model)
    if serving is None:
        return None
    files = tracking.download(model, version=serving.version)
    return Champion(version=serving.version, files=files, card=parse_json(files[CARD], file=CARD))
