"""The same with OpenAI's responses: ``python examples/frameworks/with_openai_responses.py CLIP "WORDS" OUTPUT``.

Needs ``pip install openai`` and ``OPENAI_API_KEY``.
"""

from __future__ import annotations

import sys
from typing import Any

from openai import OpenAI

from mango_skill import open_skill
from mango_skill.hosts.frameworks import responses_answers, responses_tools

MODEL = "gpt-5.5"


def main(clip: str, words: str, output: str) -> int:
    """Let the model call functions until it has nothing left to do; print what it says then."""
    client, skill = OpenAI(), open_skill(project="openai-responses-example")
    tools: Any = responses_tools()
    request = f"{words}\nThe clip is {clip}. Save the video as {output}."
    said = client.responses.create(model=MODEL, input=request, tools=tools)
    while answers := responses_answers(skill, said):
        items: Any = answers
        said = client.responses.create(model=MODEL, previous_response_id=said.id, input=items, tools=tools)
    print(said.output_text)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
