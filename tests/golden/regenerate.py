"""Writes every golden file anew: ``make golden``; the difference is to be read before it is committed."""

from __future__ import annotations

import json
from pathlib import Path

from salescope.service import ServiceSettings, create_app

FOLDER = Path(__file__).resolve().parent


def openapi() -> str:
    """Describes the service as the OpenAPI file does, keys sorted so that a difference is a change."""
    app = create_app(ServiceSettings(published=Path("published"), store_url="sqlite:///service.db"))
    described = app.openapi()
    # The version of the package moves with every release and says nothing about the addresses.
    described["info"]["version"] = "0"
    return json.dumps(described, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


GOLDEN = {"openapi.json": openapi}


def main() -> None:
    """Writes the files and names those that changed."""
    for name, make in GOLDEN.items():
        path = FOLDER / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        path.write_text(make(), encoding="utf-8")
        print(f"{name}: {'unchanged' if before == path.read_text(encoding='utf-8') else 'CHANGED'}")


if __name__ == "__main__":
    main()
