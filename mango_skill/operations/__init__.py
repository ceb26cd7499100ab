"""The edit vocabulary: operations declared once, said in words, and read from words.

Reading words is loaded when it is first asked for: what only looks at the declarations does not pay for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mango_skill.operations.catalog import CATALOG
from mango_skill.operations.checking import normalize, operations_from_json
from mango_skill.operations.description import schema
from mango_skill.operations.model import Operation, OperationSpec, Parameter, Tier
from mango_skill.operations.sentences import sentence, sentences

if TYPE_CHECKING:
    from mango_skill.operations.recipes import Recipe, load_recipes
    from mango_skill.operations.understanding import Understanding, parse, warm_up

_LATER = {
    "Recipe": "recipes",
    "load_recipes": "recipes",
    "Understanding": "understanding",
    "parse": "understanding",
    "warm_up": "understanding",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    globals()[name] = found
    return found


__all__ = [
    "CATALOG",
    "Operation",
    "OperationSpec",
    "Parameter",
    "Recipe",
    "Tier",
    "Understanding",
    "load_recipes",
    "normalize",
    "operations_from_json",
    "parse",
    "schema",
    "sentence",
    "sentences",
    "warm_up",
]
