"""From a message to what it asks for: pure, its words and patterns in ``tables/`` as data.

``route`` is the door; ``to_json`` gives the form of the corpus; ``report`` measures labelled lines.
"""

from __future__ import annotations

from mango_skill.language.script import LANGUAGES
from mango_skill.router.decision import route
from mango_skill.router.model import Route, RouteContext, to_json
from mango_skill.router.report import report
from mango_skill.router.tables import load_table

__all__ = ["Route", "RouteContext", "report", "route", "to_json"]

# All tables at once, at the price of the import: the first message is as quick as any other.
for _language in LANGUAGES:
    load_table(_language)
