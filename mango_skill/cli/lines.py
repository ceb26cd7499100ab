"""Commands that read JSON lines and answer each with one."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

from mango_skill.errors import ArgumentError, MediaError


def answer_lines(name: str, answer: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Answer each object of a file ("-": standard input) with one line on standard output.

    Raises:
        ArgumentError: A line is no JSON object with a ``text``; its number is named.
        MediaError: The file can't be read.
    """
    with _opened(name) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                print(json.dumps(answer(_parsed(line, number)), ensure_ascii=False))
    return 0


@contextlib.contextmanager
def _opened(name: str) -> Iterator[Iterator[str]]:
    if name == "-":
        if hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        yield iter(sys.stdin)
        return
    try:
        file = open(name, encoding="utf-8-sig", errors="replace")  # noqa: SIM115 - closed below
    except OSError as problem:
        raise MediaError(
            f"{name} can't be read ({problem.strerror}).", code="file", hint="Check the path."
        ) from None
    with file:
        yield iter(file)


def _parsed(line: str, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        value = None
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise ArgumentError(
            f'Line {number} is no JSON object with a "text".', hint='Write lines such as {"text": "..."}.'
        )
    return value
