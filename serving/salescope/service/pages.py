"""The service's own pages, without any outside host: the API's documentation, and what each kind of problem means."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from salescope.service.problems import ProblemType, every_problem_type

__all__ = ["DOCS_PATHS", "DOCS_PREFIXES", "PROBLEM_PATHS", "PROBLEM_PREFIXES", "docs_assets", "page_routes"]

DOCS_PATHS = frozenset({"/docs", "/docs/start.js", "/openapi.json"})
DOCS_PREFIXES = ("/docs/assets/",)
PROBLEM_PATHS = frozenset({"/problems"})
PROBLEM_PREFIXES = ("/problems/",)

DOCS_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Salescope API</title>
<link rel="icon" href="docs/assets/favicon.png">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
<main id="api"></main>
<noscript>This page needs JavaScript. The same is in <a href="openapi.json">openapi.json</a>.</noscript>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

# Its own file, because the content security policy allows no script inside a page.
START_SCRIPT = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
"""

PROBLEM_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title - Salescope</title>
</head>
<body>
<main>
<h1>$title</h1>
$content
</main>
</body>
</html>
""")


def docs_assets() -> StaticFiles:
    """Serves the documentation's script and stylesheet from the wheel that brings them.

    Returns
    -------
    StaticFiles
    """
    return StaticFiles(directory=Path(str(files("fastapi_offline"))) / "static")


def page_routes() -> APIRouter:
    """Makes the pages; none of them is part of the API.

    Returns
    -------
    APIRouter
    """
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/docs", docs_page, methods=["GET"], response_class=HTMLResponse)
    router.add_api_route("/docs/start.js", start_script, methods=["GET"], response_class=Response)
    router.add_api_route("/problems", problem_index, methods=["GET"], response_class=HTMLResponse)
    router.add_api_route("/problems/{slug}", problem_page, methods=["GET"], response_class=HTMLResponse)
    return router


async def docs_page(request: Request) -> HTMLResponse:  # noqa: ARG001
    """Shows the API with a form for each address."""
    return HTMLResponse(DOCS_PAGE)


async def start_script(request: Request) -> Response:  # noqa: ARG001
    """Starts the documentation in the browser."""
    return Response(START_SCRIPT, media_type="text/javascript")


async def problem_index(request: Request) -> HTMLResponse:  # noqa: ARG001
    """Lists every kind of problem."""
    rows = "".join(
        f'<li><a href="problems/{kind.slug}">{kind.status} {escape(kind.title)}</a></li>\n'
        for kind in every_problem_type().values()
    )
    return HTMLResponse(PROBLEM_PAGE.substitute(title="Problems", content=f"<ul>\n{rows}</ul>"))


async def problem_page(request: Request) -> HTMLResponse:
    """Says what one kind of problem means and what to do; its type URI leads here."""
    kind = every_problem_type().get(request.path_params["slug"])
    if kind is None:
        raise HTTPException(404)
    return HTMLResponse(PROBLEM_PAGE.substitute(title=escape(kind.title), content=_about(kind)))


def _about(kind: ProblemType) -> str:
    return f"<p>Status {kind.status}, type <code>{kind.uri}</code>.</p>\n<p>{escape(kind.remedy)}</p>"
