"""Settings that a user may change: the documented keys of ``config.yaml``.

Each field below is one key; its declaration carries the default, the bounds and the meaning. The file is
checked against them: an unknown key or a value out of bounds is an error that names the line.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Final, cast

from mango_skill import document
from mango_skill.document import Document
from mango_skill.folders import Folders
from mango_skill.protocol import constants

_UNIT_WORDS: Final = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a word",
    tuple: "a list of words",
}


def _key(
    default: object,
    doc: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare a key. The answer stands as a field's default, hence Any, as in ``dataclasses.field``."""
    return field(
        default=default,
        metadata={"doc": doc, "minimum": minimum, "maximum": maximum, "choices": choices},
    )


@dataclass(frozen=True)
class Settings:
    """Deadlines, intervals, limits and tastes. Seconds end in ``_s``, bytes in ``_bytes``."""

    # how long a turn may take
    stream_limit_s: float = _key(
        constants.STREAM_LIMIT_S, "The longest that one message to the chat may take.", minimum=0.01
    )
    heartbeat_limit_s: float = _key(
        constants.HEARTBEAT_LIMIT_S, "Give up after so long of nothing but heartbeats.", minimum=0.01
    )
    still_working_s: float = _key(
        constants.STILL_WORKING_S, 'Say "still working" each time so much has passed.', minimum=0.01
    )
    # what happens after the line was cut in mid-turn
    recovery_first_s: float = _key(
        constants.RECOVERY_FIRST_S, "Cloud: read the state so long after a cut.", minimum=0
    )
    recovery_interval_s: float = _key(
        constants.RECOVERY_INTERVAL_S, "Cloud: then again after each such time.", minimum=0
    )
    recovery_tries: int = _key(
        constants.RECOVERY_TRIES, "How many times more the state is read after that.", minimum=1, maximum=100
    )
    engine_recovery_first_s: float = _key(1.0, "Engine: read the state so long after a cut.", minimum=0)
    engine_recovery_interval_s: float = _key(2.0, "Engine: then again after each such time.", minimum=0)
    rate_limit_wait_s: float = _key(
        constants.RATE_LIMIT_WAIT_S, "Wait so long when asked too often and no time was named.", minimum=0
    )
    rate_limit_cap_s: float = _key(300.0, "Never wait longer than this for a rate limit.", minimum=0)
    # the line
    connect_timeout_s: float = _key(10.0, "How long a connection may take to open.", minimum=0.01)
    read_timeout_s: float = _key(60.0, "How long an ordinary answer may take.", minimum=0.01)
    max_event_bytes: int = _key(64 * 1024 * 1024, "The largest event of the chat that is read.", minimum=1024)
    # exports
    poll_s: float = _key(constants.RENDER_POLL_S, "Cloud: ask for a render so often.", minimum=0.01)
    engine_poll_s: float = _key(0.25, "Engine: ask for a render so often.", minimum=0.01)
    export_limit_s: float = _key(3600.0, "The longest that a render is watched.", minimum=0.01)
    quality: str = _key(
        "source",
        "How exports look by default: source copies what was not touched, small makes small files.",
        choices=("source", "high", "small"),
    )
    output_folders: tuple[str, ...] = _key(
        (),
        "Folders, as a list, that assistants may save results to besides the usual ones.",
    )
    # what is kept
    retention_days: float = _key(30.0, "Projects untouched for so many days are removed.", minimum=0.01)
    quota_bytes: int = _key(
        50_000_000_000, "The oldest projects go when all together take more than this.", minimum=1_000_000
    )
    free_disk_reserve_bytes: int = _key(500_000_000, "The engine leaves so much of the disk free.", minimum=0)
    # the engine
    idle_minutes: float = _key(30.0, "The engine stops after so long without work.", minimum=0.01)
    render_jobs: int = _key(
        0,
        "How many renders run at once; 0: one for every two processor cores, and at least two.",
        minimum=0,
        maximum=64,
    )
    render_stall_s: float = _key(
        300.0, "A render that gives no sign of life for so long is ended.", minimum=0.1
    )
    links: bool = _key(True, "The engine may fetch links that the user gives.")
    link_max_bytes: int = _key(2_000_000_000, "The largest file that a link may bring.", minimum=1024)
    link_limit_s: float = _key(600.0, "The longest that fetching a link may take.", minimum=0.01)


def load(folders: Folders) -> Settings:
    """Read ``config.yaml``; what it does not say, or no file at all, is the default.

    Raises:
        ConfigurationError: The file can't be read, says an unknown key, or a value out of its bounds.
    """
    path = folders.settings_file
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except (OSError, UnicodeDecodeError) as problem:
        raise Document(str(path), {}, {}).error("", f"can't be read ({type(problem).__name__})") from None
    return check(document.read(text, name=str(path)))


def check(stated: Document) -> Settings:
    """Make settings of a document.

    Raises:
        ConfigurationError: A key is unknown or its value is not allowed; the line is named.
    """
    known = {one.name: one for one in fields(Settings)}
    values: dict[str, object] = {}
    for key, value in stated.values.items():
        if key not in known:
            raise stated.error(
                str(key),
                f"'{key}' is not a setting",
                hint=f"Remove it, or use one of: {', '.join(known)}.",
            )
        values[key] = _checked(stated, key=key, value=value, rules=dict(known[key].metadata))
    return Settings(**cast(dict[str, Any], values))


def schema() -> dict[str, Any]:
    """Return the JSON Schema of ``config.yaml``."""
    properties: dict[str, Any] = {}
    for one in fields(Settings):
        rules: dict[str, Any] = {"type": _json_type(one.name), "description": one.metadata["doc"]}
        rules["default"] = one.default
        for bound in ("minimum", "maximum"):
            if one.metadata[bound] is not None:
                rules[bound] = one.metadata[bound]
        if one.metadata["choices"]:
            rules["enum"] = list(one.metadata["choices"])
        if rules["type"] == "array":
            rules |= {"default": [], "items": {"type": "string"}}
        properties[one.name] = rules
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "config.yaml of Mango AI",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


_TYPES: Final = {"int": int, "float": float, "bool": bool, "str": str, "tuple[str, ...]": tuple}
_JSON_TYPES: Final = {
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "str": "string",
    "tuple[str, ...]": "array",
}


def _declared(key: str) -> str:
    return str(Settings.__annotations__[key])


def _json_type(key: str) -> str:
    return _JSON_TYPES[_declared(key)]


def _checked(stated: Document, *, key: str, value: object, rules: dict[str, Any]) -> object:
    wanted = _TYPES[_declared(key)]
    if wanted is tuple and isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    fits = isinstance(value, wanted) or (wanted is float and isinstance(value, int))
    # in Python a bool is an int; in a settings file it is not
    if not fits or (isinstance(value, bool) and wanted is not bool):
        raise stated.error(key, f"'{key}' must be {_UNIT_WORDS[wanted]}")
    if rules["choices"] and value not in rules["choices"]:
        raise stated.error(key, f"'{key}' must be one of {', '.join(rules['choices'])}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        # written so that "not a number" fails too
        if rules["minimum"] is not None and not value >= rules["minimum"]:
            raise stated.error(key, f"'{key}' must be at least {rules['minimum']:g}")
        if rules["maximum"] is not None and not value <= rules["maximum"]:
            raise stated.error(key, f"'{key}' must be at most {rules['maximum']:g}")
    return float(value) if wanted is float and isinstance(value, int) else value
