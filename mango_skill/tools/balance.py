"""The tool that tells the balance: check_credits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from mango_skill.actions import Action
from mango_skill.tools import wording
from mango_skill.tools.context import ToolContext
from mango_skill.tools.spec import Doc, tool


@dataclass(frozen=True)
class CreditsResult:
    """The balance."""

    free: Annotated[bool, Doc("True when nothing is ever charged (the local engine).")]
    message: Annotated[str, Doc("One line to show the user.")]
    available: Annotated[float | None, Doc("Credits that can be spent.")] = None
    frozen: Annotated[float | None, Doc("Credits held for work in progress.")] = None
    total: Annotated[float | None, Doc("Both together.")] = None


@tool(
    title="Check credits",
    action=Action.CREDITS,
    read_only=True,
    idempotent=True,
    when='"credits", "balance", "积分", "余额"',
)
def check_credits(ctx: ToolContext) -> CreditsResult:
    """Tell how many credits the account has. Exports cost none; the local engine charges nothing."""
    balance = ctx.opener.workspace().credits()
    return CreditsResult(
        available=balance.available,
        frozen=balance.frozen,
        total=balance.total,
        free=balance.free,
        message=wording.credits_reply(balance, language=ctx.language),
    )
