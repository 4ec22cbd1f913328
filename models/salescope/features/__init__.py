"""Point-in-time features, the same code in training and in serving."""

from salescope.features.encoding import AttributeEncoder, Feature
from salescope.features.leads import lead_features, lead_snapshots, record_features

__all__ = ["AttributeEncoder", "Feature", "lead_features", "lead_snapshots", "record_features"]
