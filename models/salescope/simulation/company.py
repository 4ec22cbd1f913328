"""The made company: all tables of the contract from one seed, and the truth behind them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salescope.frames.errors import OutOfRangeError
from salescope.simulation.ahead import expected_sales
from salescope.simulation.commerce import make_commerce
from salescope.simulation.future import attainment_probabilities, simulate_world
from salescope.simulation.incidents import INCIDENTS
from salescope.simulation.intent import KINDS, Evidence, probability_given
from salescope.simulation.leads import draw_leads, lead_events_table, leads_table, leads_truth
from salescope.simulation.period import SECONDS_A_DAY, Floats, Ints, Period
from salescope.simulation.representatives import draw_sales_force, representatives_table, representatives_truth
from salescope.simulation.size import CompanySize
from salescope.simulation.streams import stream
from salescope.simulation.world import World

__all__ = ["MadeCompany", "simulate"]

START = pd.Timestamp("2024-01-01")


@dataclass(frozen=True, slots=True)
class MadeCompany:
    """Holds a made company: what its systems recorded, and what is true.

    Parameters
    ----------
    seed : int
        What it was drawn from.
    tables : mapping of str to DataFrame
        The twelve tables of the data contract.
    truth : mapping of str to DataFrame
        ``leads``, ``customers``, ``sales``, ``incidents``, ``representatives`` and ``spend_response``.
    world : World
        The generative parameters of the sales side, for simulating forward.

    Examples
    --------
    >>> company = simulate(seed=0, size=CompanySize.tiny())
    >>> sorted(company.tables["leads"]["outcome"].unique())
    ['lost', 'open', 'won']
    """

    seed: int
    tables: Mapping[str, pd.DataFrame]
    truth: Mapping[str, pd.DataFrame]
    world: World

    @property
    def start(self) -> pd.Timestamp:
        """Is the first day, naive local midnight."""
        return self.world.period.start

    @property
    def end(self) -> pd.Timestamp:
        """Is the first midnight after the history; everything recorded lies before it."""
        return self.world.period.end

    def digest(self) -> str:
        """Computes one fingerprint of all tables and all truth.

        Returns
        -------
        str
            SHA-256, 64 hexadecimal digits; equal exactly when every value is.

        Examples
        --------
        >>> simulate(3, size=CompanySize.tiny()).digest() == simulate(3, size=CompanySize.tiny()).digest()
        True
        """
        running = hashlib.sha256()
        for frames in (self.tables, self.truth):
            for name in sorted(frames):
                running.update(f"{name}: {', '.join(frames[name].columns)}".encode())
                running.update(pd.util.hash_pandas_object(frames[name]).to_numpy().tobytes())
        return running.hexdigest()

    def lead_probability(self, as_of: pd.Timestamp | pd.Series) -> pd.Series:
        """Computes the true chance of every open lead, given all that was known strictly before a moment.

        Parameters
        ----------
        as_of : Timestamp, or Series of datetime64[ns] of shape (n_leads,)
            Naive local moment; one for all leads, or one a lead, aligned with ``tables["leads"]``.

        Returns
        -------
        Series of float, shape (n_leads,)
            Indexed by ``lead_id``; NaN for a lead that is not created yet or closed already.

        Notes
        -----
        It conditions on the attributes, the owner and the time of creation, on the count of every kind of behaviour
        from creation up to `as_of`, and on the lead being open then. The hidden intent is integrated out, so no model
        can be right more often.

        Examples
        --------
        >>> company = simulate(seed=0, size=CompanySize.tiny())
        >>> chances = company.lead_probability(company.end)
        >>> bool(chances.notna().sum() == (company.tables["leads"]["outcome"] == "open").sum())
        True
        """
        leads, truth = self.tables["leads"], self.truth["leads"]
        moment = as_of.reset_index(drop=True) if isinstance(as_of, pd.Series) else pd.Series(as_of, index=leads.index)
        counts = self._counts(moment)
        age: Floats = np.asarray((moment - leads["created_at"]).dt.total_seconds(), dtype=np.float64) / SECONDS_A_DAY
        still_open = (age > 0) & (truth["closes_at"] >= moment).to_numpy()
        evidence = Evidence(
            base=truth["base"].to_numpy()[still_open],
            age=age[still_open],
            speed=truth["speed"].to_numpy()[still_open],
            opted_in=leads["opted_in"].to_numpy()[still_open],
            counts=counts[still_open],
        )
        answer = np.full(len(leads), np.nan)
        answer[still_open] = probability_given(evidence)
        return pd.Series(answer, index=pd.Index(leads["lead_id"]), name="probability")

    def _counts(self, moment: pd.Series) -> Ints:
        """Counts each lead's behaviour by kind, strictly before its moment."""
        events, leads = self.tables["lead_events"], self.tables["leads"]
        lead = pd.Index(leads["lead_id"]).get_indexer(pd.Index(events["lead_id"]))
        kind = pd.Index([kind.name for kind in KINDS]).get_indexer(pd.Index(events["kind"]))
        seen = events["at"].to_numpy() < moment.to_numpy()[lead]
        cells = lead[seen] * len(KINDS) + kind[seen]
        return np.bincount(cells, minlength=len(leads) * len(KINDS)).reshape(len(leads), len(KINDS))

    def simulate_future(
        self, *, months: int = 3, paths: int = 200, seed: int = 0, newcomers: bool = False
    ) -> pd.DataFrame:
        """Draws the sales of the next whole months again and again.

        Parameters
        ----------
        months : int, default 3
            Whole calendar months after the end; at most eleven.
        paths : int, default 200
            How many futures. With one seed they are common random numbers: two questions asked of them differ only
            by what was asked.
        seed : int, default 0
            Seed of the futures.
        newcomers : bool, default False
            Whether customers begin after the end as they did before it.

        Returns
        -------
        DataFrame, shape (paths * months * n_nodes, 4)
            ``path``, ``period`` (first day of the month), ``node`` and ``amount`` of new lines, returns aside.

        Raises
        ------
        OutOfRangeError
            When months or paths are fewer than one.

        Examples
        --------
        >>> company = simulate(seed=0, size=CompanySize.tiny())
        >>> company.simulate_future(months=1, paths=2)["path"].nunique()
        2
        """
        return simulate_world(self.world, months=months, paths=paths, seed=seed, newcomers=newcomers)

    def expected_future(self, *, months: int = 3) -> pd.DataFrame:
        """Computes the expected sales of the next whole months: what a forecaster should say.

        Parameters
        ----------
        months : int, default 3
            Whole calendar months after the end, at most eleven.

        Returns
        -------
        DataFrame, shape (months * n_nodes, 5)
            ``period``, ``node``, and money of new lines: ``existing`` (customers that began before the end), ``new``
            (those that begin later) and ``total``; the mean of `simulate_future` with newcomers.
        """
        return expected_sales(self.world, months=months)

    def attainment(self, *, paths: int = 200, seed: int = 0) -> pd.DataFrame:
        """Computes the true chance that each target of the next three months is reached.

        Parameters
        ----------
        paths : int, default 200
            How many futures to count in.
        seed : int, default 0
            Seed of the futures.

        Returns
        -------
        DataFrame, shape (n_targets, 4)
            ``period``, ``node``, ``amount`` and ``probability``.
        """
        future = self.simulate_future(months=3, paths=paths, seed=seed)
        return attainment_probabilities(self.tables["targets"], future=future)


