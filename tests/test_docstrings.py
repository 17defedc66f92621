"""Docstrings of public functions say what goes in, what comes out, and what is raised."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "finmodel"
LEAST = 0.80  # share of public functions with parameters; it may only rise
Function = ast.FunctionDef | ast.AsyncFunctionDef


def public() -> Iterator[tuple[str, Function]]:
    """Public functions and methods with parameters, but for the verbs of the command, whose help says what each is."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.parent.name == "cli":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            inside = node.body if isinstance(node, ast.ClassDef) else [node]
            for function in inside:
                if isinstance(function, Function) and not function.name.startswith("_") and parameters(function):
                    yield f"{path.relative_to(PACKAGE)}: {function.name}", function


def parameters(function: Function) -> list[str]:
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [arg.arg for arg in every if arg.arg not in ("self", "cls")]


def sections(function: Function) -> set[str]:
    return set(re.findall(r"^(Args|Returns|Raises|Yields):$", ast.get_docstring(function) or "", re.MULTILINE))


def raises(function: Function) -> bool:
    """Whether it raises in its own body; what a call may raise is for its author to judge."""
    return any(isinstance(node, ast.Raise) and node.exc is not None for node in ast.walk(function))


@cache
def records() -> set[str]:
    """Classes of the package: each says in its own docstring what it is, shapes and units included."""
    files = [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")]
    classes = {node.name for file in files for node in ast.walk(file) if isinstance(node, ast.ClassDef)}
    return classes - {
        "Line",
        "Expr",
        "Given",
        "Const",
        "Op",
        "Account",
    }  # of these a parameter says which one, and its unit


def unsaid(function: Function) -> list[str]:
    """Parameters that are no record of the package and stand neither under Args nor in backticks."""
    text = ast.get_docstring(function) or ""
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    kinds = {arg.arg: ast.unparse(arg.annotation).removesuffix(" | None") if arg.annotation else "" for arg in every}
    return [
        name
        for name in parameters(function)
        if kinds[name] not in records()
        and not re.search(rf"^    (?:\w+, )*{name}(?:, \w+)*:|`{name}`", text, re.MULTILINE)
    ]


def complete(function: Function) -> bool:
    """Its parameters are said, and what it raises; what comes back is its first sentence, or stands under Returns."""
    return not unsaid(function) and ("Raises" in sections(function) or not raises(function))


def test_most_public_functions_with_parameters_say_what_goes_in_and_what_is_raised():
    every = list(public())
    whole = [name for name, function in every if complete(function)]

    assert len(whole) / len(every) >= LEAST, sorted({name for name, _ in every} - set(whole))


def test_args_name_every_parameter_and_no_other():
    wrong = []
    for name, function in public():
        text = ast.get_docstring(function) or ""
        if "Args" in sections(function):
            block = re.split(
                r"^(?:Returns|Raises|Yields):$|^\S", text.split("Args:\n")[1], maxsplit=1, flags=re.MULTILINE
            )[0]
            named = re.findall(r"^    \*{0,2}(\w+(?:, \w+)*):", block, re.MULTILINE)
            said = [one for row in named for one in row.split(", ")]
            wrong += [f"{name}: {one}" for one in said if one not in parameters(function)]

    assert wrong == []
