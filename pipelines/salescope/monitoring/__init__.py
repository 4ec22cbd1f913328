"""What people look at before they trust a model: plots of its newest outcomes and its card."""

from salescope.monitoring.backtest_plots import backtest_plot
from salescope.monitoring.card import card_page, png_of
from salescope.monitoring.event_marks import node_events
from salescope.monitoring.forecast_plots import ForecastMarks, forecast_plot, measured_coverage, node_history
from salescope.monitoring.pictures import PICTURE_ENDINGS, check_picture, svg_of, write_picture
from salescope.monitoring.plots import (
    discrimination_plot,
    evaluation_plots,
    importance_plot,
    lift_plot,
    reliability_plot,
)
from salescope.monitoring.recent_records import RecentDrift, recent_drift
from salescope.monitoring.sales_plots import sales_plots
from salescope.monitoring.track_page import TRACK_FIGURES, track_page, track_plots
from salescope.monitoring.track_plots import calibration_track_plot, drift_plot, track_plot
from salescope.monitoring.wording import Words, figure_text

__all__ = [
    "PICTURE_ENDINGS",
    "TRACK_FIGURES",
    "ForecastMarks",
    "RecentDrift",
    "Words",
    "backtest_plot",
    "calibration_track_plot",
    "card_page",
    "check_picture",
    "discrimination_plot",
    "drift_plot",
    "evaluation_plots",
    "figure_text",
    "forecast_plot",
    "importance_plot",
    "lift_plot",
    "measured_coverage",
    "node_events",
    "node_history",
    "png_of",
    "recent_drift",
    "reliability_plot",
    "sales_plots",
    "svg_of",
    "track_page",
    "track_plot",
    "track_plots",
    "write_picture",
]
