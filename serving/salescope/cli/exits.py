"""Exit codes: what a script that calls ``salescope`` can tell apart.

== ===================================================================================
0  done
1  a fault of Salescope itself; the traceback is printed
2  something that was given is not accepted; one line says what, where and what to do
3  trained, but not promoted: no signal, calibration, or the champion is better
4  the leakage audit blocks training until a column is excluded or allowed
5  rows were quarantined, and ``--strict`` was asked for
== ===================================================================================
"""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Exit"]


class Exit(IntEnum):
    """Names the exit codes."""

    DONE = 0
    FAULT = 1
    NOT_ACCEPTED = 2
    NOT_PROMOTED = 3
    LEAKAGE = 4
    QUARANTINED = 5
