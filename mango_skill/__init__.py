"""Mango AI: say what you want from your footage and get the video."""

from __future__ import annotations

from mango_skill.version import VERSION

__version__ = VERSION

__all__ = ["__version__"]
