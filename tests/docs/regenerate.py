"""Writes the reference pages in docs/ anew: ``make docs``. What they say is taken from the product, so they cannot drift from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.docs.api_page import api_page
from tests.docs.cli_page import cli_page
from tests.docs.contract_page import contract_page
from tests.docs.errors_page import errors_page
from tests.docs.markdown import link, page, section, table
from tests.docs.settings_page import settings_page

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs"
INTRO = """
These pages are references. They are written by `make docs` from the code, the settings and the contract themselves, and a test fails when they
differ; so change what they describe, not them.
"""
REFERENCES = {
    "cli.md": ("The command line", "every command, option and exit code"),
    "settings.md": ("Settings", "every key of `salescope.yaml`, every setting of the service, every variable"),
    "contract.md": ("The data contract", "the tables and columns that your data is mapped onto"),
    "api.md": ("The API", "addresses, scopes, examples and fields of the service"),
    "errors.md": ("Errors", "every error, its status over HTTP, and what to do about it"),
}
ROOMS = {
    "../README.md": ("Salescope", "what it is, and how to start"),
    "../models/salescope/README.md": ("The models", "the made company, bundles, the leakage audit, the lead learner"),
    "../pipelines/README.md": ("The pipelines", "workspaces, sources, the registry, promotion"),
    "../serving/README.md": ("Serving", "the service, the store, the console, and why they are as they are"),
    "../notebooks/README.md": ("Notebooks", "retraining step by step, and workspaces for public data sets"),
    "../CHANGELOG.md": ("Changelog", "what changed"),
}


def _listed(pages: Mapping[str, tuple[str, str]]) -> str:
    return table(
        ["page", "what it has"], rows=[[link(title, address), text] for address, (title, text) in pages.items()]
    )


def index_page() -> str:
    """Writes the page that leads to all others."""
    return page(
        "Documentation",
        INTRO,
        _listed(REFERENCES),
        section("Explanations", "Written by hand, beside what they explain.", _listed(ROOMS)),
    )


PAGES: Mapping[str, Callable[[], str]] = {
    "README.md": index_page,
    "api.md": api_page,
    "cli.md": cli_page,
    "contract.md": contract_page,
    "errors.md": errors_page,
    "settings.md": settings_page,
}


def main() -> None:
    """Writes the pages and names those that changed."""
    FOLDER.mkdir(exist_ok=True)
    for name, write in PAGES.items():
        path = FOLDER / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(write(), encoding="utf-8")
        print(f"docs/{name}: {'unchanged' if before == path.read_text(encoding='utf-8') else 'CHANGED'}")


if __name__ == "__main__":
    main()
