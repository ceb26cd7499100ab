"""A whole chat, from the raw clip to the finished file: ``python examples/conversation.py CLIP OUTPUT``."""

from __future__ import annotations

import secrets
import sys

from mango_skill import MangoSkill, open_skill


def say(skill: MangoSkill, text: str, *files: str) -> bool:
    """Say something, wait until it is done, print both sides; return whether it went well."""
    reply = skill.handle(text, files)
    while reply.job_id is not None:
        reply = skill.wait(reply.job_id)
    print(f"> {text}\n{reply.text}\n")
    return reply.ok


def main(clip: str, output: str) -> int:
    """Bring a clip in, edit it step by step, look at it, and save it."""
    skill = open_skill(project=f"conversation-{secrets.token_hex(2)}")
    said = (
        say(skill, "here is my clip", clip)
        and say(skill, "cut the pauses and add calm music")
        and say(skill, 'add the title "Hello" at the beginning')
        and say(skill, "show tracks")
        and say(skill, "how many credits do I have?")
        and say(skill, f'export as "{output}"')
    )
    return 0 if said else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
