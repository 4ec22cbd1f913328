"""The sections of salescope.yaml as frozen models: what each key means, its default and what it accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

__all__ = [
    "DATE_STYLES",
    "CalibrationSettings",
    "ChurnSettings",
    "Label",
    "LeadSettings",
    "MlflowSettings",
    "Names",
    "OutcomeSettings",
    "PaymentSettings",
    "ProductSettings",
    "SalesSettings",
    "SegmentSettings",
    "ServeSettings",
    "SettingsFile",
    "StoreSettings",
    "TableSettings",
    "ValueSettings",
    "WorkspaceSettings",
]


def _as_word(value: object) -> object:
    """Reads a label as text: YAML has made a number or a boolean of ``1`` and ``true``."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _as_names(value: object) -> object:
    return (value,) if isinstance(value, str) else value


DATE_STYLES = ("day_first", "month_first", "year_first", "named_month", "iso", "excel", "epoch_s", "epoch_ms")
"""The words by which settings say how dates are written; anything else is a format such as ``%d/%m/%Y``."""

Label = Annotated[str, BeforeValidator(_as_word)]
"""A value of a column of the user's, as text."""

Names = Annotated[tuple[str, ...], BeforeValidator(_as_names), Field(min_length=1)]
"""A column of the user's, or several names of it, of which the first that a file has is taken."""


class Section(BaseModel):
    """Is a section of the file: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _may_be_empty(cls, value: object) -> object:
        # A section whose keys are all commented out is null in YAML, and means its defaults.
        return {} if value is None else value


class WorkspaceSettings(Section):
    """Says what the workspace is called and how it speaks."""

    name: str = Field(default="Salescope", min_length=1, description="The name shown in reports and on pages.")
    language: Literal["en", "zh"] = Field(default="en", description="The language of reasons and reports.")
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$", description="ISO 4217 code of every amount.")


class TableSettings(Section):
    """Says where a canonical table comes from, and which of the user's columns are which of ours."""

    path: str | None = Field(
        default=None, description="A file: .csv, .tsv, .txt, .xlsx or .parquet; relative to the workspace."
    )
    url: str | None = Field(default=None, description="An SQLAlchemy address, as sqlite:///crm.db.")
    table: str | None = Field(default=None, description="With url: the table to read.")
    query: str | None = Field(default=None, description="With url: the query to read.")
    sheet: str | None = Field(default=None, description="With .xlsx: the sheet; the first by default.")
    columns: Mapping[str, Names] = Field(
        default_factory=dict, description="Our column: theirs, or several names of it."
    )
    encoding: str | None = Field(default=None, description="The encoding; detected by default.")
    separator: str | None = Field(
        default=None, min_length=1, max_length=1, description="The separator; detected by default."
    )
    decimal: Literal[",", "."] | None = Field(default=None, description="The decimal mark; detected by default.")
    dates: Mapping[str, str] = Field(
        default_factory=dict,
        description="Our column: day_first, month_first, year_first, excel, epoch_s, epoch_ms or a format as %d/%m/%Y.",
    )
    time: Literal["naive", "utc"] | None = Field(
        default=None,
        description="How times are meant; by default utc where they carry an offset, naive local otherwise.",
    )
    missing: tuple[Label, ...] = Field(default=(), description="Further marks of a missing value, as 'unknown'.")
    max_megabytes: int = Field(default=2_000, ge=1, description="The largest file that is read.")

    @model_validator(mode="after")
    def _has_one_source(self) -> TableSettings:
        # pydantic adds the place to these and collects them; they leave this package as a SettingsError.
        if (self.path is None) == (self.url is None):
            raise PydanticCustomError("source", "give either 'path' or 'url'")
        if self.url is not None and (self.table is None) == (self.query is None):
            raise PydanticCustomError("source", "give either 'table' or 'query' beside 'url'")
        if self.url is None and (self.table or self.query):
            raise PydanticCustomError("source", "'table' and 'query' belong to 'url', not to 'path'")
        return self


