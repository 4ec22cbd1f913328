"""Made companies shared by the tests of the simulation; nobody changes them."""

from __future__ import annotations

import pytest

from salescope.simulation import CompanySize, MadeCompany, simulate


@pytest.fixture(scope="session")
def tiny() -> MadeCompany:
    return simulate(seed=1, size=CompanySize.tiny())


@pytest.fixture(scope="session")
def small() -> MadeCompany:
    return simulate(seed=0, size=CompanySize.small())