def simulate(
    seed: int = 0,
    *,
    size: CompanySize | None = None,
    start: pd.Timestamp = START,
    incidents: Sequence[str] = tuple(INCIDENTS),
    leaks: Sequence[str] = (),
) -> MadeCompany:
    """Makes a company.

    Parameters
    ----------
    seed : int, default 0
        Seed of everything; the same seed and arguments give the same company bit for bit.
    size : CompanySize or None, default None
        How large; None for `CompanySize.small`. Its `days` set the end.
    start : pandas.Timestamp, default 2024-01-01
        First day, naive local midnight.
    incidents : sequence of str, default all
        Which incidents to inject; keys of `INCIDENTS`.
    leaks : sequence of str, default none
        Which leaky columns the leads get; keys of `LEAKS`.

    Returns
    -------
    MadeCompany
        Its tables and its truth.

    Raises
    ------
    UnknownNameError
        When an incident or a leak does not exist.

    Examples
    --------
    >>> company = simulate(seed=0, size=CompanySize.tiny())
    >>> len(company.tables), company.end
    (12, Timestamp('2024-09-01 00:00:00'))
    >>> simulate(seed=0, size=CompanySize.tiny(), incidents=["storm"])
    Traceback (most recent call last):
    ...
    salescope.frames.errors.UnknownNameError: Unknown incident 'storm' in simulate: ...
    """
    size = CompanySize.small() if size is None else size
    if seed < 0:
        raise OutOfRangeError(seed, name="seed", where="simulate", least=0)
    period = Period(start.normalize(), days=size.days)
    force = draw_sales_force(size.representatives, period=period, rng=stream(seed, "representatives"))
    commerce = make_commerce(seed, size=size, force=force, period=period, incidents=incidents)
    leads = draw_leads(size.leads, force=force, period=period, rng=stream(seed, "leads"))
    tables = {
        "leads": leads_table(leads, force=force, period=period, leaks=leaks, rng=stream(seed, "amounts")),
        "lead_events": lead_events_table(leads, period=period, rng=stream(seed, "lead_events")),
        "representatives": representatives_table(force, period=period),
        **commerce.tables,
    }
    truth = {
        "leads": leads_truth(leads, period=period),
        "representatives": representatives_truth(force),
        **commerce.truth,
    }
    return MadeCompany(seed=seed, tables=tables, truth=truth, world=commerce.world)
