"""``salescope keys``: who may call the service, and for what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salescope.cli.output import JsonOption, WorkspaceOption, emit, table
from salescope.project import load_workspace

if TYPE_CHECKING:
    from salescope.store import ApiKey, Store

__all__ = ["app"]

# As in the store, which is too slow to import for a page of help; a test compares the two.
SCOPES = (
    "admin",
    "console:read",
    "customers:read",
    "customers:score",
    "forecasts:read",
    "invoices:score",
    "leads:score",
    "models:read",
    "outcomes:write",
    "plans:read",
    "plans:write",
    "plans:approve",
)

app = typer.Typer(help="Create, list and revoke API keys.", no_args_is_help=True)


@contextmanager
def _store(workspace: str) -> Iterator[Store]:
    from salescope.store import open_store

    settings = load_workspace(workspace)
    settings.state.mkdir(parents=True, exist_ok=True)
    with closing(open_store(settings.store_url)) as store:
        yield store


def _described(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "label": key.label,
        "scopes": sorted(key.scopes),
        "ends_with": key.last4,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    }


@app.command("create")
def create(
    label: Annotated[str, typer.Argument(help="Whom or what it is for.")],
    scope: Annotated[list[str] | None, typer.Option(help=f"May be repeated: {', '.join(SCOPES)}.")] = None,
    *,
    days: Annotated[int | None, typer.Option(help="Days until it expires; never by default.", min=1)] = None,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Make a key; its secret is shown this once and stored only as a SHA-256."""
    from salescope.store import create_key

    now = datetime.now(UTC)
    expires_at = now + timedelta(days=days) if days else None
    with _store(workspace) as store:
        made = create_key(
            store, label=label, scopes=scope or ["leads:score", "models:read"], at=now, expires_at=expires_at
        )
    emit(
        {**_described(made.record), "key": made.secret},
        as_json=as_json,
        people=[
            f"Key [bold]{made.record.id}[/] for {label!r}, scopes {', '.join(sorted(made.record.scopes))}:",
            f"  {made.secret}",
            "It is shown this once; keep it where secrets are kept.",
        ],
    )


@app.command("list")
def list_(*, workspace: WorkspaceOption = ".", as_json: JsonOption = False) -> None:
    """List every key, revoked and expired ones too."""
    from salescope.store import list_keys

    with _store(workspace) as store:
        described = [_described(key) for key in list_keys(store)]
    rows = [
        (key["id"], key["label"], ", ".join(key["scopes"]), f"…{key['ends_with']}", *_dates(key)) for key in described
    ]
    columns = ["id", "label", "scopes", "secret", "created", "expires", "revoked"]
    emit({"keys": described}, as_json=as_json, people=[table("API keys", columns=columns, rows=rows)])


@app.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="The id, as `keys list` shows it.")],
    *,
    workspace: WorkspaceOption = ".",
    as_json: JsonOption = False,
) -> None:
    """Make a key useless from now on."""
    from salescope.store import revoke_key

    with _store(workspace) as store:
        revoked = revoke_key(store, key_id, at=datetime.now(UTC))
    emit(_described(revoked), as_json=as_json, people=[f"Key [bold]{revoked.id}[/] ({revoked.label}) is revoked."])


def _dates(key: dict[str, Any]) -> list[str]:
    return [f"{key[name]:%Y-%m-%d %H:%M}" if key[name] else "" for name in ("created_at", "expires_at", "revoked_at")]
