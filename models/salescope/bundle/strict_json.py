"""JSON as a bundle uses it: one spelling for every value, and no value that another reader could take differently."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from salescope.frames.errors import DamagedBundleError

__all__ = ["DEEPEST", "canonical_json", "parse_json"]

DEEPEST = 64


def canonical_json(value: object) -> bytes:
    r"""Writes a value as JSON in its one canonical spelling.

    Parameters
    ----------
    value : object
        Dictionaries with string keys, lists, strings, booleans, None and finite numbers.

    Returns
    -------
    bytes
        UTF-8 text with sorted keys and a final line feed; equal values give equal bytes.

    Raises
    ------
    ValueError
        If a number is not finite.

    Examples
    --------
    >>> canonical_json({"b": 1, "a": [True, None]})
    b'{"a":[true,null],"b":1}\n'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    return f"{text}\n".encode()


def parse_json(data: bytes, *, file: str, deepest: int = DEEPEST) -> Any:  # noqa: ANN401
    """Reads JSON that anyone may have written.

    Parameters
    ----------
    data : bytes
        UTF-8 text without a byte order mark.
    file : str
        The name of the file, for messages.
    deepest : int, default 64
        How many objects and arrays may lie within each other.

    Returns
    -------
    object
        The value; every number in it is finite and every object names a key once.

    Raises
    ------
    DamagedBundleError
        If the text is not UTF-8, not JSON, nested too deeply, repeats a key, or holds NaN, Infinity or a number
        beyond the range of float64.

    Examples
    --------
    >>> parse_json(b'{"a": 1}', file="card.json")
    {'a': 1}
    >>> parse_json(b'{"a": 1, "a": 2}', file="card.json")
    Traceback (most recent call last):
        ...
    salescope.frames.bundle_errors.DamagedBundleError: Bundle file 'card.json' is damaged: key 'a' occurs twice. ...
    """
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object_of_single_keys,
            parse_constant=_refused_constant,
            parse_float=_finite,
        )
    except RecursionError:
        raise DamagedBundleError(file, problem=f"it is nested deeper than {deepest} levels") from None
    except ValueError as problem:
        raise DamagedBundleError(file, problem=_without_stop(problem)) from problem
    if _depth_exceeds(value, deepest):
        raise DamagedBundleError(file, problem=f"it is nested deeper than {deepest} levels")
    return value


def _object_of_single_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            message = f"key {key!r} occurs twice"
            raise ValueError(message)
        found[key] = value
    return found


def _refused_constant(name: str) -> float:
    message = f"{name} is not a number that JSON knows"
    raise ValueError(message)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        message = f"number {text[:24]!r} is beyond the range of float64"
        raise ValueError(message)
    return number


def _depth_exceeds(value: object, deepest: int) -> bool:
    # We walk level by level: a recursive walk would itself fail on the input it is meant to refuse.
    level = _containers([value])
    for _ in range(deepest):
        level = [
            inner for outer in level for inner in _containers(outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)


def _containers(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]


def _without_stop(problem: Exception) -> str:
    return str(problem).rstrip(".")
