"""How the addresses of published forecasts are described in the OpenAPI file."""

from __future__ import annotations

from typing import Any

from salescope.service.errors import NoForecastError
from salescope.service.forecast_call import DEFAULT_LIMIT, FORMATS, INTERVALS
from salescope.service.operations import answer_of, operation
from salescope.service.record_call import INSTANT_PATTERN
from salescope.store import LONGEST_HORIZON, LONGEST_UNIT, MOST_NODES_A_PAGE

__all__ = ["LIST_NODES", "PUBLICATION", "READ_FORECASTS", "SCOPE"]

SCOPE = "forecasts:read"
NO_NUL = r"^[^\x00]+$"

PUBLICATION = {
    "as_of": "2026-03-01T00:00:00Z",
    "at": "2026-03-01T02:10:00Z",
    "versions": {"sales": "2026.03"},
    "unit": "money",
    "currency": "EUR",
    "frequency": "month",
    "horizon": 12,
    "levels": ["all", "region", "rep"],
}
PERIOD = {
    "date": "2026-03-01",
    "step": 1,
    "mean": 1250.0,
    "intervals": [
        {"level": 80, "low": 1100.0, "high": 1400.0, "coverage": 0.81},
        {"level": 95, "low": 1010.0, "high": 1490.0, "coverage": 0.95},
    ],
    "baseline": 1180.0,
    "contributions": {"trend": 1200.0, "season": 40.0, "events": 10.0},
}
ASKED = {"request_id": "crm-2026-03-01-0001", "publication": PUBLICATION}
CURSOR = "WzEsInJlZ2lvbj1Ob3J0aCJd"


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _text(name: str, description: str, *, longest: int) -> dict[str, Any]:
    return _parameter(name, description, type="string", minLength=1, maxLength=longest, pattern=NO_NUL)


LEVEL = _text("level", "Every node of this level of the tree.", longest=120)
PAGING = [
    _parameter(
        "limit",
        "At most so many nodes on the page; where forecasts reach far, fewer.",
        type="integer",
        minimum=1,
        maximum=MOST_NODES_A_PAGE,
        default=DEFAULT_LIMIT,
    ),
    _text("cursor", "The `next_cursor` of the page before, sent with the same parameters.", longest=2_000),
]


def _with_csv(answer: dict[str, Any]) -> dict[str, Any]:
    example = "node,level,date,step,mean,...\r\nregion=North,region,2026-03-01,1,1250.0,...\r\n"
    return {**answer, "content": {**answer["content"], "text/csv": {"schema": {"type": "string"}, "example": example}}}


READ_FORECASTS = operation(
    _with_csv(
        answer_of(
            "ForecastsTold",
            description="A page; the header `Link` names the next one (`rel=next`) where there is one.",
            example={
                **ASKED,
                "forecasts": [
                    {
                        "node": "region=North",
                        "level": "region",
                        "coverage": {"80": 0.81, "95": 0.95},
                        "periods": [PERIOD],
                    }
                ],
                "next_cursor": CURSOR,
            },
        )
    ),
    problems=(NoForecastError, 422),
    scope=SCOPE,
    parameters=[
        _text("node", "Only this node, as `region=North/rep=17`; without node and level, the total.", longest=400),
        LEVEL,
        _parameter(
            "horizon",
            "Only so many periods ahead; left out, all that are published.",
            type="integer",
            minimum=1,
            maximum=LONGEST_HORIZON,
        ),
        _parameter("levels", "Which intervals, in percent.", type="string", enum=list(INTERVALS), default="80,95"),
        _parameter(
            "as_of",
            "As it was said then: the newest forecast whose cutoff is not later. Without an offset it is UTC.",
            type="string",
            pattern=INSTANT_PATTERN,
        ),
        _text("unit", "Refuse any other unit, as `money`; nothing is converted.", longest=LONGEST_UNIT),
        _parameter("currency", "Refuse any other currency, as `EUR`.", type="string", pattern="^[A-Z]{3}$"),
        _parameter(
            "format",
            "`csv` is the table, `supply` the table in columns that stay; left out, what `Accept` says first.",
            type="string",
            enum=list(FORMATS),
        ),
        *PAGING,
    ],
)
LIST_NODES = operation(
    answer_of(
        "ForecastNodes",
        description="A page; the header `Link` names the next one (`rel=next`) where there is one.",
        example={**ASKED, "nodes": [{"node": "region=North", "level": "region"}], "next_cursor": CURSOR},
    ),
    problems=(NoForecastError, 422),
    scope=SCOPE,
    parameters=[{**LEVEL, "description": "Only nodes of this level of the tree."}, *PAGING],
)
