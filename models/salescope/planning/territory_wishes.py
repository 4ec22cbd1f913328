"""What territories must keep to: locks, capacity, seniors for key markets, seniors beside newcomers, few changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import sparse

from salescope.planning.grid import Floats, Ints

__all__ = ["Wish", "WishTable", "wish_table"]

WishKind: TypeAlias = Literal["lock", "most", "key", "newcomer", "changes"]
# What floating point may add to a sum that just fits.
SLACK = 1e-9


@dataclass(frozen=True)
class Wish:
    """Is one demand on an assignment.

    Parameters
    ----------
    kind : {"lock", "most", "key", "newcomer", "changes"}
        A locked account, the most that a representative carries, a key account that needs a senior, a newcomer who
        needs a senior in the same region, or the most changes.
    said : str
        The demand in words.
    accounts : ndarray of int
        Which accounts it is about.
    reps : ndarray of int
        Who may have them (lock, key), who is bound (most), or the newcomer and then the seniors (newcomer).
    most : float
        The most workload or number of changes.
    """

    kind: WishKind
    said: str
    accounts: Ints
    reps: Ints
    most: float = 0.0

    def kept(self, owner: Ints, *, account: int, workload: Floats) -> bool:
        """Says whether it is kept where one account has just been moved in an assignment that kept it.

        Parameters
        ----------
        owner : ndarray of int, shape (n_accounts,)
            Position of the representative of each account, after the move.
        account : int
            Which was moved; back to where it is now, so that the number of changes cannot be too large.
        workload : ndarray of float, shape (n_accounts,)
            What each account takes.

        Returns
        -------
        bool
        """
        if self.kind == "most":
            rep = self.reps[0]
            return owner[account] != rep or float(workload[owner == rep].sum()) <= self.most + SLACK
        if self.kind == "changes" or account not in self.accounts:
            return True
        if self.kind == "newcomer":
            inside = owner[self.accounts]
            return not (inside == self.reps[0]).any() or bool(np.isin(inside, self.reps[1:]).any())
        return owner[account] in self.reps


@dataclass(frozen=True)
class WishTable:
    """Holds wishes as a linear program reads them.

    Parameters
    ----------
    allowed : ndarray of bool, shape (n_accounts, n_reps)
        Who may have what.
    sums : csr_array of float, shape (n_rows, n_accounts * n_reps)
        Sums of pairs, account by account.
    most : ndarray of float, shape (n_rows,)
        What each sum may be at most.
    """

    allowed: np.ndarray
    sums: sparse.csr_array
    most: Floats

    def kept(self, owner: Ints) -> bool:
        """Says whether an assignment keeps them.

        Parameters
        ----------
        owner : ndarray of int, shape (n_accounts,)
            Position of the representative of each account.

        Returns
        -------
        bool
        """
        rows = np.arange(len(owner))
        pairs = np.zeros(self.allowed.size)
        pairs[rows * self.allowed.shape[1] + owner] = 1.0
        return bool(self.allowed[rows, owner].all() and (self.sums @ pairs <= self.most + SLACK).all())


def wish_table(wishes: Sequence[Wish], *, workload: Floats, present: Ints, reps: int) -> WishTable:
    """Writes wishes as sums.

    Parameters
    ----------
    wishes : sequence of Wish
        The demands.
    workload : ndarray of float, shape (n_accounts,)
        What each account takes.
    present : ndarray of int, shape (n_accounts,)
        Who has each now; -1 for nobody.
    reps : int
        Number of representatives.

    Returns
    -------
    WishTable

    Examples
    --------
    >>> lock = Wish("lock", said="lock of 'A'", accounts=np.array([0]), reps=np.array([1]))
    >>> table = wish_table([lock], workload=np.ones(2), present=np.array([0, 0]), reps=2)
    >>> table.allowed.tolist(), table.kept(np.array([1, 0])), table.kept(np.array([0, 0]))
    ([[False, True], [True, True]], True, False)
    """
    accounts = len(workload)
    allowed = np.ones((accounts, reps), dtype=bool)
    rows, most = [], []
    for wish in wishes:
        if wish.kind in {"lock", "key"}:
            only = np.zeros(reps, dtype=bool)
            only[wish.reps] = True
            allowed[wish.accounts] &= only
            continue
        rows.append(_row(wish, workload=workload, present=present, reps=reps))
        most.append(wish.most)
    sums = sparse.vstack(rows, format="csr") if rows else sparse.csr_array((0, accounts * reps))
    return WishTable(allowed=allowed, sums=sums, most=np.array(most, dtype=np.float64))


def _row(wish: Wish, *, workload: Floats, present: Ints, reps: int) -> sparse.csr_array:
    if wish.kind == "most":
        pairs, values = wish.accounts * reps + wish.reps[0], workload[wish.accounts]
    elif wish.kind == "newcomer":
        pairs = (wish.accounts[:, None] * reps + wish.reps[None, :]).ravel()
        values = np.tile(np.where(np.arange(len(wish.reps)) > 0, -float(len(wish.accounts)), 1.0), len(wish.accounts))
    else:
        pairs = np.flatnonzero(((present >= 0)[:, None] & (present[:, None] != np.arange(reps)[None, :])).ravel())
        values = np.ones(len(pairs))
    place = (np.zeros(len(pairs), dtype=np.int64), pairs)
    return sparse.csr_array((values, place), shape=(1, len(workload) * reps))
