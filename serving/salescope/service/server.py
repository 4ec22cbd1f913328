"""Running the application on a socket, with the server's own limits set."""

from __future__ import annotations

from collections.abc import Sequence

import uvicorn

from salescope.service.app import Extension, create_app
from salescope.service.logs import log_to
from salescope.service.settings import ServiceSettings

__all__ = ["serve", "server_config"]

SECONDS_TO_FINISH = 15


def server_config(settings: ServiceSettings, *, extensions: Sequence[Extension] = ()) -> uvicorn.Config:
    """Configures the server for the application.

    Parameters
    ----------
    settings : ServiceSettings
        Host, port and everything the application needs.
    extensions : sequence of Extension
        What else it should serve.

    Returns
    -------
    uvicorn.Config
        With the fast parser and event loop, no server header, and no access log: the application writes its own.
    """
    return uvicorn.Config(
        create_app(settings, extensions=extensions),
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
    """
    log_to(level=settings.log_level)
    uvicorn.Server(server_config(settings, extensions=extensions)).run()
