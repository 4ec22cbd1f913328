"""How large a made company is."""

from __future__ import annotations

from dataclasses import dataclass, fields

from salescope.frames.errors import OutOfRangeError

__all__ = ["CompanySize"]

LEAST = {"days": 120, "leads": 20, "customers": 20, "order_lines": 100, "products": 6, "representatives": 5}


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySize:
    """Says how many of everything a made company has.

    Parameters
    ----------
    days : int
        Length of its history, days; at least 120.
    leads : int
        Leads created in that time, closed and open ones together; at least 20.
    customers : int
        Customers, those who have left included; at least 20.
    order_lines : int
        Expected count of order lines without returns; the true count varies around it. At least 100.
    products : int
        Products of all six categories; at least 6.
    representatives : int
        Representatives of all five regions; at least 5.

    Raises
    ------
    OutOfRangeError
        When a count is below its least.

    Examples
    --------
    >>> CompanySize.small().leads
    6000
    >>> CompanySize(days=30, leads=20, customers=20, order_lines=100, products=6, representatives=5)
    Traceback (most recent call last):
    ...
    salescope.frames.errors.OutOfRangeError: 30 is out of range for days in CompanySize: give a value of at least 120.
    """

    days: int
    leads: int
    customers: int
    order_lines: int
    products: int
    representatives: int

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value < LEAST[field.name]:
                raise OutOfRangeError(value, name=field.name, where="CompanySize", least=LEAST[field.name])

    @classmethod
    def tiny(cls) -> CompanySize:
        """Is a company for tests: eight months, 400 leads.

        Returns
        -------
        CompanySize
            The preset.
        """
        return cls(days=244, leads=400, customers=120, order_lines=1_500, products=12, representatives=6)

    @classmethod
    def small(cls) -> CompanySize:
        """Is the company of the demo: eighteen months, 6,000 leads, 2,000 customers, 40,000 order lines.

        Returns
        -------
        CompanySize
            The preset.
        """
        return cls(days=547, leads=6_000, customers=2_000, order_lines=40_000, products=60, representatives=25)

    @classmethod
    def medium(cls) -> CompanySize:
        """Is a company of two years: 40,000 leads, 20,000 customers, 400,000 order lines.

        Returns
        -------
        CompanySize
            The preset.
        """
        return cls(days=731, leads=40_000, customers=20_000, order_lines=400_000, products=150, representatives=80)

    @classmethod
    def large(cls, order_lines: int = 10_000_000) -> CompanySize:
        """Is a company of three years for measurements of speed.

        Parameters
        ----------
        order_lines : int, default 10,000,000
            Expected order lines; a customer has twenty of them on average.

        Returns
        -------
        CompanySize
            The preset.
        """
        customers = max(LEAST["customers"], order_lines // 20)
        return cls(
            days=1_096,
            leads=max(LEAST["leads"], order_lines // 50),
            customers=customers,
            order_lines=order_lines,
            products=300,
            representatives=200,
        )
