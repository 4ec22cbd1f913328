"""Running the application on a socket, with the server's own limits set."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from datetime import datetime

import uvicorn

from salescope.service.app import Extension, check_start, create_app
from salescope.service.errors import AddressTakenError
from salescope.service.logs import log_to
from salescope.service.settings import ServiceSettings
from salescope.service.wiring import utc_now

__all__ = ["serve", "server_config"]

SECONDS_TO_FINISH = 15


def server_config(
    settings: ServiceSettings, *, extensions: Sequence[Extension] = (), clock: Callable[[], datetime] = utc_now
) -> uvicorn.Config:
    """Configures the server for the application.

    Parameters
    ----------
    settings : ServiceSettings
        Host, port and everything the application needs.
    extensions : sequence of Extension
        What else it should serve.
    clock : callable
        Gives now, an aware instant.

    Returns
    -------
    uvicorn.Config
        With the fast parser and event loop, no server header, and no access log: the application writes its own.
    """
    return uvicorn.Config(
        create_app(settings, extensions=extensions, clock=clock),
        host=settings.host,
        port=settings.port,
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        # A proxy's word about the caller is believed only where somebody has said which proxy.
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=SECONDS_TO_FINISH,
    )


def serve(settings: ServiceSettings, *, extensions: Sequence[Extension] = ()) -> None:
    """Serves until the process is asked to stop; calls under way are finished first.

    Parameters
    ----------
    settings : ServiceSettings
        Host, port and everything the application needs.
    extensions : sequence of Extension
        What else it should serve.

    Raises
    ------
    StoreError
        If the store cannot be opened.
    PublicWithoutKeyError
        If everybody could reach the service, and there is no active key.
    AddressTakenError
        If another program listens there.
    """
    check_start(settings, now=utc_now())
    _check_address(settings)
    log_to(level=settings.log_level)
    uvicorn.Server(server_config(settings, extensions=extensions)).run()


def _check_address(settings: ServiceSettings) -> None:
    """Tries the address before anything starts: the server itself would only log that it is taken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        # As the server does; otherwise a port that a stopped service just left would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as problem:
            raise AddressTakenError(settings.host, settings.port, reason=problem.strerror or str(problem)) from None
