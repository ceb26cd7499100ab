"""Mango AI: say what you want from your footage and get the video.

``open_skill`` is the door for programs; ``python -m mango_skill`` the one for people. Names are loaded when they
are first used, so that importing this package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from mango_skill.packed import open_rooms
from mango_skill.version import VERSION as __version__  # noqa: N811 - the name that Python tools look for

if TYPE_CHECKING:
    from mango_skill.errors import MangoError
    from mango_skill.launch import open_skill
    from mango_skill.skill import MangoSkill, Reply
    from mango_skill.tools import TOOLS

__all__ = ["TOOLS", "MangoError", "MangoSkill", "Reply", "__version__", "open_skill"]

_HOMES: Final = {
    "MangoError": "mango_skill.errors",
    "MangoSkill": "mango_skill.skill",
    "Reply": "mango_skill.skill",
    "TOOLS": "mango_skill.tools",
    "open_skill": "mango_skill.launch",
}

open_rooms()  # in a bundle the modules below are packed, one file a room


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mango_skill' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOMES[name]), name)
