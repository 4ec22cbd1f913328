"""All models that answer, each watched in its own published folder."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, Literal, overload

from salescope.bundle import KINDS
from salescope.project import ModelName
from salescope.service.errors import NoModelError
from salescope.service.lead_model import LiveLeads, load_live_leads
from salescope.service.live_model import LiveModel, load_live_model
from salescope.service.watcher import ModelWatcher

__all__ = ["KIND_OF", "LOADERS", "LiveModels", "Loader", "loader_of"]

Loader = Callable[[Path], LiveModel[Any]]

# What each model's bundles must hold; a model that needs more than `LiveModel` knows has a loader of its own.
KIND_OF: Mapping[str, str] = {
    ModelName.CHURN: "churn_scorer",
    ModelName.VALUE: "lifetime_value",
    ModelName.PAYMENTS: "payment_scorer",
    ModelName.SEGMENTS: "segmenter",
    ModelName.PRODUCTS: "product_recommender",
}


def loader_of(kind: str) -> Loader:
    """Makes the loader of the models of a kind.

    Parameters
    ----------
    kind : str
        As "churn_scorer".

    Returns
    -------
    callable
        It imports the model's code when it is called, so that a service without that model does not pay.
    """
    return lambda folder: load_live_model(KINDS[kind](), folder)


LOADERS: Mapping[str, Loader] = {
    ModelName.LEADS: load_live_leads,
    **{model: loader_of(kind) for model, kind in KIND_OF.items() if kind in KINDS},
}


class LiveModels:
    """Keeps the newest sound version of each model at hand.

    Parameters
    ----------
    published : Path
        The folder of promoted bundles, one folder a model.
    pool : Executor
        Where bundles are loaded, off the event loop.
    loaders : mapping of str to callable
        For each model that may be served, what loads the current bundle of its folder; the first is the one whose
        absence is told where there is none at all.

    Notes
    -----
    A model is a key of it: ``models["leads"]`` gives the loaded model or raises `NoModelError`. LiveModels come and go
    without each other: a bundle that cannot be loaded costs a warning, and its own model at most.
    """

    def __init__(self, published: Path, *, pool: Executor, loaders: Mapping[str, Loader]) -> None:
        self._watchers = {
            str(name): ModelWatcher(published / name, pool=pool, load=load) for name, load in loaders.items()
        }

    @overload
    def __getitem__(self, name: Literal["leads"]) -> LiveLeads: ...
    @overload
    def __getitem__(self, name: str) -> LiveModel[Any]: ...
    def __getitem__(self, name: str) -> LiveModel[Any]:
        return self._watchers[name].model

    @property
    def loaded(self) -> dict[str, LiveModel[Any]]:
        """Gives the models that there are, by name."""
        found = {name: watcher.loaded for name, watcher in self._watchers.items()}
        return {name: model for name, model in found.items() if model is not None}

    @property
    def first(self) -> LiveModel[Any]:
        """Gives the first model that there is.

        Raises
        ------
        NoModelError
            If there is none; the message says what could not be loaded, or what to do.
        """
        for model in self.loaded.values():
            return model
        if self.warnings:
            raise NoModelError(" ".join(self.warnings))
        return next(iter(self._watchers.values())).model

    @property
    def warnings(self) -> list[str]:
        """Says which bundles could not be loaded, and why."""
        return [watcher.warning for watcher in self._watchers.values() if watcher.warning is not None]

    async def check(self) -> None:
        """Looks at every pointer once, and loads what has moved."""
        for watcher in self._watchers.values():
            await watcher.check()

    async def watch(self, *, every: float) -> None:
        """Looks at the pointers again and again, until it is cancelled.

        Parameters
        ----------
        every : float
            Seconds between two looks.
        """
        await asyncio.gather(*(watcher.watch(every=every) for watcher in self._watchers.values()))
