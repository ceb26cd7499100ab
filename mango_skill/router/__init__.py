"""From a message to what it asks for: pure, its words and patterns in ``tables/`` as data.

``route`` is the door; ``to_json`` gives the form of the corpus; ``report`` measures labelled lines. Taken from here,
``route`` has all its patterns compiled, which costs half a second once, so that no message takes longer than another.
Who routes one message and ends takes it from ``router.decision``, where each pattern is compiled when it is tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mango_skill.language.script import LANGUAGES
from mango_skill.router.model import Route, RouteContext, to_json
from mango_skill.router.report import report
from mango_skill.router.tables import load_table

if TYPE_CHECKING:
    from mango_skill.router.decision import route

__all__ = ["Route", "RouteContext", "report", "route", "to_json"]


def __getattr__(name: str) -> Any:
    if name != "route":
        raise AttributeError(f"module 'mango_skill.router' has no attribute '{name}'")
    from mango_skill.router import decision

    for language in LANGUAGES:
        load_table(language).compile()
    globals()["route"] = decision.route
    return decision.route
