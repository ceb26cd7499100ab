"""The edit vocabulary: operations declared once, said in words, and read from words."""

from __future__ import annotations

from mango_skill.operations.catalog import CATALOG
from mango_skill.operations.checking import normalize, operations_from_json
from mango_skill.operations.model import Operation, OperationSpec, Parameter, Tier
from mango_skill.operations.schema import schema
from mango_skill.operations.sentences import sentence, sentences

__all__ = [
    "CATALOG",
    "Operation",
    "OperationSpec",
    "Parameter",
    "Tier",
    "normalize",
    "operations_from_json",
    "schema",
    "sentence",
    "sentences",
]
