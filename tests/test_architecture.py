"""The house rules: one direction, front doors, who commits; and the linters."""

import ast
import importlib
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.app import load_models
from marketplace.extensions import Base

TOP = Path(__file__).resolve().parent.parent
ROOT = TOP / "marketplace"
FILES = sorted(ROOT.rglob("*.py"))
PACKAGES = {path.parent.name for path in ROOT.glob("*/__init__.py")}
WITHOUT_DOOR = {"core", "cli", "web", "api"}  # core is words for all; edges are imported by app alone
EDGES = {"web", "api", "cli", "jobs"}
FLASK_ALLOWED = EDGES | {"access", "documents", "reporting"}
FLASK = {"flask", "werkzeug", "flask_login", "flask_wtf", "flask_babel", "wtforms", "jinja2"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def package_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[0] if len(parts) > 1 else ""


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every module that is imported, wherever it stands, as (name, line)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}"
            yield node.module or "", node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def behind_doors(path: Path, tree: ast.AST) -> Iterator[str]:
    """Name the imports of a room of another package."""
    for module, line in imported(tree):
        parts = module.split(".")
        if parts[0] != "marketplace" or len(parts) < 3 or parts[1] in WITHOUT_DOOR or parts[1] == package_of(path):
            continue
        if (ROOT / parts[1] / f"{parts[2]}.py").exists() or (ROOT / parts[1] / parts[2]).is_dir():
            door = importlib.import_module(f"marketplace.{parts[1]}")
            if not (len(parts) == 3 and parts[2] in door.__all__):
                yield f"{name_of(path)}:{line} {module}"


def names_behind_doors(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """Yield (package, attribute, line) for package.attribute where the package was imported whole."""
    bound = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "marketplace"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in bound:
            yield bound[node.value.id], node.attr, node.lineno


def test_contracts():
    """In a process of its own: import-linter silences every logger that it finds, and later tests read logs."""
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "0 broken" in ended.stdout


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_front_doors(path):
    tree = ast.parse(path.read_text())
    assert not list(behind_doors(path, tree))
    assert not [
        f"{name_of(path)}:{line} {package}.{name}"
        for package, name, line in names_behind_doors(tree)
        if package in PACKAGES - WITHOUT_DOOR and name not in importlib.import_module(f"marketplace.{package}").__all__
    ]


@pytest.mark.parametrize("package", sorted(PACKAGES - WITHOUT_DOOR))
def test_doors_say_what_is_behind_them(package):
    door = importlib.import_module(f"marketplace.{package}")
    assert all(hasattr(door, name) for name in door.__all__)
    for promise in ("Owns:", "Guarantees:", "May import:"):
        assert promise in (door.__doc__ or ""), promise


@pytest.mark.parametrize("path", [p for p in FILES if package_of(p) not in FLASK_ALLOWED | {""}], ids=name_of)
def test_books_and_stages_do_not_know_flask(path):
    known = [f"{name}:{line}" for name, line in imported(ast.parse(path.read_text())) if name.split(".")[0] in FLASK]
    assert not known


@pytest.mark.parametrize("path", [p for p in FILES if package_of(p) not in EDGES | {""}], ids=name_of)
def test_only_gateway_functions_commit(path):
    bad = []
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
            for node in ast.walk(function):
                called = isinstance(node, ast.Call) and (
                    getattr(node.func, "attr", None) or getattr(node.func, "id", None)
                )
                if called in ("commit", "rollback", "atomic") and "gateway" not in arguments:
                    bad.append(f"{name_of(path)}:{node.lineno} {called}")
    assert not bad


@pytest.mark.parametrize("path", [p for p in FILES if p.name != "clock.py"], ids=name_of)
def test_one_clock(path):
    calls = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}
    bad = [
        f"{name_of(path)}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name | ast.Attribute)
        and (getattr(node.value, "id", getattr(node.value, "attr", "")), node.attr) in calls
    ]
    assert not bad


def test_distribution_reads_the_ledger_only():
    for path in (ROOT / "distribution").rglob("*.py"):
        for module, line in imported(ast.parse(path.read_text())):
            assert not module.startswith(("marketplace.payments", "marketplace.fulfilment")), f"{name_of(path)}:{line}"


def test_relationships_point_backwards():
    load_models()
    config = tomllib.loads((TOP / "pyproject.toml").read_text())
    layers = config["tool"]["importlinter"]["contracts"][0]["layers"]
    rank = {name.strip(" ()"): i for i, layer in enumerate(layers) for name in layer.split("|")}
    for mapper in Base.registry.mappers:
        here = mapper.class_.__module__.split(".")[1]
        for relation in mapper.relationships:
            there = relation.mapper.class_.__module__.split(".")[1]
            assert here == there or rank[here] < rank[there], f"{relation}: {here} -> {there}"
        for key in (key for column in mapper.local_table.c for key in column.foreign_keys):
            owner = next(m for m in Base.registry.mappers if m.local_table is key.column.table)
            there = owner.class_.__module__.split(".")[1]
            assert here == there or rank[here] < rank[there], f"{key}: {here} -> {there}"


def test_tables_named_in_references_never_reuse_an_id():
    load_models()
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__.startswith(("marketplace.ledger", "marketplace.trail", "marketplace.queue")):
            assert mapper.local_table.dialect_options["sqlite"]["autoincrement"], mapper.class_


@pytest.mark.parametrize(
    "command",
    [("ruff", "check", "--quiet", "."), ("ruff", "format", "--check", "--quiet", "."), ("mypy",)],
    ids=["ruff check", "ruff format", "mypy"],
)
def test_linters(command):
    ended = subprocess.run([sys.executable, "-m", *command], cwd=TOP, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
