"""What the engine notes beside a file reaches the reader in their language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import mango_skill
from mango_skill.language.script import LANGUAGES
from mango_skill.replies import ExportOutcome, compose
from mango_skill.replies.notes import translate_note

RENDER = Path(mango_skill.__file__).parent / "engine" / "render"
TELLING = ("_loudness_note", "_copied_note", "_notes", "find_losses", "_why_not")
"""Functions whose sentences are notes, or reasons in them."""
SPELLED_OUT = {
    "7 became markers with their words": "7 texts became markers with their words",
    "there is no room for all of the text '7…'7: it was cut": "there is no room for all of the text '7…': it was cut",
}
"""Notes whose values are whole words: what they look like with such."""
OTHERS = [one for one in LANGUAGES if one != "en"]


def told() -> Iterator[str]:
    """Yield every note that the renderer's source writes, with 7 for each value that is put in."""
    for path in sorted(RENDER.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.FunctionDef(name=name) if name in TELLING:
                    ended = (one for one in ast.walk(node) if isinstance(one, ast.Return | ast.Yield))
                    yield from _sentences(_values(ended))
                case ast.Call(func=ast.Attribute(attr="append", value=held), args=[value]) if (
                    getattr(held, "id", getattr(held, "attr", "")) == "notes"
                ):
                    yield from _sentences([value])
                case ast.Call(func=ast.Name(id="Refusal"), args=[value]):
                    yield from _sentences([value])
                case ast.keyword(arg="note", value=value):
                    yield from _sentences([value])


def _values(ended: Iterator[ast.Return | ast.Yield]) -> Iterator[ast.expr]:
    for one in ended:
        if isinstance(one.value, ast.Tuple):
            yield from one.value.elts
        elif one.value is not None:
            yield one.value


def _sentences(values: Iterator[ast.expr] | list[ast.expr]) -> Iterator[str]:
    for value in values:
        if isinstance(value, ast.BoolOp):
            yield from _sentences(value.values)
        elif isinstance(value, ast.IfExp):
            yield from _sentences([value.body, value.orelse])
        elif isinstance(value, ast.JoinedStr):
            parts = [str(one.value) if isinstance(one, ast.Constant) else "7" for one in value.values]
            yield SPELLED_OUT.get("".join(parts), "".join(parts))
        elif isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
            yield value.value


def known(sentence: str) -> bool:
    """Whether a sentence, or the note that gives it as its reason, is said in Spanish."""
    if translate_note(sentence, language="es") != sentence:
        return True
    note = f"every frame was encoded anew, because {sentence}"
    return translate_note(note, language="es") != translate_note(
        "every frame was encoded anew, because of 7", language="es"
    )


def test_every_note_of_the_renderer_is_said_in_other_languages() -> None:
    sentences = set(told())
    assert len(sentences) > 20
    assert {one for one in sentences if not known(one)} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_the_values_of_a_note_come_along(language: str) -> None:
    notes = (
        "copied 1,348 of 1,479 frames from the footage as they are, and encoded the others to match",
        "there is no room for all of the text 'A long story…' and 2 more: it was cut",
        "every frame was encoded anew, because most of it would have to be encoded in HEVC, which takes longer",
    )
    said = compose(ExportOutcome(path="/out.mp4", notes=notes), language=language)
    assert [word for word in ("footage", "encoded", " more") if word in said] == []
    for value in ("1,348", "1,479", "A long story…", "HEVC"):
        assert value in said


@pytest.mark.parametrize("language", OTHERS)
def test_a_reason_that_is_not_known_is_left_out_and_an_unknown_note_stays(language: str) -> None:
    anew = translate_note("every frame was encoded anew, because the moon is full", language=language)
    assert "moon" not in anew
    assert "encoded" not in anew
    assert translate_note("the moon is full", language=language) == "the moon is full"


def test_english_notes_stay_as_they_are() -> None:
    note = "copied all 9 frames from the footage as they are"
    assert translate_note(note, language="en") == note
