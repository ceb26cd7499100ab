"""All tools, and the one door to them: ``call`` checks, carries out, and never raises."""

from __future__ import annotations

import difflib
import errno
import functools
import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from mango_skill.errors import ArgumentError, ConfigurationError, InternalError, MangoError, OutputError
from mango_skill.tools import balance, connection, editing, errands, exporting, sending, shapes, uploading
from mango_skill.tools.context import ToolContext
from mango_skill.tools.failure import ToldFailure
from mango_skill.tools.misfits import misfit
from mango_skill.tools.spec import ToolSpec

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

logger = logging.getLogger(__name__)

_NO_SPACE: Final = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
_MODULES: Final = (connection, uploading, editing, balance, exporting, sending)

TOOLS: Final[Mapping[str, ToolSpec]] = MappingProxyType(
    {
        spec.name: spec
        for module in _MODULES
        for spec in vars(module).values()
        if isinstance(spec, ToolSpec) and spec.call.__module__ == module.__name__
    }
)
"""Every tool by its name, in the order in which a newcomer meets them; a module's tools stand in no other list."""


def call(name: str, arguments: Mapping[str, Any] | None, context: ToolContext) -> dict[str, Any]:
    """Call a tool with JSON arguments.

    Returns:
        ``{"ok": true, ...}`` with the tool's result, or ``{"ok": false, "error": {"code", "message",
        "hint"}}``; a failed edit tells its ``outcome`` and ``reply`` as well.
    """
    try:
        spec = find(name)
        result = spec.call(context, **prepare(spec, {} if arguments is None else arguments))
        return errands.for_tools(succeeded(result))
    except Exception as problem:
        return errands.for_tools(failed(problem))


def succeeded(result: object) -> dict[str, Any]:
    """Return the answer that tells a result."""
    return {"ok": True, **shapes.to_json(result)}


def failed(problem: Exception) -> dict[str, Any]:
    """Return the answer that tells a failure; what it says holds no secret."""
    from mango_skill.scrub import scrub

    said = error_of(problem).to_dict()
    for key in ("message", "hint"):
        said[key] = scrub(str(said[key]))
    facts = shapes.to_json(problem.facts) if isinstance(problem, ToldFailure) else {}
    return {"ok": False, "error": said, **facts}


def error_of(problem: Exception) -> MangoError:
    """Return the error that a failure stands for; what nobody foresaw is logged and becomes our own fault."""
    if isinstance(problem, ToldFailure):
        return problem.error
    if isinstance(problem, MangoError):
        return problem
    if isinstance(problem, ModuleNotFoundError) and (missing := _package_of(problem)):
        return ConfigurationError(
            f"The package {missing} is not installed.",
            code="package_missing",
            hint="Run scripts/mango.py, which fetches what is needed, or install mango-skill again.",
        )
    if isinstance(problem, OSError) and problem.errno in _NO_SPACE:
        return OutputError(
            "The disk is full: there is no room even for a note of what is being done.",
            code="disk_full",
            hint="Free some space where 'mango doctor' says that things are kept, then try again.",
        )
    logger.error("unexpected failure", exc_info=problem)
    return InternalError(
        f"Something went wrong inside ({type(problem).__name__}).",
        hint="Try again; if it comes back, look into the log folder that 'mango doctor' names.",
    )


def _package_of(problem: ModuleNotFoundError) -> str:
    """Return the package of others that is missing; empty when it is a module of ours."""
    name = str(problem.name or "").partition(".")[0]
    return "" if name == __package__.partition(".")[0] else name


def find(name: str) -> ToolSpec:
    """Return the tool of this name.

    Raises:
        ArgumentError: There is none.
    """
    if name not in TOOLS:
        near = difflib.get_close_matches(str(name), TOOLS, n=1)
        asked = f" Did you mean '{near[0]}'?" if near else ""
        raise ArgumentError(
            f"There is no tool '{name}'.{asked}",
            code="unknown_tool",
            hint=f"Use one of: {', '.join(TOOLS)}.",
        )
    return TOOLS[name]


def prepare(spec: ToolSpec, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Check arguments against the tool's schema and make Python values of them; defaults are filled in.

    Raises:
        ArgumentError: They do not fit; the message names the argument.
    """
    if not isinstance(arguments, Mapping):
        raise ArgumentError(
            "The arguments are not an object.", hint='Pass a JSON object, such as {"message": "..."}.'
        )
    # an explicit null means the same as an absent optional argument: several hosts send it
    required = {one.name for one in spec.parameters if one.required}
    stated = {key: value for key, value in arguments.items() if value is not None or key in required}
    problems = sorted(_validator(spec.name).iter_errors(stated), key=lambda one: list(map(str, one.path)))
    if problems:
        raise misfit(spec.name, problems, spec.parameters)
    return {
        one.name: one.build(stated[one.name]) if one.name in stated else one.default
        for one in spec.parameters
    }


@functools.cache
def _validator(name: str) -> Validator:
    # jsonschema costs a tenth of a second: only those who call a tool pay it
    from jsonschema import Draft202012Validator

    return Draft202012Validator(dict(TOOLS[name].input_schema))