class OutcomeSettings(Section):
    """Says which values of which column mean won, lost and open.

    The first of these that holds decides: `won_when`, a value among `won`, `lost_when`, a value among `lost`, a value
    among `open`, a missing value (open). Letter case is ignored; ``"*"`` among `open` means every other value.
    """

    column: Names = Field(description="The column, or several names of it.")
    won: tuple[Label, ...] = Field(default=(), description="Values that mean won.")
    lost: tuple[Label, ...] = Field(default=(), description="Values that mean lost.")
    open: tuple[Label, ...] = Field(default=(), description="Values that mean open; '*' for every other one.")
    won_when: Mapping[str, tuple[Label, ...]] = Field(default_factory=dict, description="Another column that says won.")
    lost_when: Mapping[str, tuple[Label, ...]] = Field(
        default_factory=dict, description="Another column that says lost, as Active: ['false']."
    )

    @model_validator(mode="after")
    def _says_each_value_once(self) -> OutcomeSettings:
        seen: set[str] = set()
        for value in (*self.won, *self.lost, *self.open):
            if value.casefold() in seen:
                raise PydanticCustomError("outcome", "{value} is given twice", {"value": repr(value)})
            seen.add(value.casefold())
        if not (self.won or self.won_when):
            raise PydanticCustomError("outcome", "name at least one value that means won")
        return self


class CalibrationSettings(Section):
    """Says how strictly probabilities are checked against what really happened."""

    bins: int = Field(default=10, ge=2, le=100, description="Equal-count bins of the calibration error.")
    level: float = Field(
        default=95.0, gt=50.0, lt=100.0, description="Percentile of the noise floor that a model must keep."
    )


class LeadSettings(Section):
    """Says how leads are learned from."""

    outcome: OutcomeSettings | None = Field(default=None, description="Which values mean won, lost and open.")
    order_by: str | None = Field(
        default=None,
        description="What tells older from newer: outcome_at, created_at, row_order or a column. By default the first "
        "of these two times that is mapped.",
    )
    period: str | None = Field(
        default=None, description="A column whose consecutive runs are periods, or month of the outcomes."
    )
    exclude: tuple[str, ...] = Field(default=(), description="Columns never learned from; each must exist.")
    exclude_if_present: tuple[str, ...] = Field(default=(), description="The same, for columns an export may lack.")
    allow: tuple[str, ...] = Field(
        default=(), description="Columns the leakage audit flags and you know to be harmless."
    )
    outcome_window: int | None = Field(
        default=None, ge=1, description="Days within which a lead must be won; no limit by default."
    )
    newest_share: float = Field(
        default=0.2, gt=0.0, lt=1.0, description="Share of the newest outcomes kept for the verdict."
    )
    grades: Mapping[Literal["A", "B", "C"], int] = Field(
        default={"A": 80, "B": 60, "C": 40},
        description="The lowest score of each grade; D is the rest.",
    )
    tune_trials: int = Field(default=0, ge=0, description="Trials of the search for better trees; 0 for none.")
    calibration: CalibrationSettings = Field(default=CalibrationSettings(), description="The calibration check.")
    seed: int = Field(default=0, ge=0, description="The seed of everything random.")

    @model_validator(mode="after")
    def _has_falling_grades(self) -> LeadSettings:
        floors = [self.grades[grade] for grade in ("A", "B", "C") if grade in self.grades]
        if len(floors) != 3 or not 100 >= floors[0] > floors[1] > floors[2] >= 1:
            raise PydanticCustomError("grades", "'grades' needs A, B and C, falling, between 100 and 1")
        return self

    @property
    def excluded(self) -> frozenset[str]:
        """Lists every column that is never learned from."""
        return frozenset(self.exclude) | frozenset(self.exclude_if_present)


class ChurnSettings(Section):
    """Says when a customer counts as left, and how that is learned from."""

    basis: Literal["orders", "contract"] | None = Field(
        default=None,
        description="Whether leaving means no order within the window, or that a contract ends (customers.churned_at). "
        "By default orders where that table is mapped.",
    )
    outcome_window: int | None = Field(
        default=None,
        ge=1,
        description="Days within which a customer orders or has left; by default proposed from the customers' gaps.",
    )
    every: int = Field(default=30, ge=1, description="Days between the moments at which customers are looked at.")
    moments: int = Field(default=12, ge=2, le=120, description="The most moments, counted back from the newest.")
    exclude: tuple[str, ...] = Field(default=(), description="Attributes of customers never learned from.")
    allow: tuple[str, ...] = Field(
        default=(), description="Columns the leakage audit flags and you know to be harmless."
    )
    tune_trials: int = Field(default=0, ge=0, description="Trials of the search for better trees; 0 for none.")
    seed: int = Field(default=0, ge=0, description="The seed of everything random.")


class ValueSettings(Section):
    """Says how far ahead orders and money of customers are expected."""

    horizon: int = Field(
        default=365, ge=1, description="Days ahead; shortened to half of the history where that is shorter."
    )
    seed: int = Field(default=0, ge=0, description="The seed of everything random.")


Cuts = tuple[float, float, float, float]


