"""The edit vocabulary: operations declared once, said in words, and read from words."""

from __future__ import annotations

from mango_skill.operations.catalog import CATALOG
from mango_skill.operations.checking import normalize, operations_from_json
from mango_skill.operations.description import schema
from mango_skill.operations.model import Operation, OperationSpec, Parameter, Tier
from mango_skill.operations.recipes import Recipe, load_recipes
from mango_skill.operations.sentences import sentence, sentences
from mango_skill.operations.understanding import Understanding, parse, warm_up

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
