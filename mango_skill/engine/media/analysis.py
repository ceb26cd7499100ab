"""The doors that a child process is called through: JSON in, JSON out."""

from __future__ import annotations

from typing import Any

from mango_skill.engine.media.probe import probe


def probe_file(path: str) -> dict[str, Any]:
    """Return ``MediaInfo.to_dict`` of a file (see ``probe.probe``)."""
    return probe(path).to_dict()
