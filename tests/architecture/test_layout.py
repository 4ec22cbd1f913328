"""The house: one namespace, typed packages, every package under a contract, names that explain something.

Reason: a stray ``__init__.py`` in the namespace hides the other roots, a missing ``py.typed`` turns checking off for users without a
word, and a package outside every contract is a wall with a hole.
"""

from __future__ import annotations

import ast
import tomllib

import pytest
from tests.architecture.code import ROOMS, ROOT, packages, product_modules

FORBIDDEN_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "misc",
    "base_utils",
    "shared",
}
TOP_LEVEL = {
    "models",
    "pipelines",
    "serving",
    "notebooks",
    "tests",
    "mlproject.yaml",
    "MLproject",
    "pyproject.toml",
    "README.md",
}


def contracts() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


def test_the_owners_top_level_is_there():
    assert {path.name for path in ROOT.iterdir()} >= TOP_LEVEL
    assert (ROOT / "MLproject").is_symlink()
    assert (ROOT / "MLproject").readlink().name == "mlproject.yaml"


def test_the_namespace_has_no_init():
    assert [room for room in ROOMS if (ROOT / room / "salescope" / "__init__.py").exists()] == []
    loose = [path.name for room in ROOMS for path in (ROOT / room / "salescope").glob("*.py")]
    assert loose == [], "a module beside the packages belongs to none of them"


@pytest.mark.parametrize("package", packages(), ids=lambda folder: folder.name)
def test_a_package_is_typed_documented_and_says_what_is_public(package):
    assert (package / "py.typed").is_file()
    assert (package / "py.typed").read_bytes() == b""
    tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    targets += [node.target for node in tree.body if isinstance(node, ast.AnnAssign)]
    assigned = {target.id for target in targets if isinstance(target, ast.Name)}
    assert "__all__" in assigned


def test_no_package_lives_in_two_rooms():
    names = [folder.name for folder in packages()]
    assert len(names) == len(set(names))


def test_every_package_stands_under_the_layers_contract():
    layers = " | ".join(contracts()["contracts"][0]["layers"]).split(" | ")
    assert sorted(layers) == sorted(f"salescope.{folder.name}" for folder in packages())
    assert sorted(contracts()["root_packages"]) == sorted(layers)


def test_contracts_are_named_as_sentences():
    names = [contract["name"] for contract in contracts()["contracts"]]
    assert len(names) == len(set(names)) >= 6
    assert all(name[0].isupper() and len(name.split()) >= 3 for name in names)


def test_no_name_explains_nothing():
    names = {part: module.where for module in product_modules() for part in module.name.split(".")}
    assert {name: names[name] for name in names.keys() & FORBIDDEN_NAMES} == {}
