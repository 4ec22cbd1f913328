"""Starting processes that are to be killed: from one fork server that has the imports done and no threads.

A start then costs milliseconds and a fork is safe. A test process has one such server, whoever starts it first, so that it must know
the imports of all.
"""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import ForkServerContext

MODULES = [
    "tests.acceptance.leads_12_kill_promotion",
    "tests.acceptance.customers_12_kill_outcomes",
    "tests.store.opening",
]


def forking() -> ForkServerContext:
    """Gives the context to start processes and pipes from."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(MODULES)
    return context
