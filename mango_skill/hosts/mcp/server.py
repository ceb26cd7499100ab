"""What the server answers: the tools as they are declared, resources, prompts; it decides nothing itself."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

import anyio
import anyio.to_thread
import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError

from mango_skill.errors import MangoError
from mango_skill.hosts.contents import NAME
from mango_skill.hosts.mcp import answers, prompts, resources
from mango_skill.hosts.mcp.conversations import Conversation
from mango_skill.hosts.mcp.progress import Teller
from mango_skill.protocol.constants import DEFAULT_WEB_URL
from mango_skill.tools import TOOLS, ToolSpec
from mango_skill.version import VERSION

MOST_CALLS: Final = 64
"""Calls at the same time; each waits in a thread of its own."""
INSTRUCTIONS: Final = (
    "Edits video by words: upload_media, then edit_video, then export_video; or send_message with the user's "
    "whole words. Call connect first. Show the user 'reply' (or 'message'), in their language. Long work "
    "answers with state 'running' and a job_id: call wait_for_job with it until it is done; never send a "
    "message again instead, it may have been carried out. A job goes on when a call is cancelled or this "
    "server ends. Each connection has a project of its own; answers name it as 'project': pass that name to "
    "go on with it from another connection. Finished files come back as paths."
)
_STATIC: Final = CacheHint(ttl_ms=3_600_000, scope="public")
_LOG: Final = logging.getLogger(__name__)

Context = ServerRequestContext[Any, Any]
Find = Callable[[Context], Conversation]
Result = TypeVar("Result")


def make_server(find: Find) -> Server[Any]:
    """Return the server.

    Args:
        find: Tells which connection a request belongs to.
    """
    handlers = _Handlers(find)
    return Server(
        NAME,
        version=VERSION,
        title="Mango AI",
        instructions=INSTRUCTIONS,
        website_url=DEFAULT_WEB_URL,
        cache_hints={"tools/list": _STATIC, "prompts/list": _STATIC, "resources/templates/list": _STATIC},
        get_tool_input_schema=lambda name: TOOLS[name].input_schema if name in TOOLS else None,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_list_resource_templates=handlers.list_templates,
        on_read_resource=handlers.read_resource,
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
        on_completion=handlers.complete,
    )


def listed(spec: ToolSpec) -> types.Tool:
    """Return a tool as the list shows it: our schemas verbatim, every hint said."""
    hints = spec.hints
    return types.Tool(
        name=spec.name,
        title=spec.title,
        description=spec.description,
        # through JSON: the declarations are read-only, what the library takes is not
        input_schema=json.loads(json.dumps(dict(spec.input_schema))),
        output_schema=json.loads(json.dumps(dict(spec.output_schema))),
        annotations=types.ToolAnnotations(
            read_only_hint=hints.read_only,
            destructive_hint=hints.destructive,
            idempotent_hint=hints.idempotent,
            open_world_hint=hints.open_world,
        ),
    )


class _Handlers:
    """One method for each request of the protocol. Blocking work runs in threads, so that nothing blocks."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._tools = types.ListToolsResult(tools=[listed(spec) for spec in TOOLS.values()])
        self._threads: anyio.CapacityLimiter | None = None

    async def list_tools(self, ctx: Context, _: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return self._tools

    async def call_tool(self, ctx: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        """Carry a call out. A host that cancels it only stops waiting: the job itself goes on."""
        conversation = self._find(ctx)
        teller = Teller(functools.partial(_report, ctx))
        telling = asyncio.create_task(teller.tell())
        try:
            answer = await self._in_thread(conversation.call, params.name, params.arguments, teller.hear)
        finally:
            telling.cancel()
        return answers.tool_result(answer)

    async def list_resources(
        self, ctx: Context, _: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        found = await self._asked(resources.listed, self._find(ctx))
        return types.ListResourcesResult(resources=found)

    async def list_templates(
        self, ctx: Context, _: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        return types.ListResourceTemplatesResult(resource_templates=list(resources.TEMPLATES))

    async def read_resource(
        self, ctx: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        contents = await self._asked(resources.read, self._find(ctx), params.uri)
        return types.ReadResourceResult(contents=[contents])

    async def list_prompts(
        self, ctx: Context, _: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        return types.ListPromptsResult(prompts=prompts.listed())

    async def get_prompt(self, ctx: Context, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        return await self._asked(prompts.filled, params.name, params.arguments or {})

    async def complete(self, ctx: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
        names: list[str] = []
        if isinstance(params.ref, types.ResourceTemplateReference) and params.argument.name == "project":
            names = await self._asked(resources.project_names, self._find(ctx), params.argument.value)
        shown = names[:100]
        return types.CompleteResult(
            completion=types.Completion(values=shown, total=len(names), has_more=len(names) > len(shown))
        )

    async def _asked(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Call in a thread; what can't be answered becomes the protocol's error, with its hint."""
        try:
            return await self._in_thread(function, *arguments)
        except MangoError as problem:
            said = f"{problem.message} {problem.hint}".strip()
            raise MCPError(types.INVALID_PARAMS, said, {"code": problem.code}) from None

    async def _in_thread(self, function: Callable[..., Result], *arguments: object) -> Result:
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(MOST_CALLS)
        return await anyio.to_thread.run_sync(
            functools.partial(function, *arguments), abandon_on_cancel=True, limiter=self._threads
        )


async def _report(ctx: Context, position: float, total: float, note: str) -> None:
    # nobody has to hear of progress: a line that is gone shows when the answer is sent
    with suppress(Exception):
        await ctx.session.report_progress(round(position, 2), total, answers.sendable(note) or None)
