"""A Gemini model edits a clip: ``python examples/frameworks/with_gemini.py CLIP "WORDS" OUTPUT``.

Needs ``pip install google-genai`` and ``GEMINI_API_KEY``.
"""

from __future__ import annotations

import sys
from typing import Any

from google import genai

from mango_skill import open_skill
from mango_skill.hosts.frameworks import gemini_answers, gemini_tools

MODEL = "gemini-3.8-flash"


def main(clip: str, words: str, output: str) -> int:
    """Let the model call functions until it has nothing left to do; print what it says then."""
    client, skill = genai.Client(), open_skill(project="gemini-example")
    settings: Any = {"tools": gemini_tools()}
    request = f"{words}\nThe clip is {clip}. Save the video as {output}."
    contents: list[Any] = [{"role": "user", "parts": [{"text": request}]}]
    while True:
        said = client.models.generate_content(model=MODEL, contents=contents, config=settings)
        answers = gemini_answers(skill, said)
        if not answers:
            print(said.text)
            return 0
        contents += [said.candidates[0].content, *answers]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
