"""What the READMEs show works: Python runs, command lines are understood, targets exist, and what is marked to be run is run.

Blocks of ``sh`` in serving/README.md have tests of their own against a running service (tests/service/test_readme.py).
"""

from __future__ import annotations

import re
import shlex
import sys

import pytest
from tests.docs.command_lines import understand
from tests.docs.programs import run
from tests.docs.reading import ROOT, Document, documents

NAMES = ["README.md", "models/README.md", "models/salescope/README.md", "pipelines/README.md", "serving/README.md",
         "notebooks/README.md", "benchmarks/README.md"]  # fmt: skip
READMES = [Document(ROOT / name) for name in NAMES if (ROOT / name).is_file()]
WITH_PYTHON = [readme for readme in READMES if any(block.language == "python" for block in readme.blocks)]
WITH_RUNS = [readme for readme in READMES if any(block.runs for block in readme.blocks)]
WORDS = re.compile(r"(?:^|[\s(])((?:salescope|make)\s[^;&|)#]*)")

# What a block takes from the text around it, and the folders that it names but no test may write to.
GIVEN = {
    "pipelines/README.md": """
from pathlib import Path
from tests.bundle.made import made_bundle, made_leads
from tests.sources.test_presets import SALESFORCE_REPORT

files, leads, figures, digest = made_bundle(), made_leads().drop(columns="outcome"), {"auc": 0.71}, "0" * 64
Path("acme/data").mkdir(parents=True)
Path("acme/data/leads.csv").write_text(SALESFORCE_REPORT, encoding="utf-8")
Path("srv/sales/.salescope").mkdir(parents=True)
"""
}
ELSEWHERE = re.compile(r"/srv(?=/)")


def program_of(readme: Document, *, folder) -> str:
    """Joins the Python blocks of a file; each is compiled with its own lines, so that a traceback names the README's."""
    lines = [
        GIVEN.get(readme.name, ""),
        "shown = {'__name__': 'shown'} | {k: v for k, v in globals().items() if k[0] != '_'}",
    ]
    for block in readme.blocks:
        if block.language == "python":
            text = "\n" * (block.line - 1) + ELSEWHERE.sub(f"{folder}/srv", block.text)
            lines.append(f"exec(compile({text!r}, {readme.name!r}, 'exec'), shown)")
    return "\n".join(lines)


@pytest.mark.parametrize("readme", WITH_PYTHON, ids=lambda readme: readme.name)
def test_python_runs(readme, tmp_path):
    done = run([sys.executable, "-W", "error", "-c", program_of(readme, folder=tmp_path)], cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("readme", WITH_RUNS, ids=lambda readme: readme.name)
def test_what_is_marked_to_be_run_runs(readme, tmp_path):
    script = "\n".join(block.text for block in readme.blocks if block.runs)
    done = run(["bash", "-euo", "pipefail", "-c", script], cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def every_command_line() -> list[tuple[str, str, bool]]:
    """Lists file, command line and whether it is whole: in running text a command may be named without what it needs."""
    found = []
    for document in documents():
        for line in document.shell_lines:
            found += [(document.name, words.strip(), True) for words in WORDS.findall(line)]
        for text in document.inline_code:
            found += [(document.name, text.strip(), False)] if text.startswith(("salescope ", "make ")) else []
    return found


COMMAND_LINES = every_command_line()


def without_ways(line: str) -> str:
    """Takes away what a shell would do: a file that is written to, a variable, a bracket around what may be left out."""
    return re.sub(r"[\[\]]|\s\d?>\s?\S+", "", line)


@pytest.mark.parametrize(("where", "line", "is_whole"), COMMAND_LINES)
def test_a_command_line_is_understood(where, line, is_whole):
    program, *words = shlex.split(without_ways(line))
    if program == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
        asked = [word for word in words if "=" not in word]
        assert [word for word in asked if word not in targets] == [], (
            f"{where} names a target that the Makefile has not"
        )
    else:
        understand([word for word in words if word not in {"…", "..."}], is_whole=is_whole)


def test_command_lines_are_found():
    lines = [line for _, line, _ in COMMAND_LINES]
    assert len(lines) > 20
    assert "make docs" in lines


@pytest.mark.parametrize(
    "line",
    [
        "leeds",
        "train leeds",
        "train leads --trails 3",
        "keys create --label CRM",
        "keys create",
        "promote leads 7 8",
        "serve now",
        "train",
        "score leads a b",
    ],
)
def test_a_wrong_command_line_is_seen(line):
    with pytest.raises(Exception, match=r"(?i)no such|missing|unexpected"):
        understand(shlex.split(line), is_whole=True)


@pytest.mark.parametrize(
    "line",
    ["train leads -w shop --trials 3", "keys create 'our CRM' --scope leads:score", "score leads new.csv", "--version"],
)
def test_a_right_command_line_passes(line):
    understand(shlex.split(line), is_whole=line != "--version")


def test_what_is_only_named_may_lack_arguments_but_no_option_may_be_wrong():
    understand(["keys", "create", "--scope", "admin"], is_whole=False)
    understand(["keys"], is_whole=False)
    with pytest.raises(Exception, match=r"(?i)no such option"):
        understand(["keys", "create", "--label", "CRM"], is_whole=False)


def test_a_marked_block_is_found_and_an_unmarked_one_is_not(tmp_path):
    (tmp_path / "page.md").write_text(
        "<!-- test: run -->\n```bash\nfalse\n```\n\n```bash\ntrue\n```\n", encoding="utf-8"
    )
    found = Document(tmp_path / "page.md").blocks
    assert [(block.text, block.runs, block.line) for block in found] == [("false\n", True, 3), ("true\n", False, 7)]


def test_commands_that_messages_name_are_understood():
    sources = [path for room in ("models", "pipelines", "serving") for path in sorted((ROOT / room).rglob("*.py"))]
    wrong = []
    for path in sources:
        for line in re.findall(r"(?<!`)`salescope ([^`]+)`(?!`)", path.read_text(encoding="utf-8")):
            try:
                understand([word for word in shlex.split(line) if word != "…"], is_whole=False)
            except Exception as error:  # noqa: BLE001 - the program's parser has no public class of error
                wrong.append(f"{path.relative_to(ROOT)}: salescope {line}: {error}")
    assert wrong == []


def test_the_installed_program_keeps_its_word_about_errors(tmp_path):
    done = run(["salescope", "check", "-w", "nowhere"], cwd=tmp_path)
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("Error: ")
    assert done.returncode == 2
