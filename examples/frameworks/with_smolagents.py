"""A smolagents agent edits a clip: ``python examples/frameworks/with_smolagents.py CLIP "WORDS" OUTPUT``.

Needs ``pip install smolagents[openai]`` and ``OPENAI_API_KEY``, or another model of smolagents. A ``CodeAgent`` takes
the same tools.
"""

from __future__ import annotations

import sys

from smolagents import Model, OpenAIModel, ToolCallingAgent

from mango_skill import MangoSkill, open_skill
from mango_skill.hosts.frameworks import smolagents_tools

MODEL = "gpt-5.5"


def edit(model: Model, skill: MangoSkill, request: str) -> str:
    """Let an agent edit; return what it says at the end."""
    agent = ToolCallingAgent(tools=smolagents_tools(skill), model=model)
    return str(agent.run(request))


def main(clip: str, words: str, output: str) -> int:
    """Edit the clip and print what the agent says."""
    request = f"{words}\nThe clip is {clip}. Save the video as {output}."
    print(edit(OpenAIModel(model_id=MODEL), open_skill(project="smolagents-example"), request))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
