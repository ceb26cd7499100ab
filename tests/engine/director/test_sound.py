"""Music, levels, muting, other recordings and sound effects."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from mango_skill.timeline import (
    Effect,
    GeneratedSource,
    MediaKind,
    MediaReference,
    Role,
    TimeRange,
    TrackKind,
    edits,
)

if TYPE_CHECKING:
    from conftest import Project

Footage = Callable[..., MediaReference]
Json = Any


def test_music_lies_under_speech_ducked_and_ends_with_the_video(talk: Project) -> None:
    direction = talk.do({"op": "add_music", "mood": "chill"})
    (clip,) = talk.clips_of(Role.MUSIC)
    assert isinstance(clip.media, GeneratedSource)
    assert clip.media.parameters["mood"] == "lofi"
    assert (clip.volume, clip.range) == (18.0, TimeRange(0, 20_000))
    assert talk.effects("duck")
    assert direction.report["music"] == {"mood": "lofi", "percent": 18.0}
    talk.do({"op": "trim_end", "seconds": 5})
    assert talk.clips_of(Role.MUSIC)[0].range.end == 15_000
    talk.do({"op": "set_volume", "target": "music", "db": 6})
    assert talk.clips_of(Role.MUSIC)[0].volume == pytest.approx(35.9, abs=0.1)
    talk.do({"op": "replace_music", "mood": "epic"})
    (other,) = talk.clips_of(Role.MUSIC)
    assert other.name == "Cinematic bed"
    assert other.volume == pytest.approx(35.9, abs=0.1)
    talk.do({"op": "remove_music"})
    assert talk.timeline.role(Role.MUSIC) == ()


def test_music_of_a_silent_video_is_loud(project: Project, footage: Footage) -> None:
    project.upload(footage("mute.mp4", 8, has_audio=False))
    project.do({"op": "add_music"})
    assert project.clips_of(Role.MUSIC)[0].volume == 80


def test_a_music_file_begins_where_it_is_asked_to(talk: Project, footage: Footage) -> None:
    talk.upload(footage("Song.mp3", 60, kind=MediaKind.AUDIO))
    talk.do({"op": "add_music", "source": "song", "start": 5, "percent": 40})
    (clip,) = talk.clips_of(Role.MUSIC)
    assert (clip.range, clip.volume) == (TimeRange(5000, 15_000), 40)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (
            {"op": "mute", "target": "all", "start": 10, "end": 12},
            Effect("mute", {"target": "all"}, TimeRange(10_000, 2000)),
        ),
        ({"op": "mute", "target": "original_audio"}, Effect("mute", {"target": "original_audio"})),
        ({"op": "normalize_loudness", "lufs": -16}, Effect("loudness", {"lufs": -16})),
        ({"op": "shift_audio", "seconds": -0.2}, Effect("shift_audio", {"duration": -200})),
        ({"op": "bleep", "at": 4}, Effect("bleep", {}, TimeRange(4000, 600))),
        ({"op": "pitch", "direction": "down", "target": "voice"}, Effect("pitch", {"semitones": -3})),
        ({"op": "enhance_voice"}, Effect("enhance_voice")),
        ({"op": "level_speakers"}, Effect("level_speakers")),
        ({"op": "set_volume", "percent": 50}, Effect("gain", {"percent": 50, "target": "all"})),
    ],
    ids=lambda one: json.dumps(one) if isinstance(one, dict) else "",
)
def test_a_sound_operation_puts_the_effect_where_it_belongs(
    talk: Project, operation: Mapping[str, Json], expected: Effect
) -> None:
    assert talk.do(operation).steps[0].ok
    assert expected in talk.effects(expected.kind)


def test_unmuting_a_part_of_a_mute_leaves_the_rest_muted(talk: Project) -> None:
    talk.do({"op": "mute"})
    talk.do({"op": "unmute", "start": 5, "end": 8})
    assert [one.range for one in talk.effects("mute")] == [TimeRange(0, 5000), TimeRange(8000, 12_000)]
    talk.do({"op": "unmute"})
    assert talk.effects("mute") == []


def test_all_but_one_clip_are_muted(three: Project) -> None:
    three.do({"op": "mute", "target": "original_audio", "clips_except": ["last"]})
    assert three.timeline.main is not None
    assert [clip.effect("mute") is not None for clip in three.timeline.main.clips] == [True, True, False]


def test_another_recording_takes_the_place_of_the_sound(talk: Project, footage: Footage) -> None:
    talk.upload(footage("voice.wav", 12, kind=MediaKind.AUDIO))
    direction = talk.do({"op": "replace_audio", "source": "voice.wav"})
    assert talk.clips_of(Role.MUSIC) == []
    assert [clip.range for clip in talk.clips_of(Role.VOICE)] == [TimeRange(0, 12_000)]
    assert "12 s" in direction.text


def test_sound_effects_lie_at_their_moment_or_at_every_cut(three: Project) -> None:
    three.do(
        {"op": "add_sfx", "name": "ding", "at": 3}, {"op": "add_sfx", "name": "whoosh", "at": "transitions"}
    )
    assert sorted((clip.name, clip.range.start) for clip in three.clips_of(Role.SFX)) == [
        ("ding", 3000),
        ("whoosh", 9550),
        ("whoosh", 15_550),
    ]


def test_sound_alone_can_be_edited_too(project: Project, footage: Footage) -> None:
    project.upload(footage("podcast.mp3", 30, kind=MediaKind.AUDIO))
    project.studio.pause_table["podcast.mp3"] = [(5000, 7000)]
    project.do({"op": "remove_silence"}, {"op": "normalize_loudness"})
    main = project.timeline.main
    assert main is not None
    assert (main.kind, main.end, main.role) == (TrackKind.AUDIO, 28_000, Role.MAIN)


def test_music_that_came_before_the_video_is_lowered_under_it(project: Project, footage: Footage) -> None:
    project.upload(footage("song.mp3", 60, kind=MediaKind.AUDIO))
    project.upload(footage("talk.mp4", 20))
    (music,) = project.clips_of(Role.MUSIC)
    assert (music.volume, music.range) == (18, TimeRange(0, 20_000))


@pytest.mark.parametrize("late", [False, True])
def test_a_short_song_is_played_on_by_its_loop_whichever_file_comes_first(
    project: Project, footage: Footage, late: bool
) -> None:
    project.studio.loop_table["song.mp3"] = edits.Loop(1000, 9000, heard=9500, bars=4)
    files = [footage("song.mp3", 12, kind=MediaKind.AUDIO), footage("talk.mp4", 20)]
    for file in reversed(files) if late else files:
        project.upload(file)
    sources = [clip.source for clip in project.clips_of(Role.MUSIC)]
    assert sources == [TimeRange(0, 9000), TimeRange(1000, 8000), TimeRange(1000, 3000)]
    project.do({"op": "trim_end", "seconds": 4})
    assert [clip.source for clip in project.clips_of(Role.MUSIC)] == [
        TimeRange(0, 9000),
        TimeRange(1000, 7000),
    ]


def test_a_song_that_nobody_can_look_into_is_played_again_from_its_start(
    project: Project, footage: Footage
) -> None:
    project.studio.broken = True
    project.upload(footage("talk.mp4", 20))
    project.upload(footage("song.mp3", 12, kind=MediaKind.AUDIO))
    sources = [clip.source for clip in project.clips_of(Role.MUSIC)]
    assert sources == [TimeRange(0, 12_000), TimeRange(0, 8000)]


def test_a_recording_that_was_edited_alone_becomes_the_voice_of_pictures_that_come_later(
    project: Project, footage: Footage
) -> None:
    project.upload(footage("podcast.mp3", 12, kind=MediaKind.AUDIO))
    project.do({"op": "trim_start", "seconds": 2})
    project.upload(footage("broll.mp4", 20))
    main = project.timeline.main
    assert main is not None
    assert (main.kind, main.end) == (TrackKind.VIDEO, 20_000)
    assert [clip.range for clip in project.clips_of(Role.VOICE)] == [TimeRange(0, 10_000)]


@pytest.mark.parametrize("edited_before", [False, True])
def test_a_sound_that_is_alone_is_the_music_that_is_meant(
    project: Project, footage: Footage, edited_before: bool
) -> None:
    project.upload(footage("song.mp3", 30, kind=MediaKind.AUDIO))
    if edited_before:
        project.do({"op": "trim_start", "seconds": 2})
    direction = project.say("set the volume of the music to 40%")
    assert direction.steps[0].ok
    assert "usic at 40 %" in direction.text
    assert [clip.volume for _, clip in project.timeline.clips()] == [40]
    project.say("mute the music")
    assert project.timeline.effects == (Effect("mute", {"target": "original_audio"}),)
    project.say("unmute the music")
    assert project.timeline.effects == ()
    assert "nothing" not in project.say("make the music louder").text.casefold()
    before = project.timeline
    assert not project.do({"op": "remove_music"}).steps[0].ok
    assert not project.do({"op": "duck", "target": "music"}).steps[0].ok
    assert project.timeline == before


def test_music_beside_a_recording_is_still_the_music(project: Project, footage: Footage) -> None:
    project.upload(footage("podcast.mp3", 30, kind=MediaKind.AUDIO))
    project.do({"op": "trim_start", "seconds": 2})
    project.do({"op": "add_music", "mood": "calm"})
    project.do({"op": "set_volume", "target": "music", "percent": 40})
    assert [clip.volume for clip in project.clips_of(Role.MUSIC)] == [40]
    assert [clip.volume for clip in project.clips_of(Role.MAIN)] == [100]
    project.do({"op": "remove_music"})
    assert project.clips_of(Role.MUSIC) == []


def test_a_fade_of_the_music_leaves_the_picture_and_the_speech_alone(talk: Project, footage: Footage) -> None:
    assert not talk.do({"op": "fade_out", "target": "music"}).steps[0].ok
    talk.do({"op": "add_music", "mood": "calm"})
    direction = talk.say("fade out the music at the end over 2 seconds")
    assert "2 s fade out of the music" in direction.text
    assert talk.timeline.effects == ()
    (clip,) = talk.clips_of(Role.MUSIC)
    (fade,) = clip.effects
    assert (fade.kind, fade.parameters["duration"], fade.parameters["target"]) == ("fade_out", 2000, "audio")


def test_a_sound_that_is_alone_is_faded_as_the_music(project: Project, footage: Footage) -> None:
    project.upload(footage("song.mp3", 30, kind=MediaKind.AUDIO))
    direction = project.do({"op": "fade_out", "target": "music", "seconds": 3})
    assert "black" not in direction.text
    (fade,) = project.timeline.effects
    assert (fade.parameters["duration"], fade.parameters["target"]) == (3000, "audio")


def test_all_but_the_music_falls_silent_an_added_voice_too(talk: Project, footage: Footage) -> None:
    talk.upload(footage("voice.wav", 5, kind=MediaKind.AUDIO))
    talk.do({"op": "add_music", "mood": "calm"})
    talk.say("mute everything except the music")
    assert {one.parameters["target"] for one in talk.effects("mute")} == {"original_audio", "voice", "sfx"}


def test_other_music_takes_the_place_of_a_song_that_is_alone(project: Project, footage: Footage) -> None:
    project.upload(footage("song.mp3", 30, kind=MediaKind.AUDIO))
    project.do({"op": "replace_music", "mood": "calm"})
    (bed,) = project.clips_of(Role.MUSIC)
    assert bed.range == TimeRange(0, 30_000)
    assert [one.parameters["target"] for one in project.effects("mute")] == ["original_audio"]
    assert project.effects("duck") == []
