"""The catalog: every operation of the vocabulary, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mango_skill.operations.catalog.picture import COLOR, FRAME
from mango_skill.operations.catalog.sound import OTHER, SOUND
from mango_skill.operations.catalog.time import TIME
from mango_skill.operations.catalog.words import CAPTIONS, GRAPHICS
from mango_skill.operations.model import OperationSpec

CATALOG: Mapping[str, OperationSpec] = MappingProxyType(
    {spec.name: spec for spec in (*TIME, *FRAME, *COLOR, *GRAPHICS, *CAPTIONS, *SOUND, *OTHER)}
)

__all__ = ["CATALOG"]
