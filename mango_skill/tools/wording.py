"""What a person reads of a tool's result; the words themselves are made in ``replies``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mango_skill.actions import Action
from mango_skill.errors import MangoError
from mango_skill.language.script import detect_language
from mango_skill.replies import (
    CreditsOutcome,
    EditOutcome,
    ExportOutcome,
    Greeting,
    StateOutcome,
    Translation,
    UploadOutcome,
    clean,
    compose,
    compose_error,
    translate,
)
from mango_skill.replies.wording import say
from mango_skill.timeline.model import AssetSource, MediaKind, Timeline

if TYPE_CHECKING:
    from mango_skill.client.jobs import JobView
    from mango_skill.client.project import StateView
    from mango_skill.client.workspace import Credits

_SILENT = "silent"
# Caption and colour files are read when they are named; they never lie on the timeline.
_PLACEABLE = (MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.IMAGE)


def language_of(text: str) -> str:
    """Return the language of a message, as a two-letter code."""
    return detect_language(text)


def said_in_turn(job: JobView, *, language: str, allowed: Collection[Action]) -> Translation:
    """Return what the chat said in a finished turn, without the interface it believes in.

    For a silent turn that changed something there is nothing to return: the changes speak.
    """
    result = job.result or {}
    if result.get("outcome") == _SILENT and result.get("changes"):
        return Translation("")
    return translate(clean(str(result.get("reply") or "")), language=language, allowed=allowed)


def edit_reply(job: JobView, said: Translation, *, language: str) -> str:
    """Return what to show after an edit; never empty."""
    result = job.result or {}
    outcome = EditOutcome(
        changes=result.get("changes") or (), said=said, summary=str(result.get("summary") or "")
    )
    return compose(outcome, language=language)


def export_reply(job: JobView, *, language: str) -> str:
    """Return what to show after an export."""
    result = job.result or {}
    outcome = ExportOutcome(
        path=str(result.get("path", "")),
        size=result.get("size"),
        duration_ms=result.get("duration_ms"),
        width=result.get("width"),
        height=result.get("height"),
        took_ms=round((job.updated - job.created) * 1000),
        format=result.get("format"),
        claim_link=result.get("claim_link"),
        captions=tuple(result.get("captions") or ()),
        notes=tuple(result.get("notes") or ()),
    )
    return compose(outcome, language=language)


def upload_reply(
    names: Iterable[str], *, refused: Iterable[tuple[str, MangoError | Mapping[str, Any]]] = (), language: str
) -> str:
    """Return what to show after an upload."""
    return compose(UploadOutcome(received=tuple(names), refused=tuple(refused)), language=language)


def state_reply(state: StateView, *, language: str, question: str = "") -> str:
    """Return what to show of a timeline and its footage; what the user asked of it comes first."""
    used = _used_assets(state.timeline)
    footage = (one for one in state.media if one.kind in _PLACEABLE)
    unplaced = tuple(one.name for one in footage if one.id not in used) if used else ()
    outcome = StateOutcome(timeline=state.timeline, unplaced=unplaced, question=question)
    return compose(outcome, language=language)


def credits_reply(balance: Credits, *, language: str) -> str:
    """Return what to show of a balance."""
    outcome = CreditsOutcome(balance.available, balance.frozen, balance.total, free=balance.free)
    return compose(outcome, language=language)


def error_reply(error: Mapping[str, Any], *, language: str) -> str:
    """Return what to show of an error's JSON form."""
    return compose_error(error, language=language)


def greeting(*, language: str, backend: str | None = None) -> str:
    """Return what to say when a conversation begins."""
    return compose(Greeting(backend=backend), language=language)


def cloud_notice(language: str) -> str:
    """Return that footage and words go to the cloud."""
    return say(language, "notice.cloud")


def instead(asked: str, *, language: str) -> str:
    """Return that a project format is not made, and which are."""
    return say(language, "instead.project", asked=asked)


def ready(*, is_local: bool, language: str) -> str:
    """Return where the work is done from now on, and what leaves this machine."""
    return say(language, "ready.local" if is_local else "ready.cloud")


def _used_assets(timeline: Timeline) -> frozenset[str]:
    return frozenset(clip.media.asset for _, clip in timeline.clips() if isinstance(clip.media, AssetSource))
