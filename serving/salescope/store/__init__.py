"""The service's database on SQLite or PostgreSQL: API keys, the ledger of predictions, published tables, outcomes."""

from salescope.store.engine import Store, open_store
from salescope.store.errors import (
    HostileValueError,
    OutcomeConflictError,
    OvertakenRunError,
    StoreError,
    StoreUnavailableError,
    StoreUrlError,
    StoreVersionError,
    UnknownApiKeyError,
    UnknownCursorError,
    UnknownScopeError,
)
from salescope.store.forecast_about import FREQUENCIES, LONGEST_HORIZON, LONGEST_UNIT
from salescope.store.forecast_pages import (
    MOST_NODES_A_PAGE,
    ForecastPage,
    ForecastWish,
    Node,
    NodePage,
    forecast_nodes,
    forecast_page,
    nodes_near,
)
from salescope.store.forecasts import (
    ForecastRow,
    NodeForecast,
    current_forecasts,
    forecast_columns,
    forecasts_of,
    publish_forecasts,
)
from salescope.store.keys import SCOPES, ApiKey, NewApiKey, create_key, find_key, list_keys, revoke_key
from salescope.store.outcomes import OUTCOME_KINDS, Outcome, Receipt, record_outcomes
from salescope.store.predictions import LONGEST_SUBJECT_ID, Prediction, latest_scores, record_predictions
from salescope.store.profile_lines import AnsweredBy, profile_lines
from salescope.store.profiles import Profile, PublishedProfile, profile_of, publish_profiles
from salescope.store.publication import (
    CUSTOMERS,
    FORECASTS,
    NewPublication,
    Publication,
    publications,
    retire_publications,
)
from salescope.store.ranking import MOST_A_PAGE, Page, ProfileWish, ranked_profiles
from salescope.store.reasons import KeptReason, decode_reasons, encode_reasons
from salescope.store.tables import LONGEST_NODE
from salescope.store.track import TRACK_COLUMNS, TrackWish, predictions_with_outcomes
from salescope.store.values import LARGEST_VALUE

__all__ = [
    "CUSTOMERS",
    "FORECASTS",
    "FREQUENCIES",
    "LARGEST_VALUE",
    "LONGEST_HORIZON",
    "LONGEST_NODE",
    "LONGEST_SUBJECT_ID",
    "LONGEST_UNIT",
    "MOST_A_PAGE",
    "MOST_NODES_A_PAGE",
    "OUTCOME_KINDS",
    "SCOPES",
    "TRACK_COLUMNS",
    "AnsweredBy",
    "ApiKey",
    "ForecastPage",
    "ForecastRow",
    "ForecastWish",
    "HostileValueError",
    "KeptReason",
    "NewApiKey",
    "NewPublication",
    "Node",
    "NodeForecast",
    "NodePage",
    "Outcome",
    "OutcomeConflictError",
    "OvertakenRunError",
    "Page",
    "Prediction",
    "Profile",
    "ProfileWish",
    "Publication",
    "PublishedProfile",
    "Receipt",
    "Store",
    "StoreError",
    "StoreUnavailableError",
    "StoreUrlError",
    "StoreVersionError",
    "TrackWish",
    "UnknownApiKeyError",
    "UnknownCursorError",
    "UnknownScopeError",
    "create_key",
    "current_forecasts",
    "decode_reasons",
    "encode_reasons",
    "find_key",
    "forecast_columns",
    "forecast_nodes",
    "forecast_page",
    "forecasts_of",
    "latest_scores",
    "list_keys",
    "nodes_near",
    "open_store",
    "predictions_with_outcomes",
    "profile_lines",
    "profile_of",
    "publications",
    "publish_forecasts",
    "publish_profiles",
    "ranked_profiles",
    "record_outcomes",
    "record_predictions",
    "retire_publications",
    "revoke_key",
]
