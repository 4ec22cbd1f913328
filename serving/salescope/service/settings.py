"""Settings of the service: where its models and store are, and how much it takes from one caller."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

__all__ = ["ServiceSettings"]

MEGABYTE = 1_000_000


class ServiceSettings(BaseSettings):
    """Holds the settings of one service process; each can be given as ``SALESCOPE_<NAME>`` in the environment.

    Parameters
    ----------
    published : Path
        The folder of promoted bundles, one folder a model; the ``current.json`` of each is watched.
    store_url : str
        ``sqlite:///file.db`` or ``postgresql+psycopg://…``; hidden when the settings are shown.
    host : str, default "127.0.0.1"
        The address to listen on; one that others can reach is refused while there is no API key.
    port : int, default 8080
        The port; 0 lets the system choose.
    docs_public : bool, optional
        Whether the docs page and the OpenAPI file need no key; by default on loopback only.
    max_records, max_body, max_fields, max_string, max_events, max_depth : int
        The most records of a call, bytes of a body, fields of a record, characters of a text, events of a lead
        or lines of one kind of a customer, and levels of nesting.
    body_seconds : float, default 10
        How long a whole body may take to arrive.
    max_waiting : int, default 64
        How many calls may be in work at once; more are told to come back.
    inline_objects : int, default 8
        Bodies of at most so many JSON objects are scored on the event loop, longer ones on `scoring_threads`: a hop to
        a thread costs a short call more than it saves, and a long call on the loop would hold up everybody's.
    scoring_threads : int, default 1
        How many threads score long calls.
    max_ledger_rows : int, default 20,000
        How many answers may wait for the ledger.
    max_what_if_rows : int, default 500,000
        Of how many rows a published forecast may be for a what-if: nodes times periods.
    what_if_seconds : float, default 10
        How long one what-if may take before its process is ended.
    targets_seconds : float, default 60
        How long one question about targets may take before its process is ended.
    key_seconds : float, default 5
        How long a verified key is believed without asking the store; a revoked key works for so long at most.
    watch_seconds : float, default 0.5
        How often each ``current.json`` is looked at.
    log_level : str, default "INFO"
        The least severe line of the log.

    Examples
    --------
    >>> ServiceSettings(published="published", store_url="sqlite:///service.db").is_loopback
    True
    >>> ServiceSettings(published="published", store_url="sqlite:///service.db", host="0.0.0.0").docs_open
    False
    """

    model_config = SettingsConfigDict(env_prefix="SALESCOPE_", frozen=True, extra="forbid")

    published: Path
    store_url: SecretStr
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65_535)
    docs_public: bool | None = None
    max_records: int = Field(1_000, ge=1)
    max_body: int = Field(8 * MEGABYTE, ge=1_000)
    max_fields: int = Field(500, ge=1)
    max_string: int = Field(10_000, ge=1)
    max_events: int = Field(1_000, ge=0)
    # The deepest body that means anything is an event of a record: five levels.
    max_depth: int = Field(8, ge=5, le=100)
    body_seconds: float = Field(10.0, gt=0)
    max_waiting: int = Field(64, ge=1)
    inline_objects: int = Field(8, ge=0)
    scoring_threads: int = Field(1, ge=1)
    max_ledger_rows: int = Field(20_000, ge=1)
    max_what_if_rows: int = Field(500_000, ge=1)
    what_if_seconds: float = Field(10.0, gt=0)
    targets_seconds: float = Field(60.0, gt=0)
    key_seconds: float = Field(5.0, ge=0)
    watch_seconds: float = Field(0.5, gt=0)
    log_level: str = "INFO"

    @property
    def is_loopback(self) -> bool:
        """Says whether only this machine can reach the host."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def docs_open(self) -> bool:
        """Says whether the docs page needs no key."""
        return self.is_loopback if self.docs_public is None else self.docs_public
