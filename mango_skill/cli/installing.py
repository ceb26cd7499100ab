"""``mango install`` and ``mango uninstall``: the skill where a host looks for it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mango_skill.cli.console import Console
from mango_skill.hosts import install, places
from mango_skill.hosts.install import Plan
from mango_skill.manifest import Manifest


def add_arguments(parser: argparse.ArgumentParser, name: str) -> None:
    """Add the host, and into whose folder."""
    parser.add_argument("host", metavar="HOST", choices=tuple(places.HOSTS), help=", ".join(places.HOSTS))
    # a folder, not the video project that every other command means
    parser.add_argument("--project", action="store_true", help="for the working folder, not for the user")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")


def run(options: argparse.Namespace, console: Console) -> int:
    """Install or remove the skill."""
    host = places.find(options.host)
    project = Path.cwd() if options.project else None
    wanted = options.command == "install"
    if options.dry_run:
        plan = (install.plan_installation if wanted else install.plan_removal)(host, project=project)
    else:
        plan = (install.install if wanted else install.uninstall)(host, project=project)
    text = _installed(plan, dry=options.dry_run) if wanted else _removed(plan, dry=options.dry_run)
    if console.json_wanted:
        console.answer({"ok": True, "message": text, **_facts(plan, dry=options.dry_run)})
    else:
        console.result(text)
    return 0


def _installed(plan: Plan, *, dry: bool) -> str:
    title = plan.host.title
    match plan.deed:
        case "nothing":
            lines = [f"{title} has Mango AI {plan.version} already: {plan.path}"]
        case "replace":
            done = "Would put anew" if dry else "Put anew"
            was = f", was {plan.before}" if plan.before != plan.version else ""
            lines = [f"{done}: Mango AI {plan.version} for {title}{was}: {plan.path}"]
        case _:
            done = "Would install" if dry else "Installed"
            lines = [f"{done} Mango AI {plan.version} for {title}: {plan.path}"]
    lines += _files(plan, dry=dry)
    if not dry and plan.deed != "nothing":
        lines.append('Start it anew and say: "make a short video of my clip".')
        if not install.is_prepared(plan.path):
            lines.append(
                "Its first call fetches packages for one to three minutes; to have them before, run: "
                f"python3 {plan.path / 'scripts' / 'mango.py'} connect"
            )
    server = plan.host.server_text(plan.path)
    if server:
        where = f"put this into ~/{plan.host.server_file}" if plan.host.server_file else "run"
        lines += [f"To give it the tools over MCP as well, {where}:", server]
    return "\n".join(lines)


def _removed(plan: Plan, *, dry: bool) -> str:
    title = plan.host.title
    if plan.deed == "nothing":
        return f"Mango AI is not installed for {title}: nothing to remove at {plan.path}"
    done = "Would remove" if dry else "Removed"
    if plan.version:
        return f"{done} {title} from the hosts of {plan.path}; another host still uses the folder."
    return "\n".join([f"{done} Mango AI {plan.before} from {title}: {plan.path}", *_files(plan, dry=dry)])


def _files(plan: Plan, *, dry: bool) -> list[str]:
    lines = []
    if plan.files and dry:
        size = sum(map(len, plan.files.values()))
        lines.append(f"{len(plan.files)} files, {size / 1e6:.1f} MB, would be written.")
    if plan.removed and (dry or plan.version):
        lines.append(f"{len(plan.removed)} files of it {'would be' if dry else 'were'} removed.")
    for place, to in sorted(plan.kept.items()):
        lines.append(f"Yours, kept: {place}" if place == to else f"Changed by you, kept as {to}: {place}")
    return lines


def _facts(plan: Plan, *, dry: bool) -> dict[str, Any]:
    there = bool(plan.version) and not (dry and not plan.before)
    return {
        "deed": plan.deed,
        "dry_run": dry,
        "host": plan.host.name,
        "path": str(plan.path),
        "version": plan.version,
        "before": plan.before,
        "files": len(plan.files),
        "removed": len(plan.removed),
        "kept": dict(sorted(plan.kept.items())),
        "platform": Manifest.load(plan.path).platform if there else "",
        "mcp": plan.host.server_text(plan.path) if plan.version else "",
        "mcp_file": _server_file(plan) if plan.version else "",
    }


def _server_file(plan: Plan) -> str:
    return str(Path("~") / plan.host.server_file) if plan.host.server_file else ""
