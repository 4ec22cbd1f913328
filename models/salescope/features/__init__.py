"""Point-in-time features, the same code in training and in serving."""

from salescope.features.customer_engine import Engine
from salescope.features.customer_records import customer_record_features
from salescope.features.customer_snapshots import customer_snapshots
from salescope.features.customers import customer_features
from salescope.features.encoding import AttributeEncoder, Feature
from salescope.features.invoice_records import invoice_record_features
from salescope.features.invoice_snapshots import invoice_snapshots
from salescope.features.invoices import invoice_features
from salescope.features.leads import lead_features, lead_snapshots, record_features

__all__ = [
    "AttributeEncoder",
    "Engine",
    "Feature",
    "customer_features",
    "customer_record_features",
    "customer_snapshots",
    "invoice_features",
    "invoice_record_features",
    "invoice_snapshots",
    "lead_features",
    "lead_snapshots",
    "record_features",
]
