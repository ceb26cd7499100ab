"""A turn of the chat: a message goes to the director, what comes of it is stored, then told event by event."""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final

from mango_skill.engine.director import Direction
from mango_skill.engine.drafting import Drafting
from mango_skill.engine.store import Session
from mango_skill.engine.turns import Turns
from mango_skill.errors import InternalError, MangoError
from mango_skill.protocol import emission
from mango_skill.protocol.emission import Invocation

Frame = bytes
Listener = Callable[[Frame | None], None]
"""Is given each frame of the stream, then None."""

MAX_MESSAGE: Final = 1_000_000
_LOG: Final = logging.getLogger(__name__)


class Conversations:
    """Runs turns, each in a thread of its own: a caller that hangs up does not stop the edit."""

    def __init__(
        self,
        *,
        drafting: Drafting,
        turns: Turns,
        clock: Callable[[], float],
        direct: Callable[..., Direction],
    ) -> None:
        self._drafting = drafting
        self._turns = turns
        self._clock = clock
        self._carry_out = direct

    def start(self, session: Session, message: str, listener: Listener) -> None:
        """Begin a turn and return at once; ``listener`` hears of it from another thread.

        Raises:
            BusyError: Another turn runs on the session.
        """
        self._turns.begin(session.id)
        try:
            thread = threading.Thread(
                target=self._run,
                args=(session, message, listener),
                name=f"turn-{session.id[:8]}",
                daemon=True,
            )
            thread.start()
        except BaseException:
            self._turns.end(session.id)
            raise

    def _run(self, session: Session, message: str, listener: Listener) -> None:
        speaker = _Speaker(Invocation(f"e-{uuid.uuid4()}"), listener, self._clock)
        try:
            try:
                direction, version = self._direct(session, message)
            finally:
                # given back before the last words: whoever has heard them may send the next message
                self._turns.end(session.id)
            _LOG.info("turn on %s: %d steps, now version %d", session.id, len(direction.steps), version)
            speaker.tell(direction, version)
        except MangoError as problem:
            speaker.say_error(problem)
        except Exception:
            _LOG.exception("a turn failed")
            speaker.say_error(
                InternalError(
                    "The edit failed inside the engine; the video is as it was.",
                    hint="Say it in other words; the engine's log has the details.",
                )
            )
        finally:
            listener(None)

    def _direct(self, session: Session, message: str) -> tuple[Direction, int]:
        before = self._drafting.current(session.id)
        direction = self._carry_out(
            message,
            timeline=before.timeline,
            assets=self._drafting.references(session.id),
            studio=self._drafting.studio(session.id),
            history=self._drafting.history(session.id),
            language=session.language,
            pending=self._drafting.pending(session.id),
        )
        return direction, self._drafting.keep(session.id, message, before=before, direction=direction)


class _Speaker:
    """Turns a direction into the events of one invocation."""

    def __init__(self, invocation: Invocation, listener: Listener, clock: Callable[[], float]) -> None:
        self._invocation = invocation
        self._listener = listener
        self._clock = clock

    def tell(self, direction: Direction, version: int) -> None:
        """Send a call and its result per operation, then the text."""
        for number, step in enumerate(direction.steps, 1):
            operation = dict(step.operation)
            name = str(operation.pop("op", "edit"))
            call = f"call-{number}"
            self._send(content=emission.call_content(call, name, operation))
            response = {"status": "ok" if step.ok else "error", "note": step.note, **step.facts}
            self._send(
                content=emission.response_content(call, name, response),
                state_delta={"draft_version": version} if step.ok else None,
            )
        self._send(
            content=emission.text_content(direction.text),
            state_delta={"draft_version": version},
            more=emission.FINISHED,
        )

    def say_error(self, problem: MangoError) -> None:
        """Send an error event."""
        self._send(more=emission.error_fields(problem))

    def _send(
        self,
        *,
        content: Mapping[str, Any] | None = None,
        state_delta: Mapping[str, Any] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        event = self._invocation.event(
            str(uuid.uuid4()), self._clock(), content=content, state_delta=state_delta, more=more
        )
        self._listener(emission.frame(event))
