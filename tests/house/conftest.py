"""What the house tests share: the source as syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGE = "mango_skill"


@dataclass(frozen=True)
class Import:
    """One import, wherever in the module it stands."""

    target: str
    names: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Module:
    """A source file of the package."""

    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        """The first name below the package; the package's own file is ``__init__``."""
        first = self.path.relative_to(ROOT / PACKAGE).parts[0]
        return first.removesuffix(".py")

    @property
    def place(self) -> str:
        return str(self.path.relative_to(ROOT))

    def imports(self) -> Iterator[Import]:
        """Yield every import, those inside functions included."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    yield Import(alias.name, (), node.lineno)
            elif isinstance(node, ast.ImportFrom):
                above = ".".join(parts[: -node.level]) if node.level else ""
                target = ".".join(part for part in (above, node.module or "") if part)
                names = tuple(alias.name for alias in node.names)
                yield Import(target, names, node.lineno)
                if target == PACKAGE:
                    yield from (Import(f"{PACKAGE}.{name}", (), node.lineno) for name in names)

    def strings(self) -> Iterator[tuple[str, int]]:
        """Yield every text that is not a docstring, with its line."""
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield node.value, node.lineno


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds everything."""
    return ROOT


@pytest.fixture(scope="session")
def modules() -> tuple[Module, ...]:
    """Every source file of the package."""
    paths = sorted((ROOT / PACKAGE).rglob("*.py"))
    return tuple(Module(path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)
