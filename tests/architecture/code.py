"""The product's modules as syntax trees, read once for all the rules here."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("models", "pipelines", "serving")
ESCAPE = "# architecture: allow "


@dataclass(frozen=True)
class Module:
    """Is one product file: its path, room, dotted name, text and syntax tree."""

    path: Path

    @cached_property
    def where(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def room(self) -> str:
        return self.where.split("/")[0]

    @cached_property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT / self.room).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.where)

    def allows(self, line: int, rule: str) -> bool:
        """Says whether the line carries the named escape of a rule."""
        return f"{ESCAPE}{rule}" in self.text.splitlines()[line - 1]

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def product_modules() -> list[Module]:
    """Lists every product module, sorted by path."""
    return [Module(path) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def packages() -> list[Path]:
    """Lists the folder of every top package, as models/salescope/frames."""
    return sorted(
        folder
        for room in ROOMS
        for folder in (ROOT / room / "salescope").iterdir()
        if folder.is_dir() and folder.name != "__pycache__"
    )


def length_without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Counts the lines of a function, its docstring left out."""
    docstring = ast.get_docstring(node, clean=False)
    return (node.end_lineno or node.lineno) - node.lineno + 1 - (docstring.count("\n") + 1 if docstring else 0)
