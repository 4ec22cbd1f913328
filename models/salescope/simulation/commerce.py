"""The commerce of a made company: everything but its leads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from salescope.simulation.agenda import Agenda, draw_agenda, events_table
from salescope.simulation.contacts import contacts_table
from salescope.simulation.customers import customers_table, draw_customers
from salescope.simulation.demand import build_demand
from salescope.simulation.drivers import Climate, draw_climate, drivers_table
from salescope.simulation.future import customers_truth
from salescope.simulation.incidents import incidents_table, plan_incidents, recorded, troubled
from salescope.simulation.invoices import invoices_table
from salescope.simulation.orders import draw_lines, draw_returns, orders_table
from salescope.simulation.period import Period
from salescope.simulation.products import draw_catalogue, products_table
from salescope.simulation.representatives import SalesForce
from salescope.simulation.sales import mean_sales, sales_truth
from salescope.simulation.size import CompanySize
from salescope.simulation.spend import Media, draw_media, response_table, spend_table
from salescope.simulation.streams import stream
from salescope.simulation.targets import targets_table
from salescope.simulation.world import World

__all__ = ["Commerce", "make_commerce"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Holds what moves demand from outside.

    Parameters
    ----------
    agenda : Agenda
        Seasons, holidays, promotions.
    media : Media
        Spend and its uplift.
    climate : Climate
        The economy and the weather.
    """

    agenda: Agenda
    media: Media
    climate: Climate


@dataclass(frozen=True, slots=True)
class Commerce:
    """Holds the recorded tables, the truth, and the world they come from.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        All tables of the contract but leads, lead_events and representatives.
    truth : mapping of str to DataFrame
        ``customers``, ``sales``, ``incidents`` and ``spend_response``.
    world : World
        The company with its incidents of demand.
    """

    tables: Mapping[str, pd.DataFrame]
    truth: Mapping[str, pd.DataFrame]
    world: World


def draw_surroundings(seed: int, *, period: Period) -> Surroundings:
    """Draws what moves demand from outside.

    Parameters
    ----------
    seed : int
        Seed of the company.
    period : Period
        The history and the days ahead.

    Returns
    -------
    Surroundings
        Agenda, spend and climate.
    """
    return Surroundings(
        agenda=draw_agenda(period, rng=stream(seed, "events")),
        media=draw_media(period, rng=stream(seed, "spend")),
        climate=draw_climate(period, rng=stream(seed, "drivers")),
    )


def calm_world(seed: int, *, size: CompanySize, force: SalesForce, period: Period, around: Surroundings) -> World:
    """Builds the company before anything goes wrong.

    Parameters
    ----------
    seed : int
        Seed of the company.
    size : CompanySize
        How large it is; its customers buy just often enough to give the wished order lines on average.
    force : SalesForce
        The representatives.
    period : Period
        The history and the days ahead.
    around : Surroundings
        What moves demand from outside.

    Returns
    -------
    World
        The company.
    """
    catalogue = draw_catalogue(size.products, period=period, rng=stream(seed, "products"))
    common = around.climate.factor * around.media.uplift
    demand = build_demand(catalogue, agenda=around.agenda, common=common, price=catalogue.prices(period.dates))
    book = draw_customers(size.customers, force=force, period=period, rng=stream(seed, "customers"))
    world = World(period=period, force=force, demand=demand, book=book)
    return world.scaled(size.order_lines / mean_sales(world).lines_in(period.days))


def make_commerce(
    seed: int, *, size: CompanySize, force: SalesForce, period: Period, incidents: Sequence[str]
) -> Commerce:
    """Makes everything but the leads.

    Parameters
    ----------
    seed : int
        Seed of the company.
    size : CompanySize
        How large it is.
    force : SalesForce
        The representatives.
    period : Period
        The history and the days ahead.
    incidents : sequence of str
        Which incidents to inject.

    Returns
    -------
    Commerce
        Tables, truth and world.
    """
    around = draw_surroundings(seed, period=period)
    calm = calm_world(seed, size=size, force=force, period=period, around=around)
    planned = plan_incidents(incidents, world=calm, rng=stream(seed, "incidents"))
    world = troubled(calm, incidents=planned)
    sold = draw_lines(world, window=(0, period.days), rng=stream(seed, "orders"))
    lines = pd.concat([sold, draw_returns(sold, period=period, rng=stream(seed, "returns"))], ignore_index=True)
    written = recorded(lines, incidents=planned, world=world)
    truth = {
        "customers": customers_truth(world),
        "sales": sales_truth(world, calm=calm),
        "incidents": incidents_table(planned, lines=lines, calm=calm),
        "spend_response": response_table(),
    }
    tables = commerce_tables(written, world=world, around=around, seed=seed)
    tables["targets"] = targets_table(world, mean=mean_sales(calm), rng=stream(seed, "targets"))
    return Commerce(tables=tables, truth=truth, world=world)


def commerce_tables(lines: pd.DataFrame, *, world: World, around: Surroundings, seed: int) -> dict[str, pd.DataFrame]:
    """Writes the tables of the contract that follow from the recorded lines and the world.

    Parameters
    ----------
    lines : DataFrame, shape (n_lines, 8)
        Lines as they were recorded.
    world : World
        The company.
    around : Surroundings
        What moves demand from outside.
    seed : int
        Seed of the company.

    Returns
    -------
    dict of str to DataFrame
        Customers, orders, products, invoices, contacts, spend, events and drivers.
    """
    period, catalogue = world.period, world.demand.catalogue
    return {
        "customers": customers_table(world.book, force=world.force, period=period),
        "orders": orders_table(lines, world=world, rng=stream(seed, "deliveries")),
        "products": products_table(catalogue, period=period),
        "invoices": invoices_table(lines, world=world, rng=stream(seed, "invoices")),
        "contacts": contacts_table(world, rng=stream(seed, "contacts")),
        "spend": spend_table(around.media, period=period),
        "events": events_table(around.agenda, catalogue=catalogue, period=period),
        "drivers": drivers_table(around.climate, period=period),
    }
