"""The one place the version is written in code; SKILL.md agrees by test."""

from __future__ import annotations

VERSION = "0.1.0"
