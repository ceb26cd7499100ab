"""What the person at the terminal sees: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from mango_skill.tools.context import Progress, Stage

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

STAGE_WORDS: Final[Mapping[Stage, str]] = {
    "upload": "Upload",
    "edit": "Edit",
    "render": "Render",
    "download": "Download",
}


class Console:
    """One command's conversation with the terminal."""

    def __init__(self, *, json_wanted: bool = False, quiet: bool = False) -> None:
        self.json_wanted = json_wanted
        self.quiet = quiet
        self.job_id = ""
        self._bars: Bars | None = None
        self._tasks: dict[Stage, TaskID] = {}
        self._last: Progress | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty() and not self.json_wanted

    def result(self, text: str) -> None:
        """Print a result."""
        self.stop_progress()
        print(text)

    def answer(self, value: Any) -> None:
        """Print a result as JSON."""
        self.stop_progress()
        print(json.dumps(value, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))

    def say(self, text: str) -> None:
        """Tell something that is no result."""
        self.stop_progress()
        print(f"mango: {text}", file=sys.stderr)

    def fail(self, answer: Mapping[str, Any]) -> None:
        """Tell a failure in one sentence and what to do; in JSON when that is wanted."""
        if self.json_wanted:
            self.answer(answer)
            return
        error = answer["error"]
        hint = f" {error['hint']}" if error.get("hint") else ""
        self.say(f"{error['message']}{hint}")

    def ask(self, question: str) -> bool:
        """Ask a yes-or-no question; only when ``is_terminal``."""
        self.stop_progress()
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        return sys.stdin.readline().strip().lower() in ("y", "yes", "j", "ja", "是", "好")

    def show(self, progress: Progress) -> None:
        """Show how far things are."""
        self.job_id = progress.job_id if progress.running else ""
        if self.quiet or self.json_wanted:
            return
        if sys.stderr.isatty():
            self._show_bar(progress)
        else:
            self._show_line(progress)

    def stop_progress(self) -> None:
        """Leave the bars as they stand; what follows is printed below them."""
        if self._bars is not None:
            self._bars.stop()
            self._bars, self._tasks = None, {}

    def close(self) -> None:
        """End the conversation."""
        self.stop_progress()
        if sys.stdout is not None:
            try:
                sys.stdout.flush()
            except BrokenPipeError:
                sys.stdout = None  # the reader has gone; silence the interpreter too

    def _show_bar(self, progress: Progress) -> None:
        if self._bars is None:
            from rich.console import Console as Screen
            from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
            from rich.progress import Progress as Bars

            self._bars = Bars(
                TextColumn("{task.description:<10}"),
                BarColumn(),
                TaskProgressColumn(),
                TimeElapsedColumn(),
                TextColumn("{task.fields[left]}{task.fields[note]}"),
                console=Screen(file=sys.stderr),
            )
            self._bars.start()
        task = self._tasks.get(progress.stage)
        if task is None:
            self._finish_others()
            task = self._bars.add_task(STAGE_WORDS[progress.stage], total=None, note="", left="")
            self._tasks[progress.stage] = task
        if progress.running:
            total = None if progress.percent is None else 100.0
            self._bars.update(
                task,
                total=total,
                completed=progress.percent or 0.0,
                note=_one_line(progress.note),
                left=_left(progress.left_s),
            )
        else:
            self._bars.update(task, total=100.0, completed=100.0, note="", left="")

    def _finish_others(self) -> None:
        if self._bars is not None:
            for task in self._tasks.values():
                self._bars.update(task, total=100.0, completed=100.0, note="", left="")

    def _show_line(self, progress: Progress) -> None:
        last, self._last = self._last, progress
        if last is None or last.stage != progress.stage:
            if last is not None and last.running:
                print(f"{STAGE_WORDS[last.stage]}: done", file=sys.stderr)
            if progress.running:
                print(f"{STAGE_WORDS[progress.stage]} ...", file=sys.stderr)
        elif progress.running and progress.note and progress.note != last.note:
            print(f"{STAGE_WORDS[progress.stage]}: {_one_line(progress.note)}", file=sys.stderr)
        if not progress.running and (last is None or last.running or last.stage != progress.stage):
            print(f"{STAGE_WORDS[progress.stage]}: done", file=sys.stderr)


def _left(seconds: int | None) -> str:
    """Return a time that is left in the words of a person who can't know it to the second."""
    if seconds is None:
        return ""
    if seconds < 10:
        return "a few seconds left. "
    if seconds < 90:
        return f"about {round(seconds, -1)} s left. "
    return f"about {round(seconds / 60)} min left. "


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else line[:59] + "…"
