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
from salescope.console.extension import ConsoleExtension, console_extension
from salescope.console.ledger import SCOPE, LedgerData
from salescope.console.pages import console_routes

__all__ = [
    "SCOPE",
    "ConsoleData",
    "ConsoleError",
    "ConsoleExtension",
    "LeadPage",
    "LeadReason",
    "LeadWish",
    "LedgerData",
    "PastScore",
    "PublishedModel",
    "ScoredLead",
    "Viewer",
    "console_extension",
    "console_routes",
]
