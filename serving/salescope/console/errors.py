"""Errors of the console's door; pages turn them into pages.

::

    ConsoleError
    ├── NotSignedInError     nobody is signed in, or the key no longer opens the console
    ├── SignInRefusedError   the key that was typed opens nothing here
    ├── ForeignFormError     a form was sent from another site, or is none of ours
    └── PageMissingError     there is no such lead, version or node
"""

from __future__ import annotations

from salescope.frames.errors import SalescopeError

__all__ = ["ConsoleError", "ForeignFormError", "NotSignedInError", "PageMissingError", "SignInRefusedError"]


class ConsoleError(SalescopeError):
    """Is the root of the reasons not to show a page."""


class NotSignedInError(ConsoleError):
    """Says that nobody is signed in."""

    def __init__(self) -> None:
        super().__init__("Nobody is signed in. Sign in with an API key of scope 'console:read'.")


class SignInRefusedError(ConsoleError):
    """Says that the key that was typed opens nothing here; not why, so that nobody learns which keys exist."""

    def __init__(self) -> None:
        super().__init__("This key does not open the console. Send an active API key of scope 'console:read'.")


class ForeignFormError(ConsoleError):
    """Says that a form came from another site, or is none of ours."""

    def __init__(self) -> None:
        super().__init__("This form was not sent by the console's own page. Open the sign-in page and send it there.")


class PageMissingError(ConsoleError):
    """Says that there is no such lead or version.

    Parameters
    ----------
    what : str
        What was looked for, as "lead".
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"There is no such {what}. Go back to the list and choose one of it.")
