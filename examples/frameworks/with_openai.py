"""A model of OpenAI edits a clip: ``python examples/frameworks/with_openai.py CLIP "WORDS" OUTPUT``.

Needs ``pip install openai`` and ``OPENAI_API_KEY``.
"""

from __future__ import annotations

import sys
from typing import Any

from openai import OpenAI

from mango_skill import open_skill
from mango_skill.hosts.frameworks import openai_answers, openai_tools

MODEL = "gpt-5.5"


def main(clip: str, words: str, output: str) -> int:
    """Let the model call tools until it has nothing left to do; print what it says then."""
    client, skill = OpenAI(), open_skill(project="openai-example")
    request = f"{words}\nThe clip is {clip}. Save the video as {output}."
    messages: list[Any] = [{"role": "user", "content": request}]
    while True:
        said = client.chat.completions.create(model=MODEL, messages=messages, tools=openai_tools(strict=True))
        messages.append(said.choices[0].message)
        answers = openai_answers(skill, said)
        if not answers:
            print(said.choices[0].message.content)
            return 0
        messages += answers


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
