"""What an attainment pays: exact pieces, so that nobody misses a tier by a rounding error."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from salescope.planning.grid import Floats, Ints

__all__ = ["PayPiece", "PayScale"]


@dataclass(frozen=True)
class PayPiece:
    """Is one straight piece of a scale.

    Parameters
    ----------
    start : Fraction
        The attainment it begins at; 1 is the target.
    level : Fraction
        What is paid there, as a share of the bonus at target.
    slope : Fraction
        What each further whole target pays.
    """

    start: Fraction
    level: Fraction
    slope: Fraction

    def at(self, attainment: Fraction) -> Fraction:
        """Extends the piece to an attainment.

        Parameters
        ----------
        attainment : Fraction
            1 is the target.

        Returns
        -------
        Fraction
            A share of the bonus at target.
        """
        return self.level + self.slope * (attainment - self.start)


@dataclass(frozen=True)
class PayScale:
    """Says what every attainment pays, in straight pieces that never fall.

    Parameters
    ----------
    base : Fraction
        What is paid before the first piece, as a share of the bonus at target.
    pieces : tuple of PayPiece
        In the order of their starts, which are above each other.

    Examples
    --------
    >>> half = Fraction(1, 2)
    >>> scale = PayScale.of([PayPiece(half, half, Fraction(1))], base=Fraction(0), cap=Fraction(1))
    >>> [(float(piece.start), float(piece.level), float(piece.slope)) for piece in scale.pieces]
    [(0.5, 0.5, 1.0), (1.0, 1.0, 0.0)]
    >>> scale.pay(np.array([4_999, 5_000, 8_000, 12_000]), targets=np.full(4, 10_000))
    array([0. , 0.5, 0.8, 1. ])
    """

    base: Fraction
    pieces: tuple[PayPiece, ...]

    @classmethod
    def of(cls, pieces: Sequence[PayPiece], *, base: Fraction, cap: Fraction | None) -> PayScale:
        """Bounds pieces from below and above.

        Parameters
        ----------
        pieces : sequence of PayPiece
            In the order of their starts; before the first nothing is paid.
        base : Fraction
            The least that is ever paid.
        cap : Fraction or None
            The most.

        Returns
        -------
        PayScale
            Without pieces that change nothing.
        """
        starts = sorted({piece.start for piece in pieces} | _crossings(pieces, [base, *([] if cap is None else [cap])]))
        found: list[PayPiece] = []
        last = PayPiece(Fraction(0), base, Fraction(0))
        for start in starts:
            raw = next(piece for piece in reversed(pieces) if piece.start <= start)
            value = raw.at(start)
            free = value >= base and (cap is None or value < cap)
            level = max(base, value) if cap is None else min(cap, max(base, value))
            piece = PayPiece(start, level, raw.slope if free else Fraction(0))
            if (last.at(start), last.slope) != (piece.level, piece.slope):
                found.append(piece)
                last = piece
        return cls(base=base, pieces=tuple(found))

    def before(self, place: int) -> PayPiece:
        """Gives the piece before one; before the first it is flat.

        Parameters
        ----------
        place : int
            Position of the piece in `pieces`.

        Returns
        -------
        PayPiece
        """
        return self.pieces[place - 1] if place else PayPiece(Fraction(0), self.base, Fraction(0))

    def jump(self, place: int) -> Fraction:
        """Gives what the first sale of a piece pays at once.

        Parameters
        ----------
        place : int
            Position of the piece in `pieces`.

        Returns
        -------
        Fraction
            A share of the bonus at target; 0 where there is no cliff.
        """
        piece = self.pieces[place]
        return piece.level - self.before(place).at(piece.start)

    def edges(self, targets: Ints) -> Ints:
        """Finds the first cent of sales of every piece.

        Parameters
        ----------
        targets : ndarray of int, shape (…,)
            In cents.

        Returns
        -------
        ndarray of int, shape (n_pieces, …)
            Exact whatever the decimal digits of a start.
        """
        flat = [[math.ceil(piece.start * int(target)) for target in targets.ravel()] for piece in self.pieces]
        return np.array(flat, dtype=np.int64).reshape(len(self.pieces), *targets.shape)

    def place(self, sales: Ints, *, targets: Ints) -> Ints:
        """Finds the piece that sales are in.

        Parameters
        ----------
        sales : ndarray of int, shape (…,)
            In cents.
        targets : ndarray of int
            In cents; broadcast against the sales.

        Returns
        -------
        ndarray of int, shape (…,)
            Position in `pieces`; -1 before the first, and wherever there is no target.
        """
        found = np.full(np.broadcast_shapes(sales.shape, targets.shape), -1, dtype=np.int64)
        for edge in self.edges(targets):
            found += sales >= edge
        return np.where(targets > 0, found, -1)

    def pay(self, sales: Ints, *, targets: Ints) -> Floats:
        """Gives what sales pay.

        Parameters
        ----------
        sales : ndarray of int, shape (…,)
            In cents.
        targets : ndarray of int
            In cents; broadcast against the sales. Where there is none nothing but the base is paid.

        Returns
        -------
        ndarray of float, shape (…,)
            Shares of the bonus at target.
        """
        place = self.place(sales, targets=targets) + 1
        pieces = [PayPiece(Fraction(0), self.base, Fraction(0)), *self.pieces]
        start, level, slope = (
            np.array([float(getattr(piece, name)) for piece in pieces]) for name in ("start", "level", "slope")
        )
        beyond = sales / np.maximum(targets, 1) - start[place]
        return np.asarray(level[place] + slope[place] * beyond, dtype=np.float64)


def _crossings(pieces: Sequence[PayPiece], levels: Sequence[Fraction]) -> set[Fraction]:
    found = set()
    for place, piece in enumerate(pieces):
        for level in levels if piece.slope > 0 else ():
            start = piece.start + (level - piece.level) / piece.slope
            if start >= piece.start and (place + 1 == len(pieces) or start < pieces[place + 1].start):
                found.add(start)
    return found
