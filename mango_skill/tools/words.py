"""Arguments that several tools share, described once."""

from __future__ import annotations

from typing import Annotated

from mango_skill.folders import LONGEST_PROJECT_NAME
from mango_skill.tools.spec import Doc

LONGEST_WAIT_S = 45
"""Hosts cut calls off after 60 seconds."""

ProjectName = Annotated[
    str,
    Doc(
        "Project to work on; one timeline with its footage and history. Absent: this conversation's own.",
        min_length=1,
        max_length=LONGEST_PROJECT_NAME,
        also=("name", "session", "session_id", "project_id", "timeline"),
    ),
]
WaitSeconds = Annotated[
    int,
    Doc(
        "Seconds to wait for the end before a job_id is returned instead.",
        minimum=0,
        maximum=LONGEST_WAIT_S,
        also=("wait", "timeout", "timeout_s", "seconds"),
    ),
]
