"""Three ways of working, as prompts that a host shows to its user."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mcp_types import GetPromptResult, Prompt, PromptArgument, PromptMessage, TextContent

from mango_skill.errors import ArgumentError

_FILES: Final = PromptArgument(
    name="files", description="Paths of the clips, separated by commas.", required=True
)


@dataclass(frozen=True)
class _Workflow:
    """A prompt: what it is for, what it asks the user, and what it then tells the assistant."""

    prompt: Prompt
    text: str
    absent: Mapping[str, str]


_LONG_WORK: Final = (
    "When an answer says 'running', call wait_for_job with its job_id until it is done, and tell me now and then "
    "how far it is; never send the same edit twice. Show me what 'reply' says, not JSON."
)

_WORKFLOWS: Final = {
    one.prompt.name: one
    for one in (
        _Workflow(
            Prompt(
                name="quick_edit",
                title="Quick edit",
                description="One sentence, finished video out.",
                arguments=[
                    _FILES,
                    PromptArgument(name="instruction", description="What the video should become."),
                    PromptArgument(name="output", description="File to write."),
                ],
            ),
            "Make a finished video of {files}: {instruction}.\n"
            "1. connect. 2. upload_media with the files. 3. edit_video with my words. 4. export_video{output}.\n"
            + _LONG_WORK,
            {"instruction": "a polished short video with transitions and music", "output": ""},
        ),
        _Workflow(
            Prompt(
                name="batch_edit",
                title="Batch",
                description="Several clips, each with its own words and its own file.",
                arguments=[
                    _FILES,
                    PromptArgument(
                        name="instructions",
                        description="What to do with each, in order, separated by semicolons; or one for all.",
                    ),
                ],
            ),
            "Edit each of these clips by itself: {files}.\nInstructions, in order: {instructions}.\n"
            "Give every clip a project of its own: pass 'project' with a name made of the file's name to "
            "upload_media, edit_video and export_video. Start the next clip while the one before is being "
            "exported (export_video with wait_s 0), collect the results with wait_for_job, and list the "
            "finished files.\n" + _LONG_WORK,
            {"instructions": "cut the pauses and export as mp4"},
        ),
        _Workflow(
            Prompt(
                name="iterative_edit",
                title="Rough cut, look, refine",
                description="A first version, then changes until it is right.",
                arguments=[_FILES, PromptArgument(name="goal", description="What the video is for.")],
            ),
            "Let us make a video of {files} step by step. It is for: {goal}.\n"
            "1. connect, then upload_media. 2. A rough cut with edit_video. 3. show_timeline, tell me in a few "
            "words what it is now, and propose two changes. 4. Carry out what I say with edit_video, and repeat "
            "from 3. 5. export_video only when I say that it is right. The timeline is kept all the time; "
            "'undo' takes a step back.\n" + _LONG_WORK,
            {"goal": "a short video for social media"},
        ),
    )
}


def listed() -> list[Prompt]:
    """Return the prompts."""
    return [one.prompt for one in _WORKFLOWS.values()]


def filled(name: str, arguments: Mapping[str, str]) -> GetPromptResult:
    """Return a prompt with the user's words in it.

    Raises:
        ArgumentError: There is no such prompt, or an argument is missing or unknown.
    """
    if name not in _WORKFLOWS:
        raise ArgumentError(f"There is no prompt '{name}'.", hint=f"Use one of: {', '.join(_WORKFLOWS)}.")
    workflow = _WORKFLOWS[name]
    takes = {one.name: one for one in workflow.prompt.arguments or ()}
    for word in arguments:
        if word not in takes:
            near = difflib.get_close_matches(word, takes, n=1)
            asked = f" (did you mean '{near[0]}'?)" if near else ""
            raise ArgumentError(
                f"There is no argument '{word}'{asked}.", hint=f"{name} takes: {', '.join(takes)}."
            )
    stated = {key: value.strip() for key, value in arguments.items() if value.strip()}
    missing = [key for key, one in takes.items() if one.required and key not in stated]
    if missing:
        raise ArgumentError(f"Argument '{missing[0]}' is missing.", hint=f"{name} takes: {', '.join(takes)}.")
    words = {**workflow.absent, **stated}
    if words.get("output"):
        words["output"] = f" to {words['output']}"
    text = workflow.text.format_map(words)
    return GetPromptResult(
        description=workflow.prompt.description,
        messages=[PromptMessage(role="user", content=TextContent(text=text))],
    )
