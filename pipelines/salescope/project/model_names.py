"""The models that a workspace may have: each names an experiment, a registered model and a published folder."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["ModelName"]


class ModelName(StrEnum):
    """Names the models there are.

    Examples
    --------
    >>> [str(name) for name in ModelName]
    ['leads', 'churn', 'value', 'payments', 'segments', 'products', 'sales']
    """

    LEADS = "leads"
    CHURN = "churn"
    VALUE = "value"
    PAYMENTS = "payments"
    SEGMENTS = "segments"
    PRODUCTS = "products"
    SALES = "sales"
