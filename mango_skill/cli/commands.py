"""The commands: their names, what each is for, and the module that has it. Nothing is imported before it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Command:
    """A command. ``module`` has ``add_arguments(parser, name)`` and ``run(options, console) -> int``.

    ``words`` are what is usually said with it, as the documents show them. ``when`` is what a user says or does
    that calls for it; a tool's command leaves that to the tool.
    """

    name: str
    module: str
    help: str
    group: str
    words: str = ""
    when: str = ""


_MAIN, _STEPS, _KEPT, _MORE = "Whole jobs", "Single steps", "What is kept", "Behind it"

COMMANDS: Final = {
    one.name: one
    for one in (
        Command(
            "make",
            "making",
            "clip and words in, finished video out",
            _MAIN,
            'FILE... "TEXT" -o OUT',
            "gives files and says what they want of them, for a new video",
        ),
        Command("send", "talking", "send a whole message, with files", _MAIN, '"TEXT" [FILE...]'),
        Command("chat", "talking", "talk to the editor, line by line", _MAIN, "[FILE...]"),
        Command("connect", "steps", "choose where the work is done and check it", _STEPS),
        Command("upload", "steps", "add footage to the project; links work too", _STEPS, "FILE..."),
        Command(
            "edit",
            "steps",
            "change the timeline by words, or --operations JSON; --plan shows them first",
            _STEPS,
            '"TEXT"',
        ),
        Command("state", "steps", "show the timeline; --history its earlier states", _STEPS),
        Command("credits", "steps", "show the balance", _STEPS),
        Command("export", "steps", "render the timeline to a file", _STEPS, "-o OUT"),
        Command("wait", "steps", "wait for a running job, or end it with --cancel", _STEPS, "JOB"),
        Command("projects", "keeping", "list the projects", _KEPT),
        Command(
            "delete",
            "keeping",
            "remove a project: footage, drafts, renders",
            _KEPT,
            "PROJECT",
            "wants a project gone: ask first, then say --yes",
        ),
        Command("jobs", "keeping", "list the jobs of all projects", _KEPT),
        Command(
            "history",
            "keeping",
            "list the states of the timeline with the words that made them",
            _KEPT,
            when="asks what was done so far",
        ),
        Command("route", "routing", "show which action a message asks for", _MORE, '"TEXT"'),
        Command("call", "calling", "call a tool with JSON arguments", _MORE, "TOOL JSON"),
        Command("tools", "calling", "list the tools", _MORE),
        Command("mcp", "serving", "serve the tools to an MCP host; --http over HTTP on this machine", _MORE),
        Command("install", "installing", "put the skill where a host looks for skills", _MORE, "HOST"),
        Command("uninstall", "installing", "take it away again", _MORE, "HOST"),
        Command("bundle", "bundling", "stage the skill as folders for the hosts", _MORE, "DIR"),
        Command("engine", "engines", "start, stop or run the engine, or show its status", _MORE, "VERB"),
        Command(
            "doctor",
            "doctor",
            "check that everything is in place",
            _MORE,
            when="says that something is broken",
        ),
    )
}

TOOL_OF_COMMAND: Final = {
    "connect": "connect",
    "upload": "upload_media",
    "edit": "edit_video",
    "state": "show_timeline",
    "credits": "check_credits",
    "export": "export_video",
    "wait": "wait_for_job",
    "send": "send_message",
}


def overview() -> str:
    """Return the text of ``mango --help``."""
    lines = [
        "usage: mango COMMAND [options]",
        "",
        "Say what you want from your footage and get the video.",
        "",
        '  mango make clip.mp4 "turn my footage into a polished short video" -o polished.mp4',
    ]
    for group in dict.fromkeys(one.group for one in COMMANDS.values()):
        lines += ["", f"{group}:"]
        lines += [f"  {one.name:<10}{one.help}" for one in COMMANDS.values() if one.group == group]
    lines += [
        "",
        "Every command takes --json, --quiet, --backend auto|local|cloud and --project NAME;",
        "'mango COMMAND --help' tells the rest. --version prints the version.",
    ]
    return "\n".join(lines)
