"""A turn from its message to its result: sent once, looked after when the line fails, never sent again.

Runs in a runner process that holds the project's edit lock. What was written before each step tells a later
process how far it came.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from mango_skill.client.api import Api, Session
from mango_skill.client.changes import Comparison, compare
from mango_skill.client.clock import Clock
from mango_skill.client.identity import Token
from mango_skill.client.jobs import JobFile, JobState, Phase
from mango_skill.client.outcome import Outcome, TurnResult, failed
from mango_skill.client.projects import ProjectFolder
from mango_skill.client.run import Run
from mango_skill.client.stream import CancelledError, Pump, Watch
from mango_skill.client.transport import cleaned
from mango_skill.errors import CreditError, MangoError, NotDeliveredError, PlanError, RateLimitError
from mango_skill.protocol import constants
from mango_skill.protocol.events import Event, HeartbeatEvent, ToolCallEvent
from mango_skill.scrub import scrub

_DELIVERY_TRIES: Final = 3
_DELIVERY_PAUSE_S: Final = 0.5
_TOKEN_MARKS: Final = ("nmv_", "clm_", "Bearer ")
_CANCEL_LOOK_S: Final = 0.25
_EDITING: Final = "Editing."
_STILL_WORKING: Final = "Still working..."
CANCELLED_NOTE: Final = "No longer watched; the service may still finish it."


class Turn:
    """One message on its way."""

    def __init__(self, job: JobFile, *, folder: ProjectFolder, api: Api, clock: Clock) -> None:
        self._job = job
        self._folder = folder
        self._api = api
        self._clock = clock
        self._message = str(job.request["message"])
        self._notes: list[str] = []
        self._cancel = CancelLook(job, clock)

    def perform(self) -> None:
        """Carry the turn out from wherever its journal says it stands, and write down how it ended."""
        try:
            self._perform()
        except CancelledError:
            self._finish_cancelled(TurnResult(Outcome.CANCELLED))

    def _perform(self) -> None:
        if self._job.may_have_been_sent():
            result = TurnResult(Outcome.INTERRUPTED, code="interrupted", begun=True)
            before = self._job.facts.get("before")
            session = self._session_of_facts()
        else:
            self._job.enter(Phase.PREPARING, note="Connecting.")
            session = self._folder.session(self._api)
            session, before = self._before(session)
            try:
                session, result = self._send(session, before)
            except NotDeliveredError as problem:
                result = failed(self._api.named(problem))
        self._conclude(session, result, before=before)

    def _session_of_facts(self) -> Session:
        known = self._folder.known_session()
        identity = str(self._job.facts.get("session", ""))
        return known if known is not None and known.session_id == identity else Session(identity)

    # Before --------------------------------------------------------------------------------------------

    def _before(self, session: Session) -> tuple[Session, dict[str, Any] | None]:
        """Return the draft as it is before the message; the newest one that was seen when it can't be read."""
        try:
            state = self._api.state(session.session_id)
        except MangoError as problem:
            if problem.code == str(constants.SESSION_NOT_FOUND) and self._job.facts.get("replaced") is None:
                self._job.remember(replaced=session.session_id)
                return self._folder.recover_session(self._api, session), {}
            if isinstance(problem, NotDeliveredError) or problem.code == str(constants.TOKEN_INVALID):
                raise
            seen = self._folder.history.newest()
            return session, {} if seen is None and self._folder.was_empty(session) else seen
        draft = draft_of(state)
        self._keep(draft, message="")
        return session, draft

    def _balance(self) -> float | None:
        if not self._api.context.backend.is_cloud:
            return None
        try:
            found = self._api.credits().get("available")
        except MangoError:
            # A turn does not fail because its price can't be told.
            return None
        return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None

    # The message ---------------------------------------------------------------------------------------

    def _send(self, session: Session, before: dict[str, Any] | None) -> tuple[Session, TurnResult]:
        """Send the message; once more only when the first one surely did nothing."""
        token = self._api.token()
        balance = self._balance()
        retried: set[str] = set()
        while True:
            self._job.enter(
                Phase.SENDING,
                note="Sent; waiting for the answer.",
                session=session.session_id,
                before=before,
                balance_before=balance,
            )
            result = self._delivered(session, token)
            if result.begun or result.outcome is not Outcome.FAILED or result.code in retried:
                return session, result
            retried.add(result.code)
            try:
                session, token, again = self._remedy(result, session, token)
            except MangoError as problem:
                return session, failed(problem)
            if not again:
                return session, result

    def _remedy(self, result: TurnResult, session: Session, token: Token) -> tuple[Session, Token, bool]:
        """Do what the table of codes says before the one repeat; tells whether there is to be one."""
        problem = result.error
        if result.code == str(constants.TOKEN_INVALID):
            return session, self._api.renew(token), True
        if result.code == str(constants.SESSION_NOT_FOUND):
            self._job.enter(Phase.PREPARING, note="The session is gone; making a new one.")
            return self._folder.recover_session(self._api, session), token, True
        if isinstance(problem, RateLimitError):
            self._job.enter(Phase.PREPARING, note="The service asks to wait.")
            return session, token, self._api.wait_for_rate(problem)
        return session, token, False

    def _delivered(self, session: Session, token: Token) -> TurnResult:
        """Send until it surely arrived; only what surely did not is sent again here."""
        for attempt in range(_DELIVERY_TRIES):
            try:
                return self._listen(session, token)
            except NotDeliveredError as problem:
                if not problem.retryable or attempt == _DELIVERY_TRIES - 1:
                    self._job.enter(Phase.PREPARING, note="The service can't be reached.")
                    raise
                self._clock.sleep(_DELIVERY_PAUSE_S * (attempt + 1))
        raise AssertionError("the last attempt returns or raises")

    def _listen(self, session: Session, token: Token) -> TurnResult:
        patience = self._api.context.patience
        watch = Watch(
            patience=patience,
            clock=self._clock,
            on_still_working=lambda _: self._job.tell(note=_STILL_WORKING),
            cancelled=self._cancel.asked,
        )
        pump = Pump(lambda: self._api.chat(session.session_id, self._message, token=token))
        run = Run(
            pump, watch, patience, retry_after=self._api.transport.retry_after_s, on_event=self._on_event
        )
        with run:
            result = run.until_done()
        if result.error is not None:
            result = replace(result, error=cleaned(result.error, secrets=[token.value]))
        # What the service says is the user's to read as it is, unless it repeats a token.
        if any(one in result.reply for one in (token.value, *_TOKEN_MARKS)):
            result = replace(result, reply=scrub(result.reply, secrets=[token.value]))
        return result

    def _on_event(self, event: Event) -> None:
        if isinstance(event, HeartbeatEvent) or self._job.facts.get("heard"):
            heard = bool(self._job.facts.get("heard"))
        else:
            # From here on the session is no longer empty.
            self._job.remember(heard=True)
            heard = True
        if heard and isinstance(event, ToolCallEvent) and self._job.record["note"] != _EDITING:
            self._job.tell(note=_EDITING)

    # After ---------------------------------------------------------------------------------------------

    def _conclude(self, session: Session, result: TurnResult, *, before: dict[str, Any] | None) -> None:
        if result.outcome is Outcome.CANCELLED:
            self._finish_cancelled(result)
            return
        lost = result.outcome in (Outcome.INTERRUPTED, Outcome.TIMED_OUT)
        after = self._look_again(session, before) if lost else self._look(session)
        comparison = None if after is None else compare(before, after)
        version = 0
        if after is not None:
            changed = comparison is not None and comparison.changed is True
            version = self._keep(after, message=self._message if changed else "")
        charge = self._charge(comparison)
        facts = {
            "outcome": result.outcome.value,
            "reply": self._reply(result, comparison),
            "code": result.code,
            "message": "" if result.error is None else result.error.message,
            "changed": None if comparison is None else comparison.changed,
            "changes": [] if comparison is None else [dict(one) for one in comparison.facts],
            "summary": "" if comparison is None else comparison.summary,
            "version": version or None,
            "credits": charge,
            "notes": [*self._notes, *self._expiry()],
            "tools": list(dict.fromkeys(result.tools)),
        }
        self._job.remember(heard=self._job.facts.get("heard", False) or result.begun)
        if result.outcome is Outcome.FAILED:
            problem = self._advised(result.error, session)
            error = None if problem is None else problem.to_dict() | {"kind": type(problem).__name__}
            self._job.finish(JobState.FAILED, result=facts, error=error)
        else:
            self._job.finish(JobState.DONE, result=facts)

    def _keep(self, draft: Mapping[str, Any], *, message: str) -> int:
        """Keep the version; the turn has happened and is told even when that is not possible."""
        try:
            return self._folder.history.record(draft, message=message)
        except (OSError, MangoError) as problem:
            why = problem.message if isinstance(problem, MangoError) else str(problem.strerror or "")
            self._notes.append(
                f"This version could not be kept in the project's history: {why.rstrip('.')}. "
                "Make room or correct the folder's permissions; the timeline itself is safe."
            )
            return 0

    def _finish_cancelled(self, result: TurnResult) -> None:
        facts = {"outcome": result.outcome.value, "reply": result.reply}
        self._job.finish(JobState.CANCELLED, result=facts, note=CANCELLED_NOTE)

    def _look(self, session: Session, *, patient: bool = True) -> dict[str, Any] | None:
        try:
            return draft_of(self._api.state(session.session_id, patient=patient))
        except MangoError:
            return None

    def _look_again(self, session: Session, before: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """Read the state by the schedule for a lost line until something changed; the last draft that was read."""
        patience = self._api.context.patience
        self._job.enter(Phase.RECOVERING, note="The line was lost; looking whether the edit arrived.")
        seen: dict[str, Any] | None = None
        wait_s = patience.recovery_first_s
        for _ in range(patience.recovery_tries + 1):
            self._wait(wait_s)
            wait_s = patience.recovery_interval_s
            found = self._look(session, patient=False)
            if found is None:
                continue
            seen = found
            if compare(before, found).changed is not False:
                return found
        return seen

    def _wait(self, seconds: float) -> None:
        deadline = self._clock.monotonic() + seconds
        while (left := deadline - self._clock.monotonic()) > 0:
            if self._cancel.asked():
                raise CancelledError
            self._clock.sleep(min(left, _CANCEL_LOOK_S))

    def _charge(self, comparison: Comparison | None) -> dict[str, float] | None:
        before = self._job.facts.get("balance_before")
        if before is None:
            return None
        after = self._balance()
        if after is None:
            return {"before": before}
        spent = round(before - after, 4)
        self._job.remember(balance_after=after)
        if spent > 0 and comparison is not None and comparison.changed is False:
            self._notes.append(f"This cost {spent:g} credits though nothing on the timeline has changed.")
        return {"before": before, "after": after, "spent": spent}

    def _expiry(self) -> list[str]:
        token = self._api.identity.known_token() if self._api.context.backend.is_cloud else None
        note = "" if token is None else self._api.identity.expiry_note(token)
        return [note] if note else []

    def _reply(self, result: TurnResult, comparison: Comparison | None) -> str:
        return "\n\n".join(
            part for part in (result.reply, _told_by_state(result.outcome, comparison), *self._notes) if part
        )

    def _advised(self, problem: MangoError | None, session: Session) -> MangoError | None:
        """Add what this account can do about credits and plans."""
        if problem is not None and isinstance(problem, (CreditError, PlanError)):
            problem.hint = account_hint(self._api, problem, session=session)
        return problem


class CancelLook:
    """Looks for the mark that asks a job to end, not more often than is sensible."""

    def __init__(self, job: JobFile, clock: Clock) -> None:
        self._job = job
        self._clock = clock
        self._looked = float("-inf")
        self._found = False

    def asked(self) -> bool:
        now = self._clock.monotonic()
        if not self._found and now - self._looked >= _CANCEL_LOOK_S:
            self._looked = now
            self._found = self._job.cancel_asked()
        return self._found


def draft_of(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the draft of a state, as an object or as JSON text; empty when there is none yet."""
    found = state.get("draft")
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except ValueError:
            found = None
    return dict(found) if isinstance(found, Mapping) else {}


def account_hint(api: Api, problem: MangoError, *, session: Session) -> str:
    """Return what to do about credits or a plan: register for an anonymous account, else top up or upgrade."""
    backend = api.context.backend
    if not backend.is_cloud:
        return problem.hint
    token = api.identity.known_token()
    if token is not None and token.is_users:
        if isinstance(problem, CreditError):
            return f"Top up at {backend.web_url}."
        return f"Choose a plan that includes exports at {backend.web_url}."
    link = registration_link(backend.web_url, session)
    unlock = "get more credits" if isinstance(problem, CreditError) else "unlock exports"
    return f"Register to {unlock}: {link}"


def registration_link(web_url: str, session: Session) -> str:
    """Return where an anonymous user registers so that the account keeps this project."""
    bind = session.bind or session.task_id or session.session_id
    return f"{web_url.rstrip('/')}/?bind={bind}"


def _told_by_state(outcome: Outcome, comparison: Comparison | None) -> str:
    """Say what the state tells about a turn that did not say it itself."""
    lost = "The line was lost" if outcome is Outcome.INTERRUPTED else "The answer did not come in time"
    if outcome is Outcome.SILENT:
        return _told_of_silence(comparison)
    if outcome not in (Outcome.INTERRUPTED, Outcome.TIMED_OUT):
        return ""
    if comparison is None:
        return f"{lost}, and the timeline can't be read just now. Look at it later before saying it again."
    if comparison.changed is None:
        return (
            f"{lost}. Whether the edit arrived can't be told; this is the timeline now.\n{comparison.summary}"
        )
    if not comparison.changed:
        return f"{lost}, and nothing on the timeline has changed. Say it again to retry."
    done = f": {comparison.words}" if comparison.words else ""
    return f"{lost}, but the edit arrived{done}.\n{comparison.summary}"


def _told_of_silence(comparison: Comparison | None) -> str:
    if comparison is None:
        return "The service answered without words, and the timeline can't be read just now."
    if comparison.changed is None:
        return f"The service answered without words; this is the timeline now.\n{comparison.summary}"
    if not comparison.changed:
        return "The service answered without words, and nothing on the timeline has changed."
    done = f"Done: {comparison.words}." if comparison.words else "Done."
    return f"{done}\n{comparison.summary}"
