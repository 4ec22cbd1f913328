"""What people look at before they trust a model: plots of its newest outcomes and its card."""

from salescope.monitoring.card import card_page, png_of
from salescope.monitoring.plots import (
    discrimination_plot,
    evaluation_plots,
    importance_plot,
    lift_plot,
    reliability_plot,
)
from salescope.monitoring.wording import Words, figure_text

__all__ = [
    "Words",
    "card_page",
    "discrimination_plot",
    "evaluation_plots",
    "figure_text",
    "importance_plot",
    "lift_plot",
    "png_of",
    "reliability_plot",
]
