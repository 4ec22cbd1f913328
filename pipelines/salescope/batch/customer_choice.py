"""Who is chosen among all customers: the rank with each representative, within what it can take."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from salescope.batch.customer_parts import CONTENT, REGION
from salescope.scoring import recommend_customers

__all__ = ["Choice", "choose"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Holds who was chosen.

    Parameters
    ----------
    ranks : mapping of str to int
        The rank of each chosen customer with its representative, from 1.
    because : mapping of str to str
        Why each of the others was not.
    """

    ranks: Mapping[str, int]
    because: Mapping[str, str]

    def ranked(self, content: dict[str, Any]) -> dict[str, Any]:
        """Puts the rank into a profile, or why there is none.

        Parameters
        ----------
        content : dict
            The profile as it is said of the customer alone.

        Returns
        -------
        dict
            Another one, where it differs.

        Examples
        --------
        >>> step = {"step": "visit", "rank": None, "because": None}
        >>> Choice({"a": 2}, {}).ranked({"customer_id": "a", "next": step})["next"]["rank"]
        2
        """
        name, step = content["customer_id"], content["next"]
        if step is None:
            return content
        because = self.because.get(name, step["because"])
        return {**content, "next": {**step, "rank": self.ranks.get(name), "because": because}}


def choose(paths: Sequence[Path], *, representatives: pd.DataFrame | None, language: str) -> Choice:
    """Chooses among all customers.

    Parameters
    ----------
    paths : sequence of Path
        The parts, see `salescope.batch.customer_parts.profile_part`.
    representatives : DataFrame or None, shape (n_representatives, n_columns)
        The contract's table; without it, or without their capacity, nobody is left out for want of time.
    language : {"en", "zh"}
        The language of why somebody was not chosen.

    Returns
    -------
    Choice
        Without those that must not be contacted.
    """
    asked = [_may_be_asked(pd.read_parquet(path)) for path in paths]
    customers = pd.concat(asked, ignore_index=True) if asked else pd.DataFrame()
    if customers.empty:
        return Choice({}, {})
    force = representatives if representatives is not None and "capacity" in representatives.columns else None
    answer = recommend_customers(customers, force, language=language)
    return Choice(
        dict(zip(answer.recommended["customer_id"], answer.recommended["rank"].tolist(), strict=True)),
        dict(zip(answer.not_chosen["customer_id"], answer.not_chosen["because"], strict=True)),
    )


def _may_be_asked(part: pd.DataFrame) -> pd.DataFrame:
    steps = [json.loads(content)["next"] for content in part[CONTENT]]
    kept = [step is not None and step["skipped"] is None for step in steps]
    return part.loc[kept].drop(columns=[CONTENT, REGION])
