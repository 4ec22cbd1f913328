"""The service's database: API keys and the ledger of predictions, on SQLite or PostgreSQL."""

from salescope.store.engine import Store, open_store
from salescope.store.errors import (
    HostileValueError,
    StoreError,
    StoreUnavailableError,
    StoreUrlError,
    StoreVersionError,
    UnknownApiKeyError,
    UnknownScopeError,
)
from salescope.store.keys import SCOPES, ApiKey, NewApiKey, create_key, find_key, list_keys, revoke_key
from salescope.store.predictions import LONGEST_SUBJECT_ID, Prediction, latest_scores, record_predictions
from salescope.store.reasons import KeptReason, decode_reasons, encode_reasons

__all__ = [
    "LONGEST_SUBJECT_ID",
    "SCOPES",
    "ApiKey",
    "HostileValueError",
    "KeptReason",
    "NewApiKey",
    "Prediction",
    "Store",
    "StoreError",
    "StoreUnavailableError",
    "StoreUrlError",
    "StoreVersionError",
    "UnknownApiKeyError",
    "UnknownScopeError",
    "create_key",
    "decode_reasons",
    "encode_reasons",
    "find_key",
    "latest_scores",
    "list_keys",
    "open_store",
    "record_predictions",
    "revoke_key",
]
