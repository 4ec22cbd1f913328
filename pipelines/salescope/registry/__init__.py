"""Published bundles and the tracking store: what is current, how it became so, and how to go back.

Importing this package costs no MLflow: the service needs only the published folder. What talks to MLflow is imported
by its own name, as ``from salescope.registry.tracking import Tracking``.
"""

from __future__ import annotations

from salescope.registry.published import POINTER, Published, current, load_current, publish, read_bundle, rollback

__all__ = ["POINTER", "Published", "current", "load_current", "publish", "read_bundle", "rollback"]
