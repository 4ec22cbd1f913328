"""The HTTP service: scores leads for a CRM, guarded by API keys, with problems that say what to do."""

from salescope.service.app import Extension, check_start, create_app
from salescope.service.errors import ServiceError
from salescope.service.server import serve, server_config
from salescope.service.settings import ServiceSettings

__all__ = ["Extension", "ServiceError", "ServiceSettings", "check_start", "create_app", "serve", "server_config"]
