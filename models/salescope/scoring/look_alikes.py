"""Look-alike leads: open leads ranked by how much they are like won leads or the best customers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from salescope.features.cells import word_of
from salescope.frames.errors import MissingColumnError, OutOfRangeError, TooFewOutcomesError
from salescope.scoring.attribute_space import AttributeSpace, CommonWords, telling
from salescope.scoring.door import UnfittedScorerError
from salescope.scoring.members import Floats
from salescope.scoring.opt_outs import OptOuts

__all__ = ["LookAlikeLeads", "LookAlikes"]

# Keys, what is known only later, dates, and the wish to be contacted say nothing of what a lead is like.
NOT_ATTRIBUTES = (
    "lead_id", "customer_id", "as_of", "created_at", "since", "outcome", "outcome_at", "amount", "y",
    "churned", "churned_at", "opted_in", "opted_out",
)  # fmt: skip
BLOCK = 1_000
CLOSE = 0.1
MOST_TOLD = 3
TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class LookAlikeLeads:
    """Holds every lead in exactly one of two frames.

    Parameters
    ----------
    ranked : DataFrame, shape (n_ranked, 5)
        From the most alike on: "lead_id", "rank" (from 1), "similarity" (0 to 1), "like" (a tuple of the keys of the
        best records it is most like) and "because", what they have in common.
    skipped : DataFrame, shape (n_skipped, 2)
        Those who opted out: "lead_id" and "because".
    """

    ranked: pd.DataFrame
    skipped: pd.DataFrame


class LookAlikes(BaseEstimator):  # type: ignore[misc]  # scikit-learn is not typed
    """Ranks leads by how much they are like the best records.

    Parameters
    ----------
    neighbours : int, default 20
        To how many of the best records a lead is compared: the nearest ones.
    exclude : iterable of str, default ()
        Columns that are not compared; keys, outcomes, dates and opt-outs never are.
    labels : mapping of str to str, optional
        Names of columns as people say them.
    opt_outs : OptOuts, optional
        Which columns hold the wish not to be contacted.

    Attributes
    ----------
    weights_ : dict of str to float
        How much each attribute tells the best records from the others, summing to 1.
    signal_ : bool
        Whether any attribute tells them apart; where none does, all weigh the same.

    Notes
    -----
    The distance of two records is J. C. Gower's ("A general coefficient of similarity and some of its properties",
    Biometrics 27, 1971): categories and flags are the same or not, numbers lie apart by the share of records between
    them, and the attributes' mean is weighed. A weight is Cramér's V of the attribute (numbers in fifths) and being
    one of the best, corrected for chance (W. Bergsma, J. Korean Stat. Soc. 42, 2013), so that an attribute of many
    levels is not taken for a telling one. An unknown number lies in the middle. This is no chance to be won: where
    outcomes are known `salescope.scoring.leads.LeadScorer` ranks better; likeness asks no outcome of leads at all.

    Examples
    --------
    >>> won = pd.DataFrame({"lead_id": ["W1", "W2"], "source": ["fair", "fair"], "staff": [100, 120]})
    >>> lost = pd.DataFrame({"lead_id": ["L1", "L2"], "source": ["web", "web"], "staff": [5, 8]})
    >>> new = pd.DataFrame({"lead_id": ["A", "B"], "source": ["web", "fair"], "staff": [7, 90]})
    >>> answer = LookAlikes(neighbours=2).fit(won, lost).rank(new)
    >>> answer.ranked[["lead_id", "because"]].to_numpy().tolist()[0]
    ['B', 'like W1, W2: Source: fair']
    """

    def __init__(
        self,
        *,
        neighbours: int = 20,
        exclude: Iterable[str] = (),
        labels: Mapping[str, str] | None = None,
        opt_outs: OptOuts | None = None,
    ) -> None:
        self.neighbours = neighbours
        self.exclude = exclude
        self.labels = labels
        self.opt_outs = opt_outs

    def fit(self, best: pd.DataFrame, others: pd.DataFrame, *, key: str = "lead_id") -> Self:
        """Learns what the best records are like, and what tells them from others.

        Parameters
        ----------
        best : DataFrame, shape (n_best, n_columns)
            Won leads, or the best customers, with attributes of any type. It is not changed.
        others : DataFrame, shape (n_others, n_columns)
            What they are told apart from: lost leads, the other customers, or simply all open leads.
        key : str, default "lead_id"
            The column that names the best records.

        Returns
        -------
        LookAlikes

        Raises
        ------
        TooFewOutcomesError
            When either has no record.
        OutOfRangeError
            When no neighbour is wanted.
        MissingColumnError
            When there is no key, or no attribute in common.
        """
        if not self.neighbours >= 1:
            raise OutOfRangeError(self.neighbours, name="neighbours", where="LookAlikes", least=1)
        if best.empty or others.empty:
            raise TooFewOutcomesError(won=len(best), lost=len(others), needed=1)
        present = [str(name) for name in best.columns]
        if key not in present:
            raise MissingColumnError([key], where="best", present=present)
        keys = [word_of(name) or "" for name in best[key]]
        # Sorted by key, so that among equally near records the same ones are named whatever the order of rows.
        order = sorted(range(len(keys)), key=lambda at: keys[at])
        best = best.iloc[order]
        names = [name for name in present if name in others.columns and name not in {key, *NOT_ATTRIBUTES}]
        # As objects, so that a column without a value in one of the frames does not decide the type of both.
        both = pd.concat([frame[names].astype(object) for frame in (best, others)], ignore_index=True)
        self.space_ = AttributeSpace.learned(both, exclude=self.exclude)
        if not self.space_.columns:
            raise MissingColumnError(["any attribute"], where="both frames", present=present)
        known = self.space_.places(both)
        self.best_ = known.take(slice(0, len(best)))
        self.keys_ = [keys[at] for at in order]
        told = {
            column.name: telling(levels, best=len(best))
            for column, levels in zip(self.space_.columns, known.levels.T, strict=True)
        }
        self.signal_ = any(weight > 0 for weight in told.values())
        total = sum(told.values()) if self.signal_ else len(told)
        self.weights_ = {name: (weight if self.signal_ else 1.0) / total for name, weight in told.items()}
        return self

    def rank(self, leads: pd.DataFrame, *, language: str = "en") -> LookAlikeLeads:
        """Ranks leads by how much they are like the best records.

        Parameters
        ----------
        leads : DataFrame, shape (n_leads, n_columns)
            Open leads with "lead_id"; attributes they lack are not compared. It is not changed.
        language : {"en", "zh"}, default "en"
            The language of the reasons.

        Returns
        -------
        LookAlikeLeads
            Among equally similar leads the lower id comes first.

        Raises
        ------
        UnfittedScorerError
            When nothing was learned yet.
        MissingColumnError
            When leads have no id, or no attribute in common with the best records.
        UnknownNameError
            When the language is not known.
        """
        if not hasattr(self, "space_"):
            raise UnfittedScorerError(type(self).__name__)
        present = [str(name) for name in leads.columns]
        if "lead_id" not in present:
            raise MissingColumnError(["lead_id"], where="leads", present=present)
        words = CommonWords(language, self.labels or {})
        refused = (self.opt_outs or OptOuts()).reasons(leads, language=language)
        asked = leads[refused.isna()]
        ids = np.array([word_of(name) or "" for name in asked["lead_id"]], dtype=object)
        similarity, because = self._compared(asked, words=words)
        order = np.lexsort((ids, -similarity))
        ranked = pd.DataFrame(
            {
                "lead_id": pd.Series(ids[order], dtype=TEXT),
                "rank": np.arange(1, len(ids) + 1),
                "similarity": similarity[order],
                "like": pd.Series([because[row][0] for row in order], dtype=object),
                "because": pd.Series([because[row][1] for row in order], dtype=TEXT),
            }
        )
        skipped = pd.DataFrame({"lead_id": leads["lead_id"], "because": refused})[refused.notna()]
        return LookAlikeLeads(ranked, skipped.sort_values("lead_id", ignore_index=True))

    def _compared(self, leads: pd.DataFrame, *, words: CommonWords) -> tuple[Floats, list[tuple[tuple[str, ...], str]]]:
        """Gives each lead's similarity, the best records it is like, and what they have in common."""
        shared = np.array([column.name in leads.columns for column in self.space_.columns])
        if not shared.any():
            names = [column.name for column in self.space_.columns]
            raise MissingColumnError(names, where="leads", present=[str(name) for name in leads.columns])
        weight = np.array(list(self.weights_.values())) * shared
        # Where nothing that tells is shared, what is shared counts alike.
        weight = weight / weight.sum() if weight.sum() > 0 else shared / shared.sum()
        places = self.space_.places(leads.reindex(columns=[column.name for column in self.space_.columns]))
        k = min(self.neighbours, len(self.keys_))
        similarity, told = np.empty(len(leads)), []
        order = np.array([self.space_.columns[at].name for at in range(len(weight))])
        by_weight = [int(at) for at in np.lexsort((order, -weight)) if weight[at] > 0]
        cells = {name: leads[name].tolist() for name in order if name in leads.columns}
        for start in range(0, len(leads), BLOCK):
            block = places.take(slice(start, start + BLOCK))
            distance = block.distance(self.best_, weight=weight)
            nearest = np.argsort(distance, axis=1, kind="stable")[:, :k]
            near = np.take_along_axis(distance, nearest, axis=1)
            similarity[start : start + len(near)] = 1.0 - near.mean(axis=1)
            for row, rows in enumerate(nearest):
                apart = block.apart(row, self.best_, rows=rows).mean(axis=0)
                common = [order[at] for at in by_weight if apart[at] <= CLOSE][:MOST_TOLD]
                like = tuple(self.keys_[at] for at in rows[:MOST_TOLD])
                told.append((like, words.said(like, {name: cells[name][start + row] for name in common})))
        return similarity, told
