"""Size: a function fits a screen, a file is read in one sitting, a call says its arguments by name.

Reason: the code bases we admire agree on small functions and few parameters, not on much else. Escape: none; split it.
"""

from __future__ import annotations

import ast
import statistics

from tests.architecture.code import length_without_docstring, product_modules

MOST_FILE_LINES = 400
MOST_FUNCTION_LINES = 50
MOST_POSITIONAL = 2


def sizes() -> list[tuple[int, str]]:
    return [
        (length_without_docstring(node), f"{module.where}:{node.lineno} {node.name}")
        for module in product_modules()
        for node in module.functions()
    ]


def positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]]
    return len([name for name in names if name not in {"self", "cls"}])


def test_no_file_is_over_the_limit_and_most_are_far_below():
    lengths = {module.where: len(module.text.splitlines()) for module in product_modules()}
    assert {where: length for where, length in lengths.items() if length > MOST_FILE_LINES} == {}
    long = [length for length in lengths.values() if length > 250]
    assert len(long) <= 0.1 * len(lengths)


def test_no_function_is_over_the_limit():
    assert [where for length, where in sizes() if length > MOST_FUNCTION_LINES] == []


def test_functions_are_small_as_a_rule():
    lengths = sorted(length for length, _ in sizes())
    assert statistics.median(lengths) <= 8
    assert lengths[int(0.9 * len(lengths))] <= 25


def test_at_most_two_parameters_are_positional():
    found = [
        f"{module.where}:{node.lineno} {node.name}"
        for module in product_modules()
        for node in module.functions()
        if positional(node) > MOST_POSITIONAL and not module.allows(node.lineno, "positional")
    ]
    assert found == []
