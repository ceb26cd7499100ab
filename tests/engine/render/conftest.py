"""Footage of the whole session, and a place to render in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.render.footage import HEIGHT, WIDTH, Room, beeps, draw_number, hum, write_film
from tests.engine.render.judging import make_film


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for all footage of the session."""
    return tmp_path_factory.mktemp("footage")


@pytest.fixture(scope="session")
def film(shelf: Path) -> Path:
    """Eight seconds at 25 pictures a second, numbered, beeping."""
    return write_film(shelf / "film.mp4", [draw_number(number) for number in range(200)], sound=beeps(8))


@pytest.fixture(scope="session")
def humming(shelf: Path) -> Path:
    """Four seconds at 25 pictures a second, numbered, humming at 440 Hz."""
    return write_film(shelf / "humming.mp4", [draw_number(number) for number in range(100)], sound=hum(4))


@pytest.fixture(scope="session")
def plain(shelf: Path) -> Path:
    """Two seconds of one grey, without sound."""
    grey = np.full((HEIGHT, WIDTH, 3), 128, dtype=np.uint8)
    return write_film(shelf / "plain.mp4", [grey] * 50)


@pytest.fixture
def room(tmp_path: Path, film: Path, humming: Path, plain: Path) -> Room:
    """A place to render in, with the usual footage."""
    return Room(tmp_path, {"film": film, "humming": humming, "plain": plain})


@pytest.fixture
def make_room(tmp_path: Path) -> Callable[[dict[str, Path]], Room]:
    return lambda files: Room(tmp_path, files)


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Films by how they are encoded; each is made once."""
    folder = tmp_path_factory.mktemp("splices")
    made: dict[Any, Path] = {}

    def find(name: str = "film.mp4", **options: str | int) -> Path:
        key = (name, *sorted(options.items()))
        if key not in made:
            place = folder / str(len(made))
            place.mkdir()
            made[key] = make_film(place / name, **options)
        return made[key]

    return find
