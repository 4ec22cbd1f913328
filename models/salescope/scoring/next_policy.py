"""How customers are chosen: everything that is read and assumed, as settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from salescope.frames.errors import OutOfRangeError
from salescope.scoring.cadence import Cadence
from salescope.scoring.next_steps import STEPS, Step
from salescope.scoring.opt_outs import OptOuts

__all__ = ["CustomerColumns", "NextPolicy"]


@dataclass(frozen=True, slots=True)
class CustomerColumns:
    """Says which columns of the customers are read, beside "customer_id", "tier" and what the steps name.

    Parameters
    ----------
    representative : str, default "owner"
        Who looks after the customer, a key of the representatives.
    leaves : str, default "churn_probability"
        The chance to leave.
    since_contact : str, default "days_since_last_contact"
        Days since the last contact; where it is missing and `contacts` is 0, days since the first order count.
    since_first : str, default "days_since_first_order"
        Days since the first order.
    contacts : str, default "contacts_total"
        How many contacts there were.
    """

    representative: str = "owner"
    leaves: str = "churn_probability"
    since_contact: str = "days_since_last_contact"
    since_first: str = "days_since_first_order"
    contacts: str = "contacts_total"


@dataclass(frozen=True, slots=True)
class NextPolicy:
    """Says how customers are chosen; everything that is assumed stands here.

    Parameters
    ----------
    steps : tuple of Step
        What can be done, see `salescope.scoring.next_steps.STEPS`. A step whose columns are not there is left out.
    cadence : Cadence
        How often customers are seen.
    opt_outs : OptOuts
        Who must not be contacted.
    columns : CustomerColumns
        What is read.
    capacity_share : float, default 1
        The share of a representative's capacity that recommendations may take: 0.25 for a week of a month.
    top : int, optional
        At most so many customers a representative, whatever the capacity.

    Raises
    ------
    OutOfRangeError
        When a number is below 0, or there is no step.
    """

    steps: tuple[Step, ...] = STEPS
    cadence: Cadence = field(default_factory=Cadence)
    opt_outs: OptOuts = field(default_factory=OptOuts)
    columns: CustomerColumns = field(default_factory=CustomerColumns)
    capacity_share: float = 1.0
    top: int | None = None

    def __post_init__(self) -> None:
        if not self.steps:
            raise OutOfRangeError(0, name="steps", where="NextPolicy", least=1)
        for name, value in (("capacity_share", self.capacity_share), ("top", self.top)):
            if value is not None and not value >= 0:
                raise OutOfRangeError(value, name=name, where="NextPolicy", least=0)