class SegmentSettings(Section):
    """Says where the tiers of customers begin."""

    cuts: Mapping[Literal["recency", "frequency", "money"], Cuts] = Field(
        default_factory=dict,
        description="Four rising cut points set by hand, as frequency: [1, 2, 4, 8]; the others are learned.",
    )
    new_within: float = Field(
        default=90.0, ge=0.0, description="Days since the first order within which a customer is new."
    )
    judged_days: int = Field(default=90, ge=1, description="Days of the newest orders that tell how tiers differ.")

    @model_validator(mode="after")
    def _has_rising_cuts(self) -> SegmentSettings:
        for name, cuts in self.cuts.items():
            if list(cuts) != sorted(set(cuts)):
                raise PydanticCustomError("cuts", "'{name}' needs four rising numbers", {"name": name})
        return self


class PaymentSettings(Section):
    """Says how the payment of invoices is learned from."""

    exclude: tuple[str, ...] = Field(
        default=(), description="Columns of invoices and attributes of customers never learned from."
    )
    allow: tuple[str, ...] = Field(
        default=(), description="Columns the leakage audit flags and you know to be harmless."
    )
    tune_trials: int = Field(default=0, ge=0, description="Trials of the search for better trees; 0 for none.")
    seed: int = Field(default=0, ge=0, description="The seed of everything random.")


class ProductSettings(Section):
    """Says which products are recommended."""

    exclude: tuple[Label, ...] = Field(
        default=(), description="Products never recommended nor learned from, as postage and fees."
    )
    judged_days: int = Field(default=30, ge=1, description="Days of the newest orders that recommendations must find.")


class SalesSettings(Section):
    """Says how sales are forecast."""

    frequency: Literal["day", "week", "month", "quarter"] = Field(
        default="month", description="The periods: day, week, month or quarter."
    )
    horizon: int = Field(default=12, ge=1, le=1_000, description="How many periods ahead.")
    hierarchy: Mapping[str, Names] = Field(
        default={"region": ("region",), "rep": ("region", "rep_id")},
        description="Each level below the total: the columns of orders, products or customers that make it; columns "
        "that no mapped table has are left out.",
    )
    measure: Literal["money", "quantity"] = Field(default="money", description="Money net of discounts, or quantity.")
    levels: tuple[Annotated[int, Field(ge=1, le=99)], ...] = Field(
        default=(80, 95), min_length=1, description="Prediction intervals, in percent, rising."
    )
    windows: int = Field(
        default=6, ge=1, le=120, description="Windows of the past by which members are chosen and intervals measured."
    )
    country: str | None = Field(
        default=None, description="Whose holidays are known ahead: CN, TW, or a part of a country, as DE-BY."
    )
    events: str | None = Field(
        default=None,
        description="A file of events known ahead: event, start, and where there are any end and node (region=North).",
    )
    drivers: str | None = Field(
        default=None,
        description="A file of prices and other series known ahead: driver, date, value, kind (price or driver), node.",
    )
    seed: int = Field(default=0, ge=0, description="The seed of everything random.")

    @model_validator(mode="after")
    def _has_rising_levels(self) -> SalesSettings:
        if list(self.levels) != sorted(set(self.levels)):
            raise PydanticCustomError("levels", "'levels' needs rising numbers, each once")
        return self


class MlflowSettings(Section):
    """Says where runs are tracked."""

    tracking_uri: str | None = Field(default=None, description="An MLflow address; SQLite in the workspace by default.")


class StoreSettings(Section):
    """Says where the service keeps its keys and predictions."""

    url: str | None = Field(default=None, description="An SQLAlchemy address; SQLite in the workspace by default.")


class ServeSettings(Section):
    """Says where the service listens."""

    host: str = Field(default="127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(default=8080, ge=0, le=65_535, description="The port; 0 takes a free one.")


class SettingsFile(Section):
    """Is the whole of salescope.yaml."""

    workspace: WorkspaceSettings = Field(default=WorkspaceSettings())
    tables: Mapping[str, TableSettings] = Field(default_factory=dict)
    leads: LeadSettings = Field(default=LeadSettings())
    churn: ChurnSettings = Field(default=ChurnSettings())
    value: ValueSettings = Field(default=ValueSettings())
    segments: SegmentSettings = Field(default=SegmentSettings())
    products: ProductSettings = Field(default=ProductSettings())
    payments: PaymentSettings = Field(default=PaymentSettings())
    sales: SalesSettings = Field(default=SalesSettings())
    mlflow: MlflowSettings = Field(default=MlflowSettings())
    store: StoreSettings = Field(default=StoreSettings())
    serve: ServeSettings = Field(default=ServeSettings())
