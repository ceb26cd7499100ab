"""The actions that a message can ask for: one word shared by router, tools and replies."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What a message asks for; the values are the labels of the published routing table."""

    CHAT = "chat"
    EXPORT = "export"
    CREDITS = "credits"
    STATE = "state"
    UPLOAD = "upload"
