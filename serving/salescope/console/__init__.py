"""Web pages for people who would rather look than call: the model in service, ranked leads, and why."""

from __future__ import annotations

from salescope.console.data import (
    ConsoleData,
    LeadPage,
    LeadReason,
    LeadWish,
    PastScore,
    PublishedModel,
    ScoredLead,
    Viewer,
)
from salescope.console.errors import ConsoleError
from salescope.console.ledger import SCOPE, LedgerData, ReasonSource
from salescope.console.pages import OPEN_PATHS, OPEN_PREFIXES, console_routes

__all__ = [
    "OPEN_PATHS",
    "OPEN_PREFIXES",
    "SCOPE",
    "ConsoleData",
    "ConsoleError",
    "LeadPage",
    "LeadReason",
    "LeadWish",
    "LedgerData",
    "PastScore",
    "PublishedModel",
    "ReasonSource",
    "ScoredLead",
    "Viewer",
    "console_routes",
]
