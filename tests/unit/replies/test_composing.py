"""A reply says what happened, in the reader's language, and nothing that is not for reading."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mango_skill.errors import CreditError, MediaError
from mango_skill.language.script import LANGUAGES
from mango_skill.replies import (
    CreditsOutcome,
    EditOutcome,
    ExportOutcome,
    Failure,
    Greeting,
    Outcome,
    Progress,
    StateOutcome,
    UploadOutcome,
    clean,
    compose,
    describe_changes,
    suggest,
    translate,
)
from mango_skill.replies.wording import load_wording
from mango_skill.timeline.difference import difference
from mango_skill.timeline.effects import EFFECTS, TEXT_STYLE, TRANSITIONS
from mango_skill.timeline.model import (
    AssetSource,
    Canvas,
    Clip,
    Effect,
    GeneratedSource,
    Role,
    Timeline,
    TimeRange,
    Track,
    TrackKind,
    Transition,
)

BEACH = Clip("c1", "beach.mp4", TimeRange(0, 20_000), AssetSource("a1"), TimeRange(0, 20_000))
CITY = Clip("c2", "city.mp4", TimeRange(20_000, 10_000), AssetSource("a2"), TimeRange(0, 10_000))
VIDEO = Track("t1", TrackKind.VIDEO, Role.MAIN, clips=(BEACH, CITY))
BEFORE = Timeline(canvas=Canvas(), tracks=(VIDEO,))
MUSIC = Track(
    "t2",
    TrackKind.AUDIO,
    Role.MUSIC,
    clips=(Clip("m1", "calm", TimeRange(0, 25_000), GeneratedSource("music"), volume=20.0),),
)
AFTER = Timeline(
    canvas=Canvas(1080, 1920, fit="crop"),
    tracks=(
        replace(
            VIDEO,
            clips=(
                replace(BEACH, effects=(Effect("brightness", {"percent": 10}),)),
                replace(
                    CITY,
                    range=TimeRange(20_000, 5_000),
                    speed=Fraction(2),
                    transition=Transition("crossfade", 500),
                ),
            ),
        ),
        MUSIC,
    ),
)


def test_edit_reply_names_what_changed_with_before_and_after() -> None:
    said = compose(EditOutcome(difference(BEFORE, AFTER), timeline=AFTER))
    for part in (
        "30 s → 25 s (-5 s)",
        "1080×1920",
        "brightness +10%",
        "city.mp4 speed 1× → 2×",
        "crossfade",
        "calm",
    ):
        assert part in said
    assert "Timeline (2 tracks): 1. Video: beach.mp4, city.mp4" in said


def test_edit_reply_is_the_same_from_the_difference_and_from_its_json() -> None:
    found = difference(BEFORE, AFTER)
    assert describe_changes(found, language="en") == describe_changes(found.to_json(), language="en")


def test_edit_reply_is_in_chinese_when_the_message_was() -> None:
    said = compose(EditOutcome(difference(BEFORE, AFTER), timeline=AFTER), language="zh")
    assert "时长：30 秒 → 25 秒（-5 秒）" in said
    assert "亮度 +10%" in said
    assert "接下来可以" in said


def test_silent_chat_with_no_change_is_said() -> None:
    assert compose(EditOutcome()) == "Nothing changed in the video."
    assert compose(EditOutcome(), language="zh") == "视频没有变化。"


def test_chat_text_comes_first_without_its_interface() -> None:
    said = compose(
        EditOutcome(difference(BEFORE, AFTER), "Made it vertical. Click Export to save it.", AFTER)
    )
    assert said.startswith("Made it vertical.")
    assert "Click" not in said
    assert said.count("export") == 1


def test_translation_made_before_is_taken_as_it_is() -> None:
    spoken = translate("Done, it is brighter.", language="en", allowed=())
    assert compose(EditOutcome(said=spoken)) == "Done, it is brighter."


def test_next_steps_fit_the_timeline() -> None:
    assert suggest(Timeline(), language="en") == ["send footage or describe a clip"]
    steps = suggest(AFTER, language="en")
    assert 2 <= len(steps) <= 3
    assert not any("music" in step for step in steps)
    assert any("music" in step for step in suggest(BEFORE, language="en"))


@pytest.mark.parametrize(
    ("question", "language", "first"),
    [
        ("is there music?", "en", "Music: calm (0-25 s)."),
        ("what music is used", "en", "Music: calm (0-25 s)."),
        ("how long is the video?", "en", "It is 25 s long."),
        ("how long is the music?", "en", "It is 25 s long."),
        ("how many clips are there", "en", "Clips: 2."),
        ("does it have captions?", "en", "Captions: none yet."),
        ("有字幕吗？", "zh", "字幕：还没有。"),
        ("视频多长", "zh", "长 25 秒。"),
        ("¿cuánto dura?", "es", "Dura 25 s."),
        ("tem música?", "pt", "Música: calm (0-25 s)."),
        ("wie lang ist es?", "de", "Es dauert 25 s."),
        ("y a-t-il des transitions ?", "fr", "Transitions : 1."),
        ("長さは？", "ja", "長さは25 秒です。"),
        ("음악 있어?", "ko", "음악: calm (0-25 초)."),
    ],
)
def test_a_question_is_answered_before_the_whole_is_shown(question: str, language: str, first: str) -> None:
    said = compose(StateOutcome(timeline=AFTER, question=question), language=language).splitlines()
    assert said[0] == first
    assert said[1].startswith("Timeline (")


def test_a_message_that_asks_nothing_in_particular_gets_the_whole() -> None:
    said = compose(StateOutcome(timeline=AFTER, question="show tracks"), language="en")
    assert said == compose(StateOutcome(timeline=AFTER), language="en")


def test_export_reply_has_file_length_resolution_size_and_time() -> None:
    said = compose(ExportOutcome("/v/out.mp4", 3_456_789, 61_200, 1080, 1920, took_ms=12_300))
    assert said == "Your video is ready: /v/out.mp4\n1:01.2, 1080×1920, 3.5 MB, took 12.3 s"


@pytest.mark.parametrize(
    ("outcome", "parts"),
    [
        (CreditsOutcome(100, 20, 120), ["100", "20"]),
        (CreditsOutcome(free=True), ["costs nothing"]),
        (StateOutcome(AFTER), ["Timeline (2 tracks): 1. Video"]),
        (StateOutcome(Timeline()), ["Nothing is in the video yet"]),
        (StateOutcome(AFTER, unplaced=("extra.mp4",)), ["extra.mp4"]),
        (
            UploadOutcome(("a.mp4",), (("b.xyz", MediaError("Unknown kind.", hint="Send mp4.")),)),
            ["a.mp4", "b.xyz", "Send mp4."],
        ),
        (Progress("render", 42.7), ["Rendering", "42"]),
        (Progress(waited_ms=125_000), ["2:05"]),
        (Progress(), ["Still working"]),
        (Failure(CreditError("No credits left.", hint="Top up.")), ["No credits left. Top up."]),
        (Failure({"code": "x"}), ["Something went wrong"]),
        (Greeting("local"), ["this machine", "1080p"]),
        (Greeting("cloud", 100), ["100"]),
    ],
)
def test_each_outcome_says_its_facts(outcome: Outcome, parts: list[str]) -> None:
    said = compose(outcome)
    for part in parts:
        assert part in said


def test_known_error_is_said_in_chinese_with_what_to_do() -> None:
    assert "充值" in compose(Failure(CreditError("No credits left.", hint="Top up.")), language="zh")


@pytest.mark.parametrize(
    "secret",
    [
        "nmv_usr_0a1b2c3d4e5f",
        "Bearer abcdef123456",
        "123e4567-e89b-12d3-a456-426614174000",
        '{"code": 0, "data": {"token": "x"}}',
        "(session id: sess_42ab)",
        '```json\n{"t": []}\n```',
        "9f86d081884c7d659a2feaa0c55ad015",
    ],
)
def test_no_token_id_or_raw_data_reaches_the_reader(secret: str) -> None:
    said = compose(EditOutcome(said=f"Made it brighter. {secret} And warmer."))
    assert secret not in said
    assert "Made it brighter." in said
    assert "And warmer." in said


def test_stray_error_line_after_an_answer_is_dropped() -> None:
    assert clean("Brighter now.\nI encountered a temporary issue. Please try again.") == "Brighter now."
    assert clean("I encountered a temporary issue.") != ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_wording_has_the_same_blanks_as_the_english(language: str) -> None:
    english = load_wording("en")
    for key, sentence in load_wording(language).items():
        if key in english:
            blanks = {part.partition("}")[0] for part in sentence.split("{")[1:]}
            assert blanks == {part.partition("}")[0] for part in english[key].split("{")[1:]}, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_there_in_each_language(language: str) -> None:
    every = {key for one in LANGUAGES for key in load_wording(one)}
    missing = every - set(load_wording(language))
    # an English error says its own message, and many kinds are called what they are
    assert {key for key in missing if language != "en" or not key.startswith(("kind.", "error."))} == set()


@pytest.mark.parametrize("language", [one for one in LANGUAGES if one != "en"])
def test_every_effect_and_transition_has_a_name_in_each_language(language: str) -> None:
    own = set(load_wording(language)) - {"kind.zoom", "kind.glitch"}
    names = {*EFFECTS, *TRANSITIONS, *(key for key in TEXT_STYLE)} - {"zoom", "glitch"}
    assert {name for name in names if f"kind.{name}" not in own} == set()
    english = load_wording("en")
    # single words may be the same; what takes several is not left in English
    assert {
        key
        for key in own
        if re.search(r"[a-z]+ [a-z]+", english.get(key, "")) and load_wording(language)[key] == english[key]
    } == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_change_line_speaks_in_the_words_of_the_draft(language: str) -> None:
    changes = [
        {"kind": "effect_added", "track": "Video", "after": {"kind": kind, "parameters": {name: value}}}
        for kind, spec in EFFECTS.items()
        for name, meaning in spec.parameters.items()
        for value in ("original_audio", "horizontal", "top_left", "auto")
        if value.partition("_")[0] in meaning
    ]
    lines = [line for one in changes for line in describe_changes([one], language=language)]
    assert len(lines) >= 4
    assert [line for line in lines if "_" in line or "target" in line] == []


NAMES = st.sampled_from(["beach.mp4", "城市.mov", "take 2", "logo.png"])
TEXTS = st.one_of(st.none(), st.text(alphabet='ab 你好"{}<>', min_size=1, max_size=12))
EFFECT_LISTS = st.lists(
    st.sampled_from(
        [
            Effect("grayscale"),
            Effect("brightness", {"percent": 10}),
            Effect("blur", {"percent": 50}, TimeRange(1_000, 2_000)),
            Effect("unheard_of", {"x": 1}),
            Effect("lut", {"asset": "a_9f86d081884c7d65"}),
        ]
    ),
    max_size=2,
    unique_by=lambda effect: effect.kind,
).map(tuple)


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    tracks = []
    for number in range(draw(st.integers(0, 3))):
        clips = []
        for place in range(draw(st.integers(0, 3))):
            start = place * 5_000
            clips.append(
                Clip(
                    draw(st.sampled_from([f"c{number}{place}", f"d{number}{place}"])),
                    draw(NAMES),
                    TimeRange(start, draw(st.sampled_from([2_000, 4_500]))),
                    AssetSource("a1"),
                    TimeRange(0, 4_500),
                    speed=draw(st.sampled_from([Fraction(1), Fraction(3, 2)])),
                    volume=draw(st.sampled_from([100.0, 35.0])),
                    text=draw(TEXTS) if number == 2 else None,
                    transition=draw(st.sampled_from([None, Transition("crossfade", 500)])),
                    effects=draw(EFFECT_LISTS),
                    reverse=draw(st.booleans()),
                )
            )
        kind = (TrackKind.VIDEO, TrackKind.AUDIO, TrackKind.TEXT)[number]
        role = (Role.MAIN, Role.MUSIC, Role.TITLE)[number]
        tracks.append(Track(f"t{number}", kind, role, clips=tuple(clips)))
    canvas = draw(st.sampled_from([None, Canvas(), Canvas(1080, 1920)]))
    return Timeline(canvas=canvas, tracks=tuple(tracks), effects=draw(EFFECT_LISTS))


@settings(max_examples=200, deadline=None)
@given(timelines(), timelines(), st.sampled_from(LANGUAGES), st.booleans())
def test_no_reply_to_a_difference_is_empty_and_every_change_is_mentioned(
    before: Timeline, after: Timeline, language: str, spoken: bool
) -> None:
    found = difference(before, after)
    said = compose(EditOutcome(found, "All set." if spoken else "", after), language=language)
    assert said.strip()
    assert "9f86d081884c7d65" not in said
    for change in found.to_json():
        mention(change, said)


def mention(change: dict[str, Any], said: str) -> None:
    name = str(change.get("name", ""))
    if name:
        assert " ".join(name.split()) in said, change
    for side in ("before", "after"):
        if change["kind"].startswith("effect") and side in change:
            kind = change[side]["kind"]
            wording = [
                load_wording(language).get(f"kind.{kind}", kind.replace("_", " ")) for language in LANGUAGES
            ]
            assert any(word in said for word in wording), change


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_that_is_no_video_is_not_called_one(language: str) -> None:
    said = {
        compose(ExportOutcome(path="/x/a", format=form), language=language)
        for form in ("mp4", "jpg", "mp3", "srt", "otio")
    }
    assert len(said) == 5
    assert all("/x/a" in one for one in said)
