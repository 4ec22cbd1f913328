"""Makes a sales department whose truth is known: for the demo, and for tests that need the right answer."""

from __future__ import annotations

from salescope.simulation.company import MadeCompany, simulate
from salescope.simulation.incidents import INCIDENTS
from salescope.simulation.leaks import LEAKS
from salescope.simulation.size import CompanySize

__all__ = ["INCIDENTS", "LEAKS", "CompanySize", "MadeCompany", "simulate"]
