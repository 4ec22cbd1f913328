"""Point-in-time features, the same code in training and in serving."""

from salescope.features.encoding import AttributeEncoder, Feature

__all__ = ["AttributeEncoder", "Feature"]
