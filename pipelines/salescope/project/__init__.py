"""A workspace: the settings in salescope.yaml, validated and frozen, and the folders that belong to them."""

from salescope.project.creation import PRESETS, init_workspace
from salescope.project.model_names import ModelName
from salescope.project.settings import (
    CalibrationSettings,
    ChurnSettings,
    LeadSettings,
    OutcomeSettings,
    PaymentSettings,
    ProductSettings,
    SalesSettings,
    SegmentSettings,
    ServeSettings,
    TableSettings,
    ValueSettings,
)
from salescope.project.workspace import SETTINGS_FILE, Workspace, load_workspace

__all__ = [
    "PRESETS",
    "SETTINGS_FILE",
    "CalibrationSettings",
    "ChurnSettings",
    "LeadSettings",
    "ModelName",
    "OutcomeSettings",
    "PaymentSettings",
    "ProductSettings",
    "SalesSettings",
    "SegmentSettings",
    "ServeSettings",
    "TableSettings",
    "ValueSettings",
    "Workspace",
    "init_workspace",
    "load_workspace",
]
