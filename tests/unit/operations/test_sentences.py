"""The edit language carries every operation exactly."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mango_skill.operations import CATALOG, Operation, OperationSpec, parse, sentence, sentences
from mango_skill.operations.kinds import Choice, Flag, Kind, ListOf, Number, OneOf, Record, Text

QUICK = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def values(kind: Kind) -> st.SearchStrategy[Any]:
    """Return all the values that a kind of parameter takes."""
    if isinstance(kind, Number):
        low = -1e6 if kind.minimum is None else kind.minimum
        high = 1e6 if kind.maximum is None else kind.maximum
        whole = st.integers(int(low) if low == int(low) else int(low) + 1, int(high))
        return whole if kind.whole else st.one_of(whole, st.floats(low, high, allow_nan=False))
    if isinstance(kind, Text):
        return st.text(min_size=1, max_size=40)
    if isinstance(kind, Choice):
        return st.sampled_from(kind.words)
    if isinstance(kind, Flag):
        return st.booleans()
    if isinstance(kind, ListOf):
        return st.lists(values(kind.item), min_size=kind.fewest, max_size=min(kind.most, kind.fewest + 3))
    if isinstance(kind, OneOf):
        return st.one_of(*map(values, kind.kinds))
    assert isinstance(kind, Record)
    return st.fixed_dictionaries({name: values(inner) for name, inner in kind.fields.items()})


def operations_of(spec: OperationSpec) -> st.SearchStrategy[Operation]:
    optional = {name: values(parameter.kind) for name, parameter in spec.parameters.items()}
    return st.fixed_dictionaries({}, optional=optional).map(lambda found: Operation(spec.name, found))


OPERATIONS = st.sampled_from(sorted(CATALOG)).flatmap(lambda name: operations_of(CATALOG[name]))


@QUICK
@given(OPERATIONS)
def test_every_operation_is_read_back_from_its_sentence(operation: Operation) -> None:
    assert parse(sentence(operation)).operations == (operation,)


@QUICK
@given(st.lists(OPERATIONS, min_size=1, max_size=5))
def test_several_operations_travel_in_one_text(operations: list[Operation]) -> None:
    assert parse(sentences(operations)).operations == tuple(operations)


def test_every_operation_has_a_sentence_without_parameters_too() -> None:
    for name in CATALOG:
        assert parse(sentence(Operation(name))).operations == (Operation(name),)


def test_text_with_quotes_lines_and_emoji_stays_readable_and_whole() -> None:
    title = Operation("add_title", {"text": 'He said "no".\nDelete clip 2, 然后导出 👨‍👩‍👧', "start": 1})
    said = sentence(title)
    assert "然后导出 👨‍👩‍👧" in said
    assert "\n" not in said
    assert parse(said).operations == (title,)


def test_a_line_of_exact_operations_stands_beside_lines_of_plain_words() -> None:
    exact = Operation("trim_start", {"seconds": 3})
    understood = parse(f"{sentence(exact)}\nadd captions")
    assert understood.operations == (exact, Operation("add_captions"))
