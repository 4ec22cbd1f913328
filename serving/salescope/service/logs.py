"""The log of the service: one JSON object a line, never a body, a key or a person."""

from __future__ import annotations

import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import TextIO

import msgspec

__all__ = ["JsonFormatter", "log_to"]


class JsonFormatter(logging.Formatter):
    """Writes a record of the log as one JSON object.

    Notes
    -----
    Of an exception only its class and the places are written: its text may quote a value. The structured part of a
    record is given as ``extra={"fields": {...}}``.

    Examples
    --------
    >>> record = logging.LogRecord("salescope", logging.INFO, "app.py", 1, "call", (), None)
    >>> record.fields = {"status": 200}
    >>> print(JsonFormatter().format(record))
    {"at":"...","level":"INFO","logger":"salescope","event":"call","status":200}
    """

    def format(self, record: logging.LogRecord) -> str:
        """Formats one record."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["places"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return msgspec.json.encode(line).decode()


def log_to(stream: TextIO | None = None, *, level: str = "INFO") -> logging.Handler:
    """Sends the log of the service and of its server to a stream as JSON lines.

    Parameters
    ----------
    stream : text stream, optional
        Where to write; standard error by default.
    level : str, default "INFO"
        The least severe line that is written.

    Returns
    -------
    logging.Handler
        The handler that was added, for whoever wants to take it away again.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    for name in ("salescope", "uvicorn"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
    return handler
