"""How ``/v1/forecasts:what-if`` is described in the OpenAPI file, and the shape of its answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from salescope.service.errors import NoForecastError, WhatIfUnavailableError
from salescope.service.forecast_answers import ForecastsPublishedIn
from salescope.service.forecast_openapi import PUBLICATION, SCOPE
from salescope.service.operations import answer_of, operation
from salescope.service.what_if_call import DAY_PATTERN, MOST_CHANGES, MOST_LOCKS, MOST_NODES
from salescope.store import LARGEST_VALUE, LONGEST_HORIZON, LONGEST_NODE

__all__ = ["ASK_WHAT_IF", "FORECASTS_TO_CHANGE", "WhatIfNode", "WhatIfPeriod", "WhatIfTold"]


class WhatIfPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """Is one period of a node, as published and as it would be."""

    date: Annotated[date, Meta(description="The first day of the period.")]
    step: Annotated[int, Meta(ge=1, description="1 for the first period ahead.")]
    published: float
    mean: Annotated[float, Meta(description="What it would be; intervals are not told, for none was measured.")]
    by_drivers: Annotated[float, Meta(description="What of the difference the changed drivers move; locks the rest.")]


class WhatIfNode(msgspec.Struct, frozen=True, kw_only=True):
    """Is one node of the answer."""

    node: str
    level: str
    locked: Annotated[bool, Meta(description="Whether the call holds it in some period.")]
    periods: list[WhatIfPeriod]


class WhatIfTold(msgspec.Struct, frozen=True, kw_only=True):
    """Is the answer to a what-if: every node is the sum of its parts, locked ones have their value."""

    request_id: str
    publication: ForecastsPublishedIn
    moved: Annotated[int, Meta(ge=0, description="How many nodes of the whole tree would be others.")]
    nodes: list[WhatIfNode]


NODE = {"type": "string", "minLength": 1, "maxLength": LONGEST_NODE, "pattern": "^[^\\u0000]+$"}
DAY = {"type": "string", "pattern": DAY_PATTERN}
NUMBER = {"type": "number", "minimum": -LARGEST_VALUE, "maximum": LARGEST_VALUE}
REQUEST_EXAMPLE = {
    "locks": {"region=North": {"2026-03-01": 1300.0, "2026-04-01": 1300.0}},
    "changes": [{"driver": "spring sale", "node": "region=North", "dates": ["2026-03-01"], "value": 0.5}],
    "nodes": ["all", "region=North", "region=South"],
}
CHANGE = {
    "type": "object",
    "required": ["driver", "node", "dates", "value"],
    "additionalProperties": False,
    "properties": {
        "driver": NODE,
        "node": NODE,
        "dates": {"type": "array", "minItems": 1, "maxItems": LONGEST_HORIZON, "items": DAY},
        "value": {
            "type": "number",
            "minimum": 0,
            "maximum": 1,
            "description": "The share of each period that the event is to fill; 0 takes it out.",
        },
    },
}
FORECASTS_TO_CHANGE: dict[str, Any] = {
    "type": "object",
    "title": "ForecastsToChange",
    "description": "A call: what is held, and which nodes are to be told. Nothing that is published changes.",
    "additionalProperties": False,
    "properties": {
        "locks": {
            "type": "object",
            "description": "What a node is held at, by its name and the first day of a period.",
            "maxProperties": MOST_LOCKS,
            "propertyNames": NODE,
            "additionalProperties": {
                "type": "object",
                "minProperties": 1,
                "maxProperties": LONGEST_HORIZON,
                "propertyNames": DAY,
                "additionalProperties": NUMBER,
            },
        },
        "changes": {
            "type": "array",
            "description": (
                "Events that would be others: the node stands for all its series. Only those can be changed that the "
                "published forecast has learned from; another one is refused with `what-if-unavailable`."
            ),
            "maxItems": MOST_CHANGES,
            "items": CHANGE,
        },
        "nodes": {
            "type": "array",
            "description": "Which nodes are told; left out, the total and those that are changed or locked.",
            "maxItems": MOST_NODES,
            "items": NODE,
        },
    },
    "examples": [REQUEST_EXAMPLE],
}
ANSWER_EXAMPLE = {
    "request_id": "crm-2026-03-01-0001",
    "publication": PUBLICATION,
    "moved": 4,
    "nodes": [
        {
            "node": "region=North",
            "level": "region",
            "locked": True,
            "periods": [{"date": "2026-03-01", "step": 1, "published": 1250.0, "mean": 1300.0, "by_drivers": 20.0}],
        }
    ],
}
ASK_WHAT_IF = {
    **operation(
        answer_of("WhatIfTold", description="The nodes asked for, in order.", example=ANSWER_EXAMPLE),
        problems=(400, NoForecastError, WhatIfUnavailableError, 408, 413, 415, 422),
        scope=SCOPE,
    ),
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/ForecastsToChange"},
                "example": REQUEST_EXAMPLE,
            }
        },
    },
}
