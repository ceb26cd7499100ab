"""The tool that chooses the backend: connect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from mango_skill.tools import wording
from mango_skill.tools.context import BackendChoice, ToolContext
from mango_skill.tools.spec import Doc, tool


@dataclass(frozen=True)
class ConnectResult:
    """Where the work will be done."""

    backend: Annotated[str, Doc("local: this machine's engine. cloud: the NemoVideo service.")]
    message: Annotated[str, Doc("One line to show the user.")]
    account: Annotated[
        str | None, Doc("Kind of account: anonymous, user (with a token of their own) or local.")
    ] = None
    expires: Annotated[str | None, Doc("When the free token ends, as a date.")] = None
    notes: Annotated[tuple[str, ...] | None, Doc("What the user should know.")] = None


@tool(title="Connect", idempotent=True, when="starts a conversation, or asks where the work is done")
def connect(
    ctx: ToolContext,
    *,
    backend: Annotated[
        BackendChoice,
        Doc(
            "local: edit on this machine, nothing is uploaded. cloud: the NemoVideo service. auto: as chosen before.",
            also=("engine", "where", "mode", "provider"),
        ),
    ] = "auto",
) -> ConnectResult:
    """Get ready to edit: choose where the work is done and check that it answers.

    Call it first in a conversation. Choosing the cloud sends footage to NemoVideo from then on: ask the user before.
    """
    if backend != "auto":
        ctx.opener.choose(backend)
    connection = ctx.opener.workspace().connect()
    ctx.opener.notice()  # the answer's message says it
    is_local = connection.kind == "engine"
    return ConnectResult(
        backend="local" if is_local else "cloud",
        message=wording.ready(is_local=is_local, language=ctx.language),
        account=connection.account or None,
        expires=_date(connection.expires_at),
        notes=tuple(connection.notes) or None,
    )


def _date(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, tz=UTC).date().isoformat()
