"""One call of a page: who looks, in which language, and how the answer is dressed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from salescope.console.data import ConsoleData, Viewer
from salescope.console.rendering import environment
from salescope.console.sessions import COOKIE, LIFETIME
from salescope.console.wording import LANGUAGES, WORDS, Language, preferred_language

__all__ = ["PREFIX", "Call", "language_of"]

PREFIX = "/console"
LANGUAGE_COOKIE = "salescope_language"
A_YEAR = 31_536_000
HEADERS = {
    # Stricter than the service's own: these pages need neither scripts nor data: addresses.
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}


def language_of(request: Request) -> Language:
    """Finds the language a page is wanted in: the one just chosen, the one chosen before, the browser's.

    Parameters
    ----------
    request : Request
        The call.

    Returns
    -------
    {"en", "zh"}
    """
    for chosen in (request.query_params.get("language"), request.cookies.get(LANGUAGE_COOKIE)):
        if chosen in LANGUAGES:
            return cast("Language", chosen)
    return preferred_language(request.headers.get("accept-language", ""))


@dataclass(frozen=True, slots=True)
class Call:
    """Holds what answering a page needs.

    Parameters
    ----------
    request : Request
        The call.
    data : ConsoleData
        Where facts come from.
    viewer : Viewer or None
        Who looks; None on the pages that everybody sees.
    """

    request: Request
    data: ConsoleData
    viewer: Viewer | None

    @property
    def language(self) -> Language:
        """Is the language of the page."""
        return language_of(self.request)

    @property
    def base(self) -> str:
        """Is the address of the console, behind whatever path a proxy puts before it."""
        return f"{self.request.scope.get('root_path', '')}{PREFIX}"

    def page(self, template: str, *, status: int = 200, **facts: object) -> Response:
        """Renders a page.

        Parameters
        ----------
        template : str
            Its name without the ending.
        status : int, default 200
            The HTTP status.
        **facts
            What the template shows.

        Returns
        -------
        Response
        """
        html = environment().get_template(f"{template}.html")
        body = html.render(
            t=WORDS[self.language],
            base=self.base,
            root=self.request.scope.get("root_path", ""),
            viewer=self.viewer,
            here=template,
            languages=[(code, name, self._in(code)) for code, name in LANGUAGES.items()],
            language=self.language,
            **facts,
        )
        response = HTMLResponse(body, status_code=status, headers=HEADERS)
        if self.request.query_params.get("language") in LANGUAGES:
            self._keep(response, name=LANGUAGE_COOKIE, value=self.language, seconds=A_YEAR)
        return response

    def redirect(self, place: str = "", *, token: str | None = None) -> Response:
        """Sends the browser to another page of the console.

        Parameters
        ----------
        place : str, default ""
            The address below the console's.
        token : str or None, default None
            The cookie of a session to begin; an empty one ends it.

        Returns
        -------
        Response
        """
        response = RedirectResponse(f"{self.base}{place}", status_code=303, headers={"cache-control": "no-store"})
        if token is not None:
            self._keep(response, name=COOKIE, value=token, seconds=int(LIFETIME.total_seconds()) if token else 0)
        return response

    def _in(self, language: Language) -> str:
        """Is the address of this very page in another language."""
        url = self.request.url.include_query_params(language=language)
        return f"{url.path}?{url.query}"

    def _keep(self, response: Response, *, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=self.base,
            secure=self.request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
