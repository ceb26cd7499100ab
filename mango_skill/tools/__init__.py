"""One function for each thing an assistant can do, declared once.

``TOOLS`` holds the records, ``call`` is the door: it checks the arguments against the schema, carries out, and
answers JSON. A tool gets its backend through the ``ToolContext``.
"""

from __future__ import annotations

from mango_skill.tools.context import Opener, Progress, ToolContext
from mango_skill.tools.registry import TOOLS, call
from mango_skill.tools.spec import Doc, Hints, Parameter, ToolSpec, tool

__all__ = [
    "TOOLS",
    "Doc",
    "Hints",
    "Opener",
    "Parameter",
    "Progress",
    "ToolContext",
    "ToolSpec",
    "call",
    "tool",
]
