"""What the house tests share: the source as syntax trees."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
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
        """Yield every import, those inside functions included, and every module of ours that a text names.

        A text such as "mango_skill.engine.service" is how ``import_module`` gets round an import.
        """
        yield from self.stated_imports()
        for text, line in self.strings():
            if text.startswith(f"{PACKAGE}.") and " " not in text:
                yield Import(text.partition(":")[0].rstrip("."), (), line)

    def stated_imports(self) -> Iterator[Import]:
        """Yield every import statement's imports."""
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

    def calls(self) -> Iterator[tuple[str, int]]:
        """Yield the last name of everything that is called or taken out of an object, with its line."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id, node.lineno
            elif isinstance(node, ast.Attribute):
                yield node.attr, node.lineno

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


def parse(text: str, *, place: str) -> Module:
    """Return a source text as a module that stands at ``place``, such as "mango_skill/router/new.py"."""
    return Module(ROOT / place, ast.parse(text))


@pytest.fixture(scope="session")
def parsed() -> Callable[..., Module]:
    """Makes a module of a text, for tests of the tests."""
    return parse


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds everything."""
    return ROOT


@pytest.fixture(scope="session")
def modules() -> tuple[Module, ...]:
    """Every source file of the package."""
    paths = sorted((ROOT / PACKAGE).rglob("*.py"))
    return tuple(Module(path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths)
