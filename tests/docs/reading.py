"""Markdown files as the tests read them: headings, links and blocks of code."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.docs.markdown import anchor

ROOT = Path(__file__).resolve().parents[2]
RUN = "<!-- test: run -->"
FENCE = re.compile(
    r"^(?P<marks>`{3,})(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=marks)[ \t]*$", flags=re.MULTILINE | re.DOTALL
)
INDENTED = re.compile(r"(?:^(?: {4}|\t)\S.*\n?)+", flags=re.MULTILINE)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^\[[^\]]+\]:\s*(\S+)", flags=re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """Is a fenced block of code: its language, its text, the line of the text in the file, and whether it is to be run."""

    language: str
    text: str
    line: int
    runs: bool


@dataclass(frozen=True)
class Document:
    """Is one Markdown file."""

    path: Path

    @cached_property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix() if self.path.is_relative_to(ROOT) else self.path.name

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """Is the text without blocks of code."""
        return FENCE.sub("", self.text)

    @property
    def blocks(self) -> list[Block]:
        return [self._block(match) for match in FENCE.finditer(self.text)]

    def _block(self, match: re.Match[str]) -> Block:
        before = self.text[: match.start()]
        is_marked = before.rstrip("\n").rpartition("\n")[2].strip() == RUN
        return Block(match["language"], match["text"], before.count("\n") + 2, is_marked)

    @property
    def anchors(self) -> set[str]:
        """Lists the anchors of the headings; a heading that comes again gets a number."""
        seen: Counter[str] = Counter()
        found = set()
        for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", self.prose, flags=re.MULTILINE):
            name = anchor(heading)
            found.add(f"{name}-{seen[name]}" if seen[name] else name)
            seen[name] += 1
        return found | set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", self.prose))

    @property
    def links(self) -> list[str]:
        shown = INLINE.sub("``", self.prose)
        pictures = re.findall(r"<(?:img|a|source)[^>]*?\s(?:src|href|srcset)=\"([^\"]+)\"", self.prose)
        return [*LINK.findall(shown), *REFERENCE.findall(shown), *pictures]

    @property
    def shell_lines(self) -> list[str]:
        """Lists the lines of shell blocks, and of indented ones; a line that goes on is one line."""
        fenced = [block.text for block in self.blocks if block.language in {"bash", "sh", "shell", "console"}]
        indented = [re.sub(r"^(?: {4}|\t)", "", found, flags=re.MULTILINE) for found in INDENTED.findall(self.prose)]
        joined = "\n".join([*fenced, *indented]).replace("\\\n", " ")
        return [line.strip().removeprefix("$ ") for line in joined.splitlines() if line.strip()]

    @property
    def inline_code(self) -> list[str]:
        return INLINE.findall(self.prose)


def documents() -> list[Document]:
    """Lists every Markdown file of the repository, tracked or about to be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in sorted(set(filter(None, listed.split("\0"))))]
    return [Document(path) for path in paths if path.is_file()]


def missing_targets(document: Document) -> list[str]:
    """Lists the relative links of a file that lead nowhere, by file or by anchor."""
    wrong = []
    for address in document.links:
        if re.match(r"[a-z][a-z0-9+.-]*:|//|/", address):
            continue
        name, _, fragment = address.partition("#")
        target = (document.path.parent / name).resolve() if name else document.path
        if not target.exists():
            wrong.append(f"{address}: no such file")
        elif fragment and target.suffix == ".md" and fragment not in Document(target).anchors:
            wrong.append(f"{address}: no such heading")
    return wrong
