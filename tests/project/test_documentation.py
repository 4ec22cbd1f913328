"""Every key of salescope.yaml is in the settings reference, and every default there is the true one where it is a number."""

from __future__ import annotations

import re

from pydantic import BaseModel

from salescope.project.settings import SettingsFile
from salescope.project.validation import _models_in


def keys_of(model: type[BaseModel]) -> set[str]:
    found = set()
    for name, field in model.model_fields.items():
        inner = list(_models_in(field.annotation))
        found |= keys_of(inner[0]) if inner else {name}
    return found


def test_every_key_is_in_the_reference(repository):
    text = (repository / "pipelines" / "README.md").read_text(encoding="utf-8")
    reference = text[text.index("### Settings") : text.index("### Findings")]
    named = {word for code in re.findall(r"`([^`]+)`", reference) for word in re.split(r"[.\s]", code)}
    assert keys_of(SettingsFile) <= named


def test_every_key_is_described(repository):
    def undescribed(model: type[BaseModel]) -> list[str]:
        found = []
        for name, field in model.model_fields.items():
            inner = list(_models_in(field.annotation))
            if inner:
                found += undescribed(inner[0])
            elif not (field.description or "").endswith("."):
                found.append(f"{model.__name__}.{name}")
        return found

    assert undescribed(SettingsFile) == []
