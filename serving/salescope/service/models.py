"""``/v1/models``: which models answer, how good they are, and what they read."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from salescope.service.access import require
from salescope.service.answers import json_response
from salescope.service.errors import UnknownModelError
from salescope.service.live_model import LiveModel
from salescope.service.operations import Address, answer_of, operation, router_of
from salescope.service.wiring import wiring_of

__all__ = ["ModelCard", "ModelSummary", "Models", "model_routes"]

SCOPE = "models:read"

AsOf = Annotated[str | None, Meta(description="Until when the model has learned; null where its card does not say.")]
Figures = Annotated[dict[str, Any], Meta(description="How good it was on the newest outcomes.")]


class ModelSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Names a model that answers."""

    name: Annotated[str, Meta(examples=["leads"])]
    version: str
    digest: Annotated[str, Meta(description="SHA-256 of the manifest of its bundle.")]
    as_of: AsOf
    figures: Figures


class Models(msgspec.Struct, frozen=True, kw_only=True):
    """Lists the models that answer; empty before the first promotion."""

    request_id: str
    models: list[ModelSummary]


class ModelCard(msgspec.Struct, frozen=True, kw_only=True):
    """Says all that is known of a model."""

    model: Annotated[str, Meta(examples=["leads"])]
    version: str
    digest: Annotated[str, Meta(description="SHA-256 of the manifest of its bundle.")]
    as_of: AsOf
    request_id: str
    figures: Figures
    card: Annotated[dict[str, Any], Meta(description="The whole card, as its trainer wrote it.")]
    input: Annotated[dict[str, Any], Meta(description="Which fields a record may have, with kinds and an example.")]


SUMMARY_EXAMPLE = {
    "name": "leads",
    "version": "7",
    "digest": "3f0c9a1b22de4c5f8a90b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4e5f60",
    "as_of": "2026-02-28",
    "figures": {"auc": 0.81, "log_loss": 0.27},
}
FIELD_EXAMPLE = {
    "name": "source",
    "label": None,
    "kind": "category",
    "categories": ["fair", "web"],
    "usual": None,
    "example": "web",
}
CARD_EXAMPLE = {
    "model": "leads",
    "version": "7",
    "digest": SUMMARY_EXAMPLE["digest"],
    "as_of": "2026-02-28",
    "request_id": "crm-2026-03-01-0001",
    "figures": SUMMARY_EXAMPLE["figures"],
    "card": {"data": {"as_of": "2026-02-28"}, "figures": {"newest": SUMMARY_EXAMPLE["figures"]}},
    "input": {"columns": [FIELD_EXAMPLE], "ignored": {}, "example": {"source": "web"}},
}
NAME_PARAMETER = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "The name of a model, as `leads`.",
    "schema": {"type": "string", "minLength": 1},
    "example": "leads",
}
LIST_MODELS = operation(
    answer_of(
        "Models",
        description="The models that answer.",
        example={"request_id": "crm-2026-03-01-0001", "models": [SUMMARY_EXAMPLE]},
    ),
    problems=(),
    scope=SCOPE,
)
READ_MODEL = operation(
    answer_of("ModelCard", description="The model.", example=CARD_EXAMPLE),
    problems=(404,),
    scope=SCOPE,
    parameters=[NAME_PARAMETER],
)


def model_routes() -> APIRouter:
    """Makes the addresses about models.

    Returns
    -------
    APIRouter
    """
    return router_of(
        "models",
        Address(path="/v1/models", endpoint=list_models, summary="List models", described=LIST_MODELS),
        Address(path="/v1/models/{name}", endpoint=read_model, summary="Read a model", described=READ_MODEL),
    )


async def list_models(request: Request) -> Response:
    """Lists the models that answer, with their figures."""
    require(request, SCOPE)
    found = [_summary(model) for model in wiring_of(request.scope).models.loaded.values()]
    return json_response(Models(request_id=request.state.request_id, models=found))


async def read_model(request: Request) -> Response:
    """Gives a model's figures, its card and the fields it reads."""
    require(request, SCOPE)
    loaded = wiring_of(request.scope).models.loaded
    model = loaded.get(request.path_params["name"])
    if model is None:
        raise UnknownModelError(served=list(loaded))
    return json_response(
        ModelCard(
            model=model.name,
            version=model.version,
            digest=model.digest,
            as_of=model.as_of,
            request_id=request.state.request_id,
            figures=model.figures,
            card=dict(model.card),
            input=dict(model.schema),
        )
    )


def _summary(model: LiveModel[Any]) -> ModelSummary:
    return ModelSummary(
        name=model.name, version=model.version, digest=model.digest, as_of=model.as_of, figures=model.figures
    )
