"""Purity: the models' room touches nothing outside its arguments, and importing anything does nothing.

Reason: what reads a clock or a file cannot be replayed, and what acts at import acts in every notebook and test.
Escape: ``# architecture: allow purity`` on the line, with the reason beside it.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator

from tests.architecture.code import Module, product_modules

WORLD = {
    "os", "pathlib", "io", "shutil", "tempfile", "socket", "subprocess", "threading", "multiprocessing", "time", "logging", "requests",
    "urllib", "http", "httpx", "sqlite3", "sqlalchemy", "mlflow", "glob", "pickle", "joblib", "cloudpickle", "random", "secrets", "uuid",
}  # fmt: skip
CLOCK_CALLS = {"now", "today", "utcnow", "getenv"}
EFFECT_NAMES = {"open", "print", "input", "exec", "eval"}
ALLOWED_FROM_IO = {"BytesIO", "StringIO"}


def impure(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        line = getattr(node, "lineno", 1)
        what = named_effect(node)
        if what and not module.allows(line, "purity"):
            yield f"{module.where}:{line} {what}"


def named_effect(node: ast.AST) -> str:
    if isinstance(node, ast.Import):
        return ", ".join(alias.name for alias in node.names if alias.name.split(".")[0] in WORLD)
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in WORLD:
        names = {alias.name for alias in node.names}
        return "" if node.module == "io" and names <= ALLOWED_FROM_IO else f"from {node.module}"
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Name) and function.id in EFFECT_NAMES:
            return f"{function.id}()"
        if isinstance(function, ast.Attribute) and function.attr in CLOCK_CALLS:
            return f".{function.attr}()"
    if isinstance(node, ast.Attribute) and ast.unparse(node).startswith(
        ("np.random.seed", "np.random.rand", "np.random.normal")
    ):
        return ast.unparse(node)
    return ""


def test_the_pure_room_is_pure():
    modules = [module for module in product_modules() if module.room == "models"]
    assert modules
    assert [found for module in modules for found in impure(module)] == []


def test_nothing_is_learned_into_a_pickle():
    banned = {"pickle", "cloudpickle", "joblib", "dill", "skops", "shelve"}
    found = [
        f"{module.where}:{node.lineno}"
        for module in product_modules()
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.Import) and any(alias.name.split(".")[0] in banned for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in banned)
    ]
    assert found == []


PROBE = """
import importlib, json, os, sys
TOLD = {"open", "socket.connect", "subprocess.Popen", "os.mkdir", "os.remove", "os.rename", "os.putenv"}
seen = []
def ours():
    # What a library does when it is imported is its own; a line of ours that acts is nearer than any library's.
    frame = sys._getframe(2)
    while frame is not None and (frame.f_code.co_filename.startswith("<frozen") or "/lib/python3" in frame.f_code.co_filename):
        if "site-packages" in frame.f_code.co_filename:
            return False
        frame = frame.f_back
    return frame is not None and "salescope" in frame.f_code.co_filename
def watch(event, arguments):
    if event not in TOLD:
        return
    writes = event != "open" or any(letter in str(arguments[1]) for letter in "wax+")
    if writes and "__pycache__" not in str(arguments[0]) and ours():
        seen.append(f"{event} {arguments!r}")
sys.addaudithook(watch)
for name in json.loads(sys.argv[1]):
    importlib.import_module(name)
print(json.dumps(seen))
"""


def test_nothing_happens_at_import_time():
    names = [module.name for module in product_modules() if not module.name.endswith("__main__")]
    command = [sys.executable, "-c", PROBE, json.dumps(names)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
