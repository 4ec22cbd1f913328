"""All tables of the data contract by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from salescope.frames.contacts import CONTACTS
from salescope.frames.contract import Table
from salescope.frames.customers import CUSTOMERS
from salescope.frames.drivers import DRIVERS
from salescope.frames.events import EVENTS
from salescope.frames.invoices import INVOICES
from salescope.frames.lead_events import LEAD_EVENTS
from salescope.frames.leads import LEADS
from salescope.frames.orders import ORDERS
from salescope.frames.products import PRODUCTS
from salescope.frames.representatives import REPRESENTATIVES
from salescope.frames.spend import SPEND
from salescope.frames.targets import TARGETS

__all__ = ["TABLES"]

TABLES: Mapping[str, Table] = MappingProxyType(
    {
        table.name: table
        for table in (
            LEADS,
            LEAD_EVENTS,
            CUSTOMERS,
            ORDERS,
            PRODUCTS,
            INVOICES,
            CONTACTS,
            REPRESENTATIVES,
            TARGETS,
            SPEND,
            EVENTS,
            DRIVERS,
        )
    }
)
"""The canonical tables by name, in the order of the design's table."""
