"""A YAML mapping that remembers the line of each key, so that an error can name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mango_skill.errors import ConfigurationError

if TYPE_CHECKING:
    import yaml


@dataclass(frozen=True)
class Document:
    """What a YAML text says.

    Attributes:
        name: What an error calls the text: a file's name or path.
        values: The mapping.
        lines: Line numbers counted from 1, by dotted path of keys ("metadata.version").
    """

    name: str
    values: Mapping[str, Any]
    lines: Mapping[str, int]

    def error(self, path: str, message: str, *, hint: str = "") -> ConfigurationError:
        """Return an error that names the line of ``path``, or of the nearest key above it."""
        known = path
        while known and known not in self.lines:
            known = known.rpartition(".")[0]
        return _error(self.name, self.lines.get(known, 1), message, hint=hint)


def read(text: str, *, name: str, first_line: int = 1) -> Document:
    """Read a YAML mapping.

    Args:
        text: The YAML text.
        name: What errors call it.
        first_line: The line of ``name`` on which ``text`` begins.

    Raises:
        ConfigurationError: It is no YAML, no mapping, or says a key twice; the line is named.
    """
    import yaml

    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = first_line + (mark.line if mark else 0)
        raise _error(name, line, f"is not valid YAML ({problem.problem or 'unreadable'})") from None
    except yaml.YAMLError:
        raise _error(name, first_line, "is not valid YAML") from None
    if node is None:
        return Document(name, {}, {})
    if not isinstance(node, yaml.MappingNode):
        raise _error(name, first_line, "must be a mapping of keys to values")
    lines: dict[str, int] = {}
    _walk(node, path="", lines=lines, name=name, first_line=first_line)
    loader = yaml.SafeLoader("")
    try:
        values = loader.construct_document(node)
    except yaml.YAMLError:
        raise _error(name, first_line, "holds a value that can't be read") from None
    return Document(name, values, lines)


def _walk(node: yaml.MappingNode, *, path: str, lines: dict[str, int], name: str, first_line: int) -> None:
    import yaml

    for key, value in node.value:
        line = first_line + key.start_mark.line
        if not isinstance(key, yaml.ScalarNode):
            raise _error(name, line, "has a key that is not a plain word")
        here = f"{path}.{key.value}" if path else str(key.value)
        if here in lines:
            raise _error(name, line, f"says '{here}' twice")
        lines[here] = line
        if isinstance(value, yaml.MappingNode):
            _walk(value, path=here, lines=lines, name=name, first_line=first_line)


def _error(name: str, line: int, message: str, *, hint: str = "") -> ConfigurationError:
    return ConfigurationError(
        f"{name}, line {line}: {message}.",
        hint=hint or f"Correct line {line} of {name}.",
        details={"file": name, "line": line},
    )
