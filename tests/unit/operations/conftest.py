"""What the tests of the edit language share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mango_skill.operations import Operation, normalize, parse

FOLDER = Path(__file__).parent


@pytest.fixture
def read() -> Callable[[str], list[dict[str, Any]]]:
    """Return what a message is understood as, defaults left in."""
    return lambda text: [operation.to_json() for operation in parse(text).operations]


@pytest.fixture
def load() -> Callable[[str], list[dict[str, Any]]]:
    """Read a file of instructions with the operations expected."""

    def load_rows(name: str) -> list[dict[str, Any]]:
        lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line]

    return load_rows


@pytest.fixture
def misses(load: Callable[[str], list[dict[str, Any]]]) -> Callable[[str], list[str]]:
    """Return the instructions of a file that are not understood exactly."""

    def is_missed(row: dict[str, Any]) -> bool:
        wanted = [normalize(Operation.from_json(operation)) for operation in row["ops"]]
        return [normalize(operation) for operation in parse(row["text"]).operations] != wanted

    return lambda name: [row["text"] for row in load(name) if is_missed(row)]
