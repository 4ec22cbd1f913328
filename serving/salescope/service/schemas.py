"""JSON schemas of every body, made from the very classes that are written to the wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from salescope.service.health import Alive, Ready
from salescope.service.lead_answer import LeadScores
from salescope.service.lead_openapi import LEAD_RECORD, LEADS_TO_SCORE
from salescope.service.models import ModelCard, Models
from salescope.service.problems import Problem

__all__ = ["component_schemas"]

WRITTEN: Sequence[type] = (Alive, LeadScores, ModelCard, Models, Problem, Ready)


def component_schemas() -> dict[str, Any]:
    """Makes the named schemas of the OpenAPI file.

    Returns
    -------
    dict of str to dict
        By name, sorted.

    Examples
    --------
    >>> sorted(component_schemas())[:3]
    ['Alive', 'LeadProblem', 'LeadReason']
    """
    _, components = msgspec.json.schema_components(WRITTEN, ref_template="#/components/schemas/{name}")
    return dict(sorted({**components, "LeadRecord": LEAD_RECORD, "LeadsToScore": LEADS_TO_SCORE}.items()))
