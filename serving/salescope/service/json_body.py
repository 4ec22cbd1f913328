"""Reading a body as JSON that has exactly one meaning."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from salescope.service.errors import MalformedJsonError

__all__ = ["decode_body"]

_decode = msgspec.json.Decoder().decode


def decode_body(body: bytes, *, max_depth: int) -> Any:  # noqa: ANN401
    """Decodes a body, or says in what way it is not plain JSON.

    Parameters
    ----------
    body : bytes
        The body as it was sent.
    max_depth : int
        The most levels of arrays and objects inside each other.

    Returns
    -------
    object
        Dictionaries, lists, text, numbers, booleans and None; every number finite, every text whole.

    Raises
    ------
    MalformedJsonError
        If it is empty, not UTF-8, cut off, nested too deeply, names a member twice, or holds a number that is none.

    Examples
    --------
    >>> decode_body(b'{"amount": 1e3}', max_depth=8)
    {'amount': 1000.0}
    >>> decode_body(b'{"amount": NaN}', max_depth=8)
    Traceback (most recent call last):
        ...
    salescope.service.errors.MalformedJsonError: The body is not valid JSON (invalid character at byte 11). Send ...
    """
    if not body.strip():
        raise MalformedJsonError("is empty")
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise MalformedJsonError("begins with a byte order mark")
    try:
        value = _decode(body)
    except UnicodeDecodeError:
        raise MalformedJsonError("is not UTF-8") from None
    except RecursionError:
        raise MalformedJsonError("is nested too deeply", where=f"{max_depth} levels are accepted") from None
    except msgspec.ValidationError:
        # Without a type to check against, the only complaint of this kind is a number beyond a double or 4,300 digits.
        raise MalformedJsonError("holds a number out of range") from None
    except msgspec.DecodeError as error:
        raise MalformedJsonError("is not valid JSON", where=_where(error)) from None
    _check_names(body, n_names=_count_names(value, max_depth=max_depth))
    return value


def _where(error: msgspec.DecodeError) -> str:
    # "JSON is malformed: invalid character (byte 11)": the parser's own words, which quote nothing of the body.
    return str(error).removeprefix("JSON is malformed: ").replace(" (byte", " at byte").rstrip(")").lower()


def _count_names(value: Any, *, max_depth: int) -> int:  # noqa: ANN401
    """Counts the members of all objects, level by level so that no body can exhaust the stack."""
    names = 0
    level = [value]
    for _ in range(max_depth):
        nested: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                names += len(item)
                nested.extend(member for member in item.values() if isinstance(member, dict | list))
            elif isinstance(item, list):
                nested.extend(member for member in item if isinstance(member, dict | list))
        if not nested:
            return names
        level = nested
    raise MalformedJsonError("is nested too deeply", where=f"{max_depth} levels are accepted")


def _check_names(body: bytes, *, n_names: int) -> None:
    # The decoder keeps the last of two equal names without a word. Every name has a colon, so a body with no more
    # colons than names has no name twice; only where texts hold colons do we read it again with the slower parser.
    if body.count(b":") > n_names:
        json.loads(body, object_pairs_hook=_refuse_repeats)


def _refuse_repeats(pairs: Sequence[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise MalformedJsonError("names a member of an object twice")
