"""A model of Anthropic edits a clip: ``python examples/frameworks/with_anthropic.py CLIP "WORDS" OUTPUT``.

Needs ``pip install anthropic`` and ``ANTHROPIC_API_KEY``.
"""

from __future__ import annotations

import sys
from typing import Any

from anthropic import Anthropic

from mango_skill import open_skill
from mango_skill.hosts.frameworks import anthropic_answers, anthropic_tools

MODEL = "claude-sonnet-5-5"


def main(clip: str, words: str, output: str) -> int:
    """Let the model use tools until it has nothing left to do; print what it says then."""
    client, skill = Anthropic(), open_skill(project="anthropic-example")
    tools: Any = anthropic_tools()
    request = f"{words}\nThe clip is {clip}. Save the video as {output}."
    messages: list[Any] = [{"role": "user", "content": request}]
    while True:
        said = client.messages.create(model=MODEL, max_tokens=2048, messages=messages, tools=tools)
        messages.append({"role": "assistant", "content": said.content})
        answers = anthropic_answers(skill, said)
        if not answers:
            print("".join(block.text for block in said.content if block.type == "text"))
            return 0
        messages += answers


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
