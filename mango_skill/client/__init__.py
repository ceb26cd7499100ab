"""Asks a backend: transport, identity, turns, upload, export, journal, history.

The face that tools build on::

    from mango_skill.client.workspace import Workspace
    from mango_skill.client.backend import Backend

    workspace = Workspace(folders, settings, manifest, backend)    # keyword: clock=, environ=, on_note=
    backend = Backend("cloud", "https://...", web_url="https://nemovideo.com")
    backend = Backend("engine", "http://127.0.0.1:PORT", engine_file=folders.engine / "engine.json")

    workspace.connect(token=None)           -> Connection(kind, url, account, expires_at, notes)
    workspace.forget_token()                   forgets a remembered token
    workspace.credits()                     -> Credits(available, frozen, total, free)
    workspace.open_project(name=None, *, language="en", new=False) -> Project
    workspace.projects()                    -> tuple[ProjectView, ...]   newest first
    workspace.delete(project)               -> ProjectView; footage, drafts, renders gone
    workspace.prune()                       -> names of projects removed by retention and quota
    workspace.jobs()                        -> tuple[JobView, ...]       of all projects, newest first
    workspace.job(job_id)                   -> JobView
    workspace.wait(job_id, wait_s, on_progress=None) -> JobView
    workspace.cancel(job_id)                -> JobView

    project.upload(paths=(), links=(), on_progress=None) -> UploadResult
    project.start_turn(message)             -> JobView      raises BusyError when one is running
    project.start_export(format="mp4", height=None, version=None, path=None, overwrite=False,
                         output=None)       -> JobView      ``output``: further keys of the wire's output
    project.state()                         -> StateView(draft, timeline, summary, media, canvas, version, raw)
    project.history()                       -> tuple[Version, ...]       each draft seen, with its message

``JobView`` (``client.jobs``): ``id, kind ("turn", "export" or "upload"), project, state, phase, percent, note, result,
error, created, updated, finished``; ``state`` is queued, running, done, failed or cancelled; ``error`` is
``MangoError.to_dict()``. ``on_progress`` of ``wait`` gets JobViews, that of ``upload`` an ``UploadProgress``
(``name, sent, total, number, count``). ``StateView.media`` and ``UploadResult.media`` are the model's
``MediaReference``; ``UploadResult.files`` say ``name, size, already, link``. ``on_note`` of the workspace hears
why a call that the caller makes itself waits (a rate limit).

Result of a turn: ``{"outcome", "reply", "code", "message", "changed", "changes", "summary", "version",
"credits", "notes", "tools"}`` with outcome answered, silent, failed, interrupted or timed_out (a failed turn has
state failed and both ``error`` and ``result``). Result of an export: ``{"path", "size", "duration_ms",
"width", "height", "format", "version", "claim_link"}``; absent facts are left out.

Turns and exports run in a detached process (``client.runner``) that writes its journal before it sends.
A job whose process died is taken up again by ``wait``: an export goes on polling its render, a turn is
never sent again, its state is read instead; an export that failed for the line, the engine or the disk goes
on when it is waited for again. ``error["kind"]`` names the class in ``mango_skill.errors``.
"""

from __future__ import annotations
