"""From a YAML document to settings: every fault becomes one line with its place and the nearest valid name."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from typing import get_args

from pydantic import BaseModel, ValidationError

from salescope.frames import TABLES
from salescope.frames.errors import SettingsError, UnknownNameError
from salescope.project.document import Document, Place
from salescope.project.settings import DATE_STYLES, SettingsFile

__all__ = ["settings_of"]

DIRECTIVES = "YymdbBHIMSfp"


def settings_of(document: Document) -> SettingsFile:
    """Validates what a settings file says.

    Parameters
    ----------
    document : Document
        The parsed file.

    Returns
    -------
    SettingsFile
        The frozen settings.

    Raises
    ------
    UnknownNameError
        If a section, key, table or canonical column is misspelt.
    SettingsError
        If a value is not accepted.

    Examples
    --------
    >>> from salescope.project.document import read_document
    >>> settings_of(read_document("worksapce: {name: Acme}", name="salescope.yaml"))
    Traceback (most recent call last):
        ...
    salescope.frames.errors.UnknownNameError: ...'worksapce' in salescope.yaml, line 1: did you mean 'workspace'? ...
    """
    try:
        settings = SettingsFile.model_validate(document.content)
    except ValidationError as error:
        raise _explained(error, document) from None
    _check_names(settings, document)
    return settings


def _explained(error: ValidationError, document: Document) -> SettingsError | UnknownNameError:
    """Turns the first fault into one line; a misspelt key goes first, because it explains a missing one."""
    faults = sorted(error.errors(include_url=False), key=lambda fault: fault["type"] != "extra_forbidden")
    fault = faults[0]
    place = tuple(step for step in fault["loc"] if step != "[key]")
    if fault["type"] == "extra_forbidden":
        accepted = _accepted_keys(SettingsFile, place[:-1])
        return UnknownNameError(str(place[-1]), what="key", where=_around(document, place), accepted=accepted)
    where = document.where(place)
    if fault["type"] in {"source", "outcome", "grades"}:
        return SettingsError(fault["msg"], place=where)
    if fault["type"] == "missing":
        return SettingsError(f"the key {place[-1]!r} is missing; add it", place=document.where(place[:-1]))
    message = fault["msg"][:1].lower() + fault["msg"][1:]
    return SettingsError(f"{fault['input']!r} is not accepted: {message}", place=where)


def _around(document: Document, place: Place) -> str:
    """Says the line of a key, and the section around it."""
    line, _, _ = document.where(place).partition(" (")
    dotted = ".".join(str(step) for step in place[:-1])
    return f"{line} ({dotted})" if dotted else line


def _accepted_keys(model: type[BaseModel], place: Place) -> tuple[str, ...]:
    """Walks the models down to the section at a place and lists its keys."""
    for step in place:
        field = model.model_fields.get(str(step))
        inner = next(_models_in(field.annotation), None) if field is not None else None
        # A step into a mapping, as the table's name in tables.leads, stays with the model of its values.
        model = inner or model
    return tuple(model.model_fields)


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _check_names(settings: SettingsFile, document: Document) -> None:
    """Checks the names that only the contract and the codecs know."""
    for name, table in settings.tables.items():
        place: Place = ("tables", name)
        if name not in TABLES:
            raise UnknownNameError(name, what="table", where=_around(document, place), accepted=list(TABLES))
        _check_columns(list(table.columns), table=name, document=document)
        _check_encoding(table.encoding, where=document.where((*place, "encoding")))
        for column, style in table.dates.items():
            _check_date_style(style, where=document.where((*place, "dates", column)))


def _check_columns(given: Sequence[str], *, table: str, document: Document) -> None:
    contract = TABLES[table]
    for column in given:
        if column not in contract.names:
            where = _around(document, ("tables", table, "columns", column))
            raise UnknownNameError(column, what="column", where=where, accepted=contract.names)


def _check_encoding(encoding: str | None, *, where: str) -> None:
    try:
        codecs.lookup(encoding or "utf-8")
    except LookupError:
        accepted = "utf-8, utf-16, gb18030, cp1252 or another codec of Python"
        fault = f"the encoding {encoding!r} is not known; accepted: {accepted}"
        raise SettingsError(fault, place=where) from None


def _check_date_style(style: str, *, where: str) -> None:
    """Accepts a word of ours, or a format of directives that a date has."""
    if style in DATE_STYLES:
        return
    if "%" not in style:
        raise UnknownNameError(style, what="date format", where=where, accepted=[*DATE_STYLES, "%d/%m/%Y"])
    unknown = [f"%{part[:1]}" for part in style.split("%")[1:] if not part or part[0] not in DIRECTIVES]
    if unknown:
        accepted = ", ".join(f"%{letter}" for letter in DIRECTIVES)
        fault = f"the date format {style!r} has {unknown[0]!r}; accepted: {accepted}"
        raise SettingsError(fault, place=where)
