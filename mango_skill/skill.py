"""The skill as one object: message and files in, reply out. A face over the tools.

::

    from mango_skill import open_skill

    skill = open_skill(project="holiday")
    print(skill.handle("cut the pauses and add calm music", files=["beach.mp4"]).text)
    print(skill.handle("export as mp4").text)
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mango_skill.tools import TOOLS, ToolContext, call
from mango_skill.tools.wording import error_reply, language_of
from mango_skill.tools.words import LONGEST_WAIT_S


@dataclass(frozen=True)
class Reply:
    """What a message led to.

    Attributes:
        text: What to show the user; never empty, never a token.
        ok: Whether everything that was asked for is done or under way.
        job_id: Names work that is still running; ``MangoSkill.wait`` follows it and goes on from there.
        actions: What the message asked for, in order.
        data: The tool's whole answer.
    """

    text: str
    ok: bool
    job_id: str | None = None
    actions: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)


class MangoSkill:
    """One conversation about one project. Its methods answer; they do not raise."""

    def __init__(self, context: ToolContext) -> None:
        self._context = context
        self._remaining: dict[str, tuple[Mapping[str, Any], ...]] = {}

    @property
    def project(self) -> str:
        """The project that this conversation is about."""
        return self._context.project

    def handle(
        self, text: str, files: Sequence[str | os.PathLike[str]] = (), *, wait_s: int = LONGEST_WAIT_S
    ) -> Reply:
        """Do what a message asks for; answers at the latest after ``wait_s`` seconds of waiting (0 to 45)."""
        arguments = {"text": text, "files": [os.fspath(one) for one in files], "wait_s": wait_s}
        answer = self.call("send_message", arguments)
        reply = _reply(answer, language=language_of(text))
        if reply.job_id is not None:
            self._remaining[reply.job_id] = tuple(answer.get("remaining", ()))
        return reply

    def wait(self, job_id: str, *, wait_s: int = LONGEST_WAIT_S) -> Reply:
        """Follow running work for up to ``wait_s`` seconds (0 to 45), then do what its message asked for besides."""
        deadline = self._context.clock.monotonic() + wait_s
        answer = self.call("wait_for_job", {"job_id": job_id, "wait_s": wait_s})
        reply = _reply(answer, language=self._context.language)
        if reply.job_id is not None:
            return reply
        calls = self._remaining.pop(job_id, ())
        if not reply.ok or answer.get("state") != "done":
            return reply
        return self._continue(reply, calls, wait_s=deadline - self._context.clock.monotonic())

    def call(self, name: str, arguments: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Call one tool; see ``mango_skill.tools.call``."""
        return call(name, arguments, self._context)

    def _continue(self, first: Reply, calls: Sequence[Mapping[str, Any]], *, wait_s: float) -> Reply:
        """Make the calls that a message still asks for; stop at what fails or goes on running."""
        deadline = self._context.clock.monotonic() + wait_s
        replies = [first]
        for number, one in enumerate(calls, 1):
            left_s = max(0, int(deadline - self._context.clock.monotonic()))
            takes_time = any(known.name == "wait_s" for known in TOOLS[one["tool"]].parameters)
            limit = {"wait_s": left_s} if takes_time else {}
            answer = self.call(one["tool"], {**one["arguments"], **limit})
            replies.append(_reply(answer, language=self._context.language))
            if replies[-1].job_id is not None:
                self._remaining[replies[-1].job_id] = tuple(calls[number:])
            if not replies[-1].ok or replies[-1].job_id is not None:
                break
        return replace(replies[-1], text="\n\n".join(one.text for one in replies))


def _reply(answer: Mapping[str, Any], *, language: str) -> Reply:
    if not answer["ok"]:
        return Reply(error_reply(answer["error"], language=language), ok=False, data=answer)
    result = answer.get("result") or answer
    running = result.get("state") in ("running", "queued") or answer.get("state") in ("running", "queued")
    said = result.get("reply") or result.get("message") or answer.get("note")
    text = said or ("Still working on it." if running else "Done.")
    return Reply(
        str(text),
        ok=True,
        job_id=answer.get("job_id") if running else None,
        actions=tuple(answer.get("actions", ())),
        data=answer,
    )
