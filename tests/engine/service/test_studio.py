"""What the director asks about footage, answered by real analysis processes and remembered."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

import pytest

from mango_skill.engine.director import Studio
from mango_skill.engine.media.worker import examine
from mango_skill.engine.places import Places
from mango_skill.engine.store import Asset, Store
from mango_skill.engine.studio import AnalysisStudio
from mango_skill.errors import MediaError

CUES = "1\n00:00:01,000 --> 00:00:02,500\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\n世界\n"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "engine.sqlite3")
    token = store.accounts.issue_token("me", now=0, lifetime_s=10)
    account = store.accounts.account_of(token.text, now=0)
    assert account is not None
    store.sessions.create(account, language="en", now=0)
    return store


def keep(store: Store, places: Places, source: Path) -> Asset:
    """Put a file where uploads lie and into the store."""
    session = store.sessions.oldest_first()[0]
    (places.media(session.id) / source.name).write_bytes(source.read_bytes())
    info = examine(str(source)).to_dict()
    return store.sessions.add_asset(
        session.id, name=source.name, sha256=source.name, file=source.name, info=info, now=0
    )


def studio_for(store: Store, places: Places, *assets: Asset) -> Studio:
    return AnalysisStudio({asset.id: asset for asset in assets}, store=store, places=places)


def write_bursts(path: Path) -> Path:
    """A voice-like sound of 1 s, 2 s of next to nothing, the sound again."""
    rate = 16_000

    def sample(number: int) -> float:
        at = number / rate
        loud = 0.3 * (1 + math.sin(2 * math.pi * 4 * at)) if at < 1 or at >= 3 else 0.0005
        return (
            loud
            * sum(math.sin(2 * math.pi * 140 * harmonic * at) / harmonic for harmonic in range(1, 12))
            / 2
        )

    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        samples = (int(20_000 * max(-1, min(1, sample(number)))) for number in range(4 * rate))
        file.writeframes(b"".join(struct.pack("<h", one) for one in samples))
    return path


def test_pauses_and_loudness_are_found_and_remembered(store: Store, tmp_path: Path) -> None:
    """Remembered: asked again, the file is not needed any more, in another engine's life too."""
    places = Places(tmp_path / "home")
    asset = keep(store, places, write_bursts(tmp_path / "voice.wav"))
    studio = studio_for(store, places, asset)
    ((start, end),) = studio.pauses(asset.id, min_ms=500)
    assert 900 <= start < 1500
    assert 2500 < end <= 3100
    loudness = studio.loudness(asset.id)
    assert loudness is not None
    assert -30 < loudness < -5
    (places.media(asset.session_id) / asset.file).unlink()
    store.close()
    again = Store(tmp_path / "engine.sqlite3")
    later = studio_for(again, places, asset)
    assert later.pauses(asset.id, min_ms=500) == [(start, end)]
    assert later.loudness(asset.id) == loudness
    with pytest.raises(MediaError):
        later.pauses(asset.id, min_ms=501)
    again.close()


def test_cues_of_a_caption_file(store: Store, tmp_path: Path) -> None:
    places = Places(tmp_path / "home")
    source = tmp_path / "words.srt"
    source.write_text(CUES, encoding="utf-8")
    asset = keep(store, places, source)
    cues = studio_for(store, places, asset).cues(asset.id)
    assert [(cue.start, cue.end, cue.text) for cue in cues] == [(1000, 2500, "Hello"), (3000, 4000, "世界")]
    store.close()


def test_moods_and_beats_of_beds_need_no_file(store: Store, tmp_path: Path) -> None:
    studio = studio_for(store, Places(tmp_path / "home"))
    mood, exact = studio.mood("upbeat")
    assert exact
    beats = studio.bed_beats(mood, 10_000)
    assert len(beats) > 8
    assert list(beats) == sorted(beats)
    store.close()


def test_a_file_of_another_session_is_not_looked_at(store: Store, tmp_path: Path) -> None:
    with pytest.raises(MediaError):
        studio_for(store, Places(tmp_path / "home")).pauses("asset_of_someone_else")
    store.close()


def test_answers_go_with_their_session(store: Store) -> None:
    session = store.sessions.oldest_first()[0]
    asset = store.sessions.add_asset(session.id, name="a", sha256="a", file="a", info={}, now=0)
    store.sessions.keep_answer(asset.id, "question", [1])
    assert store.sessions.answer(asset.id, "question") == [1]
    store.sessions.delete(session.id)
    assert store.sessions.answer(asset.id, "question") is None
    store.sessions.keep_answer(asset.id, "question", [1])
    assert store.sessions.answer(asset.id, "question") is None
    store.close()


def test_how_a_song_goes_on_is_found_and_remembered(store: Store, tmp_path: Path) -> None:
    places = Places(tmp_path / "home")
    song = keep(store, places, write_bursts(tmp_path / "song.wav"))
    loop = studio_for(store, places, song).loop(song.id)
    assert loop is not None
    assert 0 <= loop.start < loop.end <= loop.heard
    (places.media(song.session_id) / song.file).unlink()
    assert studio_for(store, places, song).loop(song.id) == loop
    store.close()
