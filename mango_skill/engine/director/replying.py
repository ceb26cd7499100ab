"""The answer to the user: what was done, which defaults were taken, what was not possible and what is."""

from __future__ import annotations

from collections.abc import Iterator

from mango_skill.engine.director.carrying import Carried, Done, Question
from mango_skill.engine.director.desk import Desk
from mango_skill.engine.director.reading import Reading, unread_language
from mango_skill.engine.director.wording import say, say_clause, words
from mango_skill.operations.recipes import load_recipes

MOST_ASIDES = 4
MOST_REFUSALS = 6


def compose(carried: Carried, desk: Desk, language: str, *, reading: Reading, changed: bool) -> str:
    """Return the answer, never empty: clauses of what was done, defaults, refusals, what was not understood."""
    sentences = [*_done(carried, desk, language)]
    if reading.recipes and changed:
        whole = all(done.ok for done in carried.done)
        sentences += [_recipe(name, language, whole=whole) for name in reading.recipes]
    refusals = [done.refusal for done in carried.done if done.refusal is not None]
    for key, facts in list(dict.fromkeys((key, tuple(facts.items())) for key, facts in refusals))[
        :MOST_REFUSALS
    ]:
        sentences.append(say(language, "cannot", key, dict(facts)))
    if refusals and not changed and carried.version_move is None:
        sentences.append(say(language, "frame", "unchanged"))
    if reading.leftovers and carried.done:
        sentences.append(say(language, "frame", "leftovers", {"parts": list(reading.leftovers)}))
    if not carried.done:
        sentences.append(say(unread_language(desk.message, language), "frame", "nothing"))
    return _joined(sentences, language)


def compose_question(question: Question, language: str) -> str:
    """Return one short question."""
    facts = {**question.facts, "options": list(question.options), "missing": question.missing}
    return say(language, "ask", question.key, facts)


def note_of(done: Done, language: str) -> str:
    """Return one clause on an operation, or why it was not carried out."""
    if done.refusal is not None:
        return say(language, "cannot", done.refusal[0], done.refusal[1])
    comma = str(words(language)["comma"])
    return comma.join(say_clause(language, key, facts) for key, facts in done.clauses) or done.asked.name


def _done(carried: Carried, desk: Desk, language: str) -> Iterator[str]:
    comma = str(words(language)["comma"])
    clauses = [say_clause(language, key, facts) for done in carried.done for key, facts in done.clauses]
    if not clauses:
        return
    told = comma.join(dict.fromkeys(clauses))
    yield say_capital(say_raw(language, "done", clauses=told))
    if desk.end != desk.old_end:
        yield say(language, "frame", "length", {"length": desk.end})
    asides = [say(language, "asides", key, facts) for key, facts in desk.asides[:MOST_ASIDES]]
    if asides:
        yield say_capital(
            say_raw(language, "asides", asides=("; " if language == "en" else "；").join(asides))
        )


def say_raw(language: str, key: str, **values: str) -> str:
    """Fill a frame with text that is already worded and must not be shortened."""
    frame = str(words(language)["frame"][key])
    for name, value in values.items():
        frame = frame.replace("{" + name + "}", value)
    return frame


def say_capital(sentence: str) -> str:
    """Return the sentence with its first letter large."""
    first = sentence.split(" ", 1)[0]
    if "." in first.rstrip("."):
        return sentence  # a file name is written as it is
    at = next((place for place, c in enumerate(sentence) if c.isalnum()), None)
    return (
        sentence
        if at is None or "“" in sentence[:at]
        else sentence[:at] + sentence[at].upper() + sentence[at + 1 :]
    )


def _joined(sentences: list[str], language: str) -> str:
    return ("" if language == "zh" else " ").join(one for one in sentences if one)


def _recipe(name: str, language: str, *, whole: bool) -> str:
    """Name a recipe, what it chose, and how to change it."""
    shown = name.replace("_", " ")
    if not whole:
        return say_raw(language, "recipe_partly", name=shown)
    told = words(language)["recipes"].get(name)
    says = next((recipe.says for recipe in load_recipes() if recipe.name == name), "")
    return say_raw(language, "recipe", name=shown, says=str(told or says))
