"""A result is called after the footage that it shows first."""

from __future__ import annotations

from mango_skill.client.naming import result_stem
from mango_skill.protocol.draft import encode
from mango_skill.timeline.model import AssetSource, Clip, Role, Timeline, TimeRange, Track, TrackKind


def clip(name: str, start: int) -> Clip:
    return Clip(f"c{start}", name, TimeRange(start, 1_000), AssetSource(f"a{start}"), TimeRange(0, 1_000))


def test_the_storyline_names_the_result_and_not_the_music_below_it() -> None:
    music = Track("t1", TrackKind.AUDIO, Role.MUSIC, clips=(clip("song.mp3", 0),))
    story = Track("t2", TrackKind.VIDEO, Role.MAIN, clips=(clip("my beach.MOV", 0), clip("city.mp4", 1_000)))
    assert result_stem(encode(Timeline(tracks=(music, story))), otherwise="x") == "my beach-edited"
    assert result_stem(encode(Timeline(tracks=(music,))), otherwise="x") == "song-edited"


def test_a_name_that_no_system_could_write_is_made_one_and_none_gives_way_to_the_project() -> None:
    odd = Track("t1", TrackKind.VIDEO, Role.MAIN, clips=(clip('a/b:"c"\u0000.mp4', 0),))
    stem = result_stem(encode(Timeline(tracks=(odd,))), otherwise="x")
    assert not set(stem) & set('/:"\u0000')
    assert result_stem({}, otherwise="holiday") == "holiday-edited"
