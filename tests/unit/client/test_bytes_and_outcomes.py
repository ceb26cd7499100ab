"""However a stream is cut into pieces and whatever ends its lines, the same events and the same words come out.

Below the public door, because only here can thousands of cuts be tried in a moment.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
import sseclient
from hypothesis import given
from hypothesis import strategies as st

from mango_skill.client.backend import Patience
from mango_skill.client.clock import SystemClock
from mango_skill.client.outcome import Ending, Outcome, RunSnapshot, conclude, fold, without_temporary_issue
from mango_skill.client.stream import EventBytes, Watch
from mango_skill.errors import TimedOutError
from mango_skill.protocol import events

WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=30)


def read(pieces: list[bytes], *, limit: int = 1 << 20) -> list[str]:
    watch = Watch(patience=Patience(), clock=SystemClock())
    reader = EventBytes(watch=watch, max_event_bytes=limit)
    return [one.data for one in sseclient.SSEClient(reader.clean(iter(pieces))).events()]


def cut(body: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [body[start:end] for start, end in itertools.pairwise(edges)]


@given(
    texts=st.lists(WORDS, min_size=1, max_size=4),
    ends=st.lists(st.sampled_from([b"\n", b"\r\n", b"\r"]), min_size=12, max_size=12),
    places=st.lists(st.integers(0, 2000), max_size=30),
    mark=st.booleans(),
)
def test_any_cut_and_any_line_end_gives_the_same_events(
    texts: list[str], ends: list[bytes], places: list[int], mark: bool
) -> None:
    data = [json.dumps({"text": text}, ensure_ascii=False) for text in texts]
    body = b"\xef\xbb\xbf" if mark else b""
    for number, one in enumerate(data):
        first, second = ends[number * 2], ends[number * 2 + 1]
        # A CR followed by an LF is one line end, so that pair can't stand for two.
        second = b"\n" if second == b"\n" and first != b"\r" else (b"\r\n" if first == b"\r" else second)
        body += b": heartbeat" + first + b"data: " + one.encode() + first + second
    assert read(cut(body, places)) == data


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=10))
def test_no_bytes_at_all_break_the_reading(body: bytes, places: list[int]) -> None:
    assert read(cut(body, places)) == read([body])


def test_an_event_above_the_limit_ends_the_reading() -> None:
    with pytest.raises(TimedOutError):
        read([b"data: "] + [b"x" * 1000] * 2000, limit=100_000)


def test_comments_that_never_end_an_event_take_no_room() -> None:
    assert read([b": heartbeat\n"] * 20_000, limit=1000) == []


def told(*data: Any, ending: Ending = Ending.CLEAN) -> Any:
    snapshot = RunSnapshot()
    for one in data:
        for event in events.decode(json.dumps(one)):
            before = snapshot
            snapshot = fold(snapshot, event)
            assert before.events == snapshot.events - 1, "the argument stays as it is"
    return conclude(snapshot, ending)


def adk(text: str, **more: Any) -> dict[str, Any]:
    return {"content": {"parts": [{"text": text}]}, "author": "nemo_agent", **more}


@given(st.lists(WORDS, min_size=1, max_size=8))
def test_partial_texts_and_their_whole_are_shown_once(pieces: list[str]) -> None:
    whole = "".join(pieces).strip()
    partial = [adk(piece, partial=True, id=str(number)) for number, piece in enumerate(pieces)]
    for result in (told(*partial), told(*partial, adk("".join(pieces), id="whole"))):
        assert result.reply == whole
        assert result.outcome is (Outcome.ANSWERED if whole else Outcome.SILENT)


@given(st.lists(WORDS.filter(str.strip), min_size=1, max_size=6), st.sampled_from(list(Ending)))
def test_every_turn_has_exactly_one_outcome_and_keeps_its_words(texts: list[str], ending: Ending) -> None:
    result = told(*(adk(text, id=str(number)) for number, text in enumerate(texts)), ending=ending)
    expected = {
        Ending.CLEAN: Outcome.ANSWERED,
        Ending.CUT: Outcome.INTERRUPTED,
        Ending.TIMED_OUT: Outcome.TIMED_OUT,
        Ending.CANCELLED: Outcome.CANCELLED,
    }
    assert result.outcome is expected[ending]
    for text in texts:
        assert text.strip() in result.reply


@pytest.mark.parametrize(
    ("words", "kept", "alone"),
    [
        ("Done. I encountered a temporary issue. Please try again.", "Done.", False),
        ("Done.\n\nI ENCOUNTERED A TEMPORARY ISSUE", "Done.", False),
        ("Done.\n\nI encountered a temporary issue.\n\nI encountered a temporary issue.", "Done.", False),
        ("I encountered a temporary issue.", "I encountered a temporary issue.", True),
        ('I wrote "I encountered a temporary issue".', 'I wrote "I encountered a temporary issue".', False),
        (
            "I encountered a temporary issue.\n\nNow it is done.",
            "I encountered a temporary issue.\n\nNow it is done.",
            False,
        ),
        ("完成。I encountered a temporary issue", "完成。", False),
    ],
)
def test_the_temporary_issue_is_dropped_from_the_end_and_kept_when_it_is_all(
    words: str, kept: str, alone: bool
) -> None:
    assert without_temporary_issue(words) == (kept, alone)
