"""API keys: shown once, stored as a digest, found only while active."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from salescope.frames.errors import UnknownNameError
from salescope.store import (
    SCOPES,
    HostileValueError,
    UnknownApiKeyError,
    UnknownScopeError,
    create_key,
    find_key,
    list_keys,
    revoke_key,
)
from salescope.store.keys import KEY

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_key_opens_what_it_was_made_for(store):
    made = create_key(store, label="CRM", scopes=["models:read", "leads:score"], at=NOW)
    found = find_key(store, made.secret, at=NOW)
    assert found == made.record
    assert found.allows("leads:score")
    assert not found.allows("admin")
    assert not found.allows("console:read")


def test_an_administrator_may_do_everything(store):
    made = create_key(store, label="ops", scopes=["admin"], at=NOW)
    assert all(made.record.allows(scope) for scope in SCOPES)


def test_a_key_has_the_promised_form_and_only_its_digest_is_stored(store):
    made = create_key(store, label="CRM", scopes=["admin"], at=NOW)
    assert re.fullmatch(r"ss_[0-9a-f]{10}_[A-Za-z0-9_-]{32}", made.secret)
    with store.reading() as connection:
        row = connection.execute(text("SELECT * FROM api_keys")).one()
    assert row.sha256 == hashlib.sha256(made.secret.encode()).hexdigest()
    assert made.secret not in repr(row)
    assert made.secret not in repr(made)
    assert row.last4 == made.secret[-4:]


def test_no_two_keys_are_alike(store):
    assert len({create_key(store, label="CRM", scopes=["admin"], at=NOW).secret for _ in range(20)}) == 20


def test_a_revoked_key_opens_nothing_and_stays_listed(store):
    made = create_key(store, label="CRM", scopes=["admin"], at=NOW)
    gone = revoke_key(store, made.record.id, at=NOW)
    assert gone.revoked_at == NOW
    assert find_key(store, made.secret, at=NOW) is None
    assert list_keys(store) == [gone]


def test_revoking_twice_keeps_the_first_instant(store):
    made = create_key(store, label="CRM", scopes=["admin"], at=NOW)
    revoke_key(store, made.record.id, at=NOW)
    assert revoke_key(store, made.record.id, at=NOW + timedelta(days=1)).revoked_at == NOW


def test_a_key_ends_at_its_instant(store):
    made = create_key(store, label="trial", scopes=["admin"], at=NOW, expires_at=NOW + timedelta(hours=1))
    assert find_key(store, made.secret, at=NOW + timedelta(minutes=59)) is not None
    assert find_key(store, made.secret, at=NOW + timedelta(hours=1)) is None


def test_instants_of_any_zone_come_back_as_the_same_instant_in_utc(store):
    taipei = datetime(2026, 3, 1, 20, tzinfo=timezone(timedelta(hours=8)))
    create_key(store, label="CRM", scopes=["admin"], at=taipei)
    (key,) = list_keys(store)
    assert key.created_at == NOW
    assert key.created_at.tzinfo is UTC


def test_a_naive_instant_is_refused(store):
    with pytest.raises(HostileValueError, match="no time zone"):
        create_key(store, label="CRM", scopes=["admin"], at=datetime(2026, 3, 1))  # noqa: DTZ001
    assert list_keys(store) == []


def test_keys_are_listed_oldest_first(store):
    later = create_key(store, label="second", scopes=["admin"], at=NOW + timedelta(days=1))
    first = create_key(store, label="first", scopes=["admin"], at=NOW)
    assert [key.id for key in list_keys(store)] == [first.record.id, later.record.id]


@pytest.mark.parametrize("change", [str.upper, lambda key: key[:-1], lambda key: key + "x", lambda key: f" {key}"])
def test_a_nearly_right_key_opens_nothing(store, change):
    made = create_key(store, label="CRM", scopes=["admin"], at=NOW)
    assert find_key(store, change(made.secret), at=NOW) is None


def test_the_secret_of_one_key_does_not_fit_the_id_of_another(store):
    one, other = (create_key(store, label="CRM", scopes=["admin"], at=NOW) for _ in range(2))
    mixed = f"ss_{one.record.id}_{other.secret.split('_', 2)[2]}"
    assert find_key(store, mixed, at=NOW) is None


@given(st.text(max_size=80))
def test_no_text_by_chance_has_the_form_of_a_key(text_):
    assert KEY.fullmatch(text_) is None or text_.isascii()


def test_an_unknown_scope_gets_the_nearest_name(store):
    with pytest.raises(UnknownScopeError, match="did you mean 'leads:score'") as caught:
        create_key(store, label="CRM", scopes=["lead:score"], at=NOW)
    assert isinstance(caught.value, UnknownNameError)


def test_a_key_without_a_scope_is_refused(store):
    with pytest.raises(UnknownScopeError):
        create_key(store, label="CRM", scopes=[], at=NOW)


@pytest.mark.parametrize("label", ["", "x" * 121, "a\x00b", "\ud800"])
def test_a_hostile_label_is_refused_by_both_databases_alike(store, label):
    with pytest.raises(HostileValueError, match=r"api_keys\.label"):
        create_key(store, label=label, scopes=["admin"], at=NOW)
    assert list_keys(store) == []


def test_an_unknown_id_cannot_be_revoked(store):
    made = create_key(store, label="CRM", scopes=["admin"], at=NOW)
    with pytest.raises(UnknownApiKeyError, match=f"'0000000000'.*{made.record.id}"):
        revoke_key(store, "0000000000", at=NOW)
