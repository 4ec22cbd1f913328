"""The console's addresses: sign in, overview, leads, models, forecasts, track record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from salescope.console.calls import HEADERS, PREFIX, Call
from salescope.console.data import GRADES, ConsoleData, LeadWish, PublishedModel
from salescope.console.drawings import Bar, Reliability, importance_bars, reason_bars, reliability_plot, spark_line
from salescope.console.errors import ForeignFormError, NotSignedInError, PageMissingError, SignInRefusedError
from salescope.console.forecasts import forecasts
from salescope.console.rendering import ASSETS, asset
from salescope.console.sessions import COOKIE, Sessions
from salescope.console.track import track
from salescope.frames.errors import SalescopeError
from salescope.scoring.wording import column_label, phrases_in

__all__ = ["console_routes", "utc_now"]

MOST_FORM_BYTES = 2_048
FORM_SECONDS = 10.0
BEST_SHOWN = 5
MOST_PAGES = 100_000

Show = Callable[[Call], Response]


def utc_now() -> datetime:
    """Gives the present instant in UTC."""
    return datetime.now(UTC)


def console_routes(find: Callable[[Request], ConsoleData], *, clock: Callable[[], datetime] = utc_now) -> APIRouter:
    """Makes the console's pages.

    Parameters
    ----------
    find : callable
        Finds the console's data of the running application from a call.
    clock : callable, optional
        Gives now, an aware instant; sessions end by it.

    Returns
    -------
    APIRouter
        Serve it where no API key is asked for: its pages ask for a session themselves.

    Examples
    --------
    >>> router = console_routes(lambda request: request.app.state.console)
    >>> [route.path for route in router.routes][:2]
    ['/console', '/console/leads']
    """
    door = Door(find, Sessions(clock))
    router = APIRouter(prefix=PREFIX, include_in_schema=False)
    pages = {
        "": overview,
        "/leads": leads,
        "/lead": lead,
        "/models": models,
        "/models/{version}": models,
        "/forecasts": forecasts,
        "/track-record": track,
        "/track-record/{model}": track,
    }
    for path, show in pages.items():
        router.add_api_route(path, door.guard(show), methods=["GET"])
    router.add_api_route("/sign-in", door.ask, methods=["GET"])
    router.add_api_route("/sign-in", door.sign_in, methods=["POST"])
    router.add_api_route("/sign-out", door.sign_out, methods=["POST"])
    router.add_api_route("/assets/{name}", stored, methods=["GET"])
    return router


class Door:
    """Lets viewers in and out, and shows pages to those who are in.

    Parameters
    ----------
    find : callable
        Finds the console's data from a call.
    sessions : Sessions
        Who is in.
    """

    def __init__(self, find: Callable[[Request], ConsoleData], sessions: Sessions) -> None:
        self._find = find
        self._sessions = sessions

    def guard(self, show: Show) -> Callable[[Request], Response]:
        """Makes the address of a page that only viewers see.

        Parameters
        ----------
        show : callable
            Answers the call of a viewer.

        Returns
        -------
        callable
            Runs off the event loop, for the data may have to be waited for.
        """

        def answer(request: Request) -> Response:
            call = Call(request, self._find(request), None)
            try:
                return show(self._signed_in(call))
            except NotSignedInError:
                return call.redirect("/sign-in")
            except PageMissingError:
                return call.page("notice", status=404, notice="missing")
            except SalescopeError:
                return call.page("notice", status=503, notice="unavailable")

        return answer

    def _signed_in(self, call: Call) -> Call:
        viewer = self._sessions.find(call.request.cookies.get(COOKIE, ""))
        # Asked every time: a key that is revoked closes the pages it opened.
        if viewer is None or not call.data.may_stay(viewer):
            raise NotSignedInError
        return Call(call.request, call.data, viewer)

    def ask(self, request: Request) -> Response:
        """Shows the form to sign in."""
        return Call(request, self._find(request), None).page("sign_in", refused=False)

    async def sign_in(self, request: Request) -> Response:
        """Begins a session for who sends a key that opens the console."""
        call = Call(request, self._find(request), None)
        try:
            key = (await form_of(request)).get("key", "")
            viewer = await run_in_threadpool(call.data.sign_in, key.strip())
            if viewer is None:
                raise SignInRefusedError
        except (SignInRefusedError, ForeignFormError):
            return call.page("sign_in", status=403, refused=True)
        except SalescopeError:
            return call.page("notice", status=503, notice="unavailable")
        return call.redirect(token=self._sessions.open(viewer))

    async def sign_out(self, request: Request) -> Response:
        """Ends the session."""
        call = Call(request, self._find(request), None)
        if is_foreign(request):
            return call.page("sign_in", status=403, refused=True)
        self._sessions.close(request.cookies.get(COOKIE, ""))
        return call.redirect("/sign-in", token="")


def is_foreign(request: Request) -> bool:
    """Says whether a browser tells that a form was sent from elsewhere.

    Parameters
    ----------
    request : Request
        The call.

    Returns
    -------
    bool
    """
    return request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


async def form_of(request: Request) -> dict[str, str]:
    """Reads a small form, counting its bytes while they arrive.

    Parameters
    ----------
    request : Request
        The call.

    Returns
    -------
    dict of str to str
        The first value of every field.

    Raises
    ------
    ForeignFormError
        When it is no form of ours: sent from elsewhere, of another type, too long, too slow or not ASCII.
    """
    if is_foreign(request) or not request.headers.get("content-type", "").startswith(
        "application/x-www-form-urlencoded"
    ):
        raise ForeignFormError
    body = b""
    try:
        async with asyncio.timeout(FORM_SECONDS):
            async for part in request.stream():
                body += part
                if len(body) > MOST_FORM_BYTES:
                    raise ForeignFormError
        fields = parse_qs(body.decode("ascii"), max_num_fields=5)
    except (TimeoutError, ValueError):
        raise ForeignFormError from None
    return {name: values[0] for name, values in fields.items()}


def stored(request: Request) -> Response:
    """Serves the stylesheet and the icon."""
    name = request.path_params["name"]
    if name not in ASSETS:
        return Response(status_code=404, headers=HEADERS)
    return Response(asset(name), media_type=ASSETS[name], headers=HEADERS | {"cache-control": "public, max-age=3600"})


def overview(call: Call) -> Response:
    """Shows the model in service, how good it is, and the best leads now."""
    promoted = call.data.models()
    ranking = call.data.leads(LeadWish(size=BEST_SHOWN))
    most = max([1, *ranking.counts.values()])
    return call.page(
        "overview",
        model=promoted[0] if promoted else None,
        plot=_plot(promoted[0]) if promoted else None,
        bars=_importance(promoted[0], call) if promoted else [],
        ranking=ranking,
        grades=[(grade, ranking.total(grade), round(200 * ranking.total(grade) / most, 1)) for grade in GRADES],
    )


def _plot(model: PublishedModel) -> Reliability | None:
    return reliability_plot(model.card.reliability) if model.card and model.card.reliability else None


def _importance(model: PublishedModel, call: Call) -> list[Bar]:
    phrases = phrases_in(call.language)
    found = model.card.importance if model.card else {}
    return importance_bars(found, say=lambda name: column_label(name, phrases=phrases, labels={}))


def leads(call: Call) -> Response:
    """Shows a page of the ranking."""
    grade = call.request.query_params.get("grade")
    wish = LeadWish(grade if grade in GRADES else None, page=_page_number(call.request))
    ranking = call.data.leads(wish)
    pages = max(1, -(-ranking.total(wish.grade) // wish.size))
    return call.page("leads", ranking=ranking, wish=wish, pages=pages, grades=GRADES)


def _page_number(request: Request) -> int:
    given = request.query_params.get("page", "1")
    return min(max(int(given), 1), MOST_PAGES) if given.isascii() and given.isdecimal() and len(given) < 9 else 1


def lead(call: Call) -> Response:
    """Shows one lead: its score, the reasons, earlier answers.

    The id is a parameter and not a part of the path: an id may be ".." or hold a slash, which proxies resolve.
    """
    found = call.data.lead(call.request.query_params.get("id", ""))
    if found is None:
        raise PageMissingError("lead")
    by_strength = sorted(found.reasons, key=lambda reason: -reason.contribution)
    return call.page("lead", lead=found, bars=reason_bars(by_strength), spark=spark_line(found.history))


def models(call: Call) -> Response:
    """Shows every version that was in service, and the card of one."""
    promoted = call.data.models()
    wanted = call.request.path_params.get("version")
    chosen = next((model for model in promoted if wanted in {None, model.version}), None)
    if chosen is None and wanted is not None:
        raise PageMissingError("version")
    return call.page("models", promoted=promoted, chosen=chosen)
