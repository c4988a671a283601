"""Docstrings of the package: summaries are nouns or verbs, and public callables list arguments and errors."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = "solver", "meshes", "configs", "benchmarks", "tests"
PACKAGE = "solver", "meshes"
NAMELESS = dict.fromkeys(FOLDERS, re.compile(r"(What|Which|Where|How|When|Why|Who|Of)\b"))
NAMELESS["tests"] = re.compile(r"What\b")
"""Beginnings without a noun or a verb, by folder: tests may state a condition first."""
CONTINUED = re.compile(r"(and|or|but|nor)\b|.*,$", flags=re.DOTALL)
FRAMEWORKS = {"command", "group", "field_validator", "model_validator", "field_serializer"}
"""Decorators whose functions are called by click or pydantic, and document themselves to users."""
RAISERS = {"mistake", "error"}
"""Functions that make an error to be raised."""

pytestmark = pytest.mark.serial


@cache
def modules(*folders):
    """Path, from the root, and syntax tree of every module."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [(path.relative_to(ROOT), ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def texts(tree):
    """Line and text of every docstring, those of attributes and constants included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            if isinstance(node.value.value, str):
                yield node.lineno, node.value.value.strip()


def is_public(node):
    return not node.name.startswith("_")


def public_classes(tree):
    """Public classes, those in classes included."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and is_public(node):
            yield node
            yield from public_classes(node)


def public_functions(tree):
    """Public functions and methods of public classes that people call."""
    for scope in (tree, *public_classes(tree)):
        for node in scope.body:
            if isinstance(node, ast.FunctionDef) and is_public(node) and not names_in(node) & FRAMEWORKS:
                yield node


def constructors(tree):
    """Public classes with a constructor of their own, and that."""
    for node in public_classes(tree):
        for function in node.body:
            if isinstance(function, ast.FunctionDef) and function.name == "__init__":
                yield node, function


def names_in(function):
    """Names in the decorators of a function."""
    nodes = [node for decorator in function.decorator_list for node in ast.walk(decorator)]
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


def arguments(function):
    """Names of the arguments that a caller gives."""
    given = function.args
    found = [*given.posonlyargs, *given.args, given.vararg, *given.kwonlyargs, given.kwarg]
    names = [argument.arg for argument in found if argument is not None]
    return [name for name in names if name not in {"self", "cls"} and not name.startswith("_")]


def section(node, *titles):
    """Names that sections of a docstring explain."""
    text = ast.get_docstring(node) or ""
    parts = re.findall(rf"^(?:{'|'.join(titles)}):\n((?:[ ]+.*\n?|\n)+)", text, flags=re.MULTILINE)
    return set(re.findall(r"^    (\w+): ", "\n".join(parts), flags=re.MULTILINE))


def raises_itself(function):
    """Whether a function makes and raises an error in its own body."""
    nodes = list(function.body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            made = node.exc.func
            name = made.id if isinstance(made, ast.Name) else made.attr
            if name.endswith("Error") or name in RAISERS:
                return True
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            nodes.extend(ast.iter_child_nodes(node))
    return False


def test_docstrings_begin_with_a_noun_or_a_verb():
    odd = [
        f"{path}:{line}: {text[:60]}"
        for path, tree in modules(*FOLDERS)
        for line, text in texts(tree)
        if NAMELESS[path.parts[0]].match(text)
    ]
    assert not odd, "\n".join(odd)


def test_no_sentence_is_split_over_two_docstrings():
    split = [
        f"{path}:{line}: {text[:60]}"
        for path, tree in modules(*FOLDERS)
        for line, text in texts(tree)
        if CONTINUED.match(text)
    ]
    assert not split, "\n".join(split)


def test_public_functions_explain_their_arguments():
    missing = [
        f"{path}:{node.lineno}: {node.name}({name})"
        for path, tree in modules(*PACKAGE)
        for node in public_functions(tree)
        for name in arguments(node)
        if name not in section(node, "Args")
    ]
    assert not missing, "\n".join(missing)


def test_explained_arguments_exist():
    stale = [
        f"{path}:{node.lineno}: {node.name}({name})"
        for path, tree in modules(*PACKAGE)
        for node, function in (*((node, node) for node in public_functions(tree)), *constructors(tree))
        for name in section(node, "Args") - set(arguments(function))
    ]
    assert not stale, "\n".join(stale)


def test_public_classes_explain_the_arguments_of_their_constructors():
    missing = [
        f"{path}:{node.lineno}: {node.name}({name})"
        for path, tree in modules(*PACKAGE)
        for node, function in constructors(tree)
        for name in arguments(function)
        if name not in section(node, "Args", "Attributes")
    ]
    assert not missing, "\n".join(missing)


def test_public_functions_name_the_errors_that_they_raise():
    missing = [
        f"{path}:{node.lineno}: {node.name}"
        for path, tree in modules(*PACKAGE)
        for node in public_functions(tree)
        if raises_itself(node) and not section(node, "Raises")
    ]
    assert not missing, "\n".join(missing)
