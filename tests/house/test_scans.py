"""What a scan of published skills flags is absent from every file that is shipped, as it is shipped.

Each rule is a function that returns what breaks it; below, each is shown a file that breaks it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import yaml

from mango_skill.hosts.contents import skill_files

SYSTEM_VARIABLES = {"HOME", "PATH", "PYTHONPATH", "SYSTEMROOT", "XDG_CACHE_HOME"}
"""Variables of the system, which every program may read; all others are declared in SKILL.md."""

WRITERS = {
    "mango_skill/cli/documents.py": "generated sections of our own documents",
    "mango_skill/client/download.py": "a finished file: its path was checked, a part beside it becomes it at the end",
    "mango_skill/client/identity.py": "the client id, in our folder",
    "mango_skill/client/journal.py": "our own records",
    "mango_skill/client/logs.py": "our own log",
    "mango_skill/client/runner.py": "our own log",
    "mango_skill/engine_process.py": "our own log",
    "mango_skill/hosts/mcp/recording.py": "a generated file of the project",
    "mango_skill/hosts/placing.py": "a skill folder, made beside its place and only then put there",
    "mango_skill/operations/schema.py": "a generated file of the project",
    "mango_skill/tools/schemas.py": "generated files of the project",
}
"""Who writes files outside of the engine, which writes below its own folder alone: user paths come in here."""

_SECRET = re.compile(
    r"(?i)(?:token|api_?key|authorization|secret|password)[\"']?\s*[:=]\s*[\"'][^\"'\s{}]{16,}[\"']"
)
_TOKEN_OPTION = re.compile(r"--token[ =][^-\s]")
_POSTS = re.compile(r"\brequests\b|\bhttpx2?\b|\burllib\.request\b|\bhttp\.client\b|\.post\(")
_ENCODES = re.compile(r"\bb(?:64|85|32|16)encode\b|\bstandard_b64encode\b|\bencodebytes\b|\bb2a_base64\b")
_UNSAFE_CALLS = {"eval", "exec", "__import__"}
_SHELL_CALLS = {
    ("os", "system"),
    ("os", "popen"),
    ("subprocess", "getoutput"),
    ("subprocess", "getstatusoutput"),
}
_UNSAFE_MODULES = {"pickle", "marshal", "shelve", "dill"}
_UNCHECKED_TLS = re.compile(
    r"verify\s*=\s*(?:False|0|None)\b|CERT_NONE|check_hostname\s*=\s*False|_create_unverified_context"
    r"|disable_warnings|InsecureRequestWarning"
)

Rule = Callable[[str, str], list[str]]


def undeclared_variables(place: str, text: str, declared: frozenset[str] = frozenset()) -> list[str]:
    """Environment variables that are read and stand nowhere."""
    if not place.endswith(".py"):
        return []
    return sorted(set(_variables(ast.parse(text))) - declared - SYSTEM_VARIABLES)


def secret_looking_texts(place: str, text: str) -> list[str]:
    """Values that look like secrets, and secrets shown on a command line."""
    return [found.group()[:40] for found in (*_SECRET.finditer(text), *_TOKEN_OPTION.finditer(text))]


def files_encoded_next_to_a_post(place: str, text: str) -> list[str]:
    """A file that can be turned into text where something is posted."""
    return [place] if place.endswith(".py") and _ENCODES.search(text) and _POSTS.search(text) else []


def unchecked_encryption(place: str, text: str) -> list[str]:
    """Encrypted lines whose other end nobody checks."""
    return [found.group() for found in _UNCHECKED_TLS.finditer(text)]


def code_made_of_text(place: str, text: str) -> list[str]:
    """Text that is run as code, or handed to a shell."""
    if not place.endswith(".py"):
        return []
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
            owner = getattr(getattr(node.func, "value", None), "id", "")
            if (name in _UNSAFE_CALLS and not owner) or (owner, name) in _SHELL_CALLS:
                found.append(f"{name}() in line {node.lineno}")
            shell = [one for one in node.keywords if one.arg == "shell" and not _is_false(one.value)]
            found += [f"shell in line {one.value.lineno}" for one in shell]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            )
            found += [
                f"{name} in line {node.lineno}" for name in names if name.split(".")[0] in _UNSAFE_MODULES
            ]
    return found


def writes(tree: ast.AST) -> list[str]:
    """Calls that write a file or replace one."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        owner = getattr(getattr(node.func, "value", None), "id", "")
        modes = [one.value for one in (*node.args, *(key.value for key in node.keywords)) if _is_text(one)]
        opens = name in ("open", "fdopen") and any(
            re.fullmatch(r"[rwax]b?\+?b?", one) and set(one) & set("wax+") for one in modes
        )
        replaces = (owner, name) in {
            ("os", "replace"),
            ("os", "rename"),
            ("shutil", "copy2"),
            ("shutil", "copy"),
            ("shutil", "copyfile"),
            ("shutil", "move"),
        }
        if opens or replaces or name in ("write_text", "write_bytes"):
            found.append(f"{name}() in line {node.lineno}")
    return found


RULES: tuple[Rule, ...] = (
    secret_looking_texts,
    files_encoded_next_to_a_post,
    unchecked_encryption,
    code_made_of_text,
)


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, str]:
    """The files of a bundle, as text."""
    return {place: data.decode("utf-8") for place, data in skill_files().items() if _is_readable(place)}


@pytest.mark.parametrize("rule", RULES)
def test_nothing_that_is_shipped_breaks_a_rule(rule: Rule, shipped: Mapping[str, str]) -> None:
    assert {place: broken for place, text in shipped.items() if (broken := rule(place, text))} == {}


def test_every_variable_that_shipped_code_reads_is_declared(shipped: Mapping[str, str]) -> None:
    front = yaml.safe_load(shipped["SKILL.md"].split("---\n")[1])
    declared = frozenset(one["name"] for one in front["metadata"]["openclaw"]["envVars"])
    broken = {place: undeclared_variables(place, text, declared) for place, text in shipped.items()}
    assert {place: found for place, found in broken.items() if found} == {}


def test_files_are_written_only_where_their_paths_are_checked(modules: Any) -> None:
    found = {
        module.place: writes(module.tree)
        for module in modules
        if module.room != "engine" and writes(module.tree)
    }
    assert {place: lines for place, lines in found.items() if place not in WRITERS} == {}
    assert sorted(set(WRITERS) - set(found)) == []


def test_the_tests_hold_no_secret_looking_text_either(root: Any) -> None:
    texts = {
        path: path.read_text(encoding="utf-8")
        for path in (root / "tests").rglob("*.py")
        if path.name != "test_scans.py"
    }
    assert {
        str(path): broken for path, text in texts.items() if (broken := secret_looking_texts(path.name, text))
    } == {}


@pytest.mark.parametrize(
    ("rule", "place", "text"),
    [
        (undeclared_variables, "a.py", "import os\nos.environ['SHOP_KEY']"),
        (undeclared_variables, "a.py", "import os\nos.getenv('SHOP_KEY')"),
        (undeclared_variables, "a.py", "NAME: Final = 'SHOP_KEY'\nenviron.get(NAME)"),
        (secret_looking_texts, "a.py", "api_key = 'abcdefghijklmnop'"),
        (secret_looking_texts, "a.json", '{"token": "abcdefghijklmnop"}'),
        (secret_looking_texts, "a.md", "mango connect --token abc"),
        (files_encoded_next_to_a_post, "a.py", "import requests, base64\nbase64.b64encode(data)"),
        (unchecked_encryption, "a.py", "requests.get(url, verify=False)"),
        (unchecked_encryption, "a.py", "context.verify_mode = ssl.CERT_NONE"),
        (code_made_of_text, "a.py", "eval(text)"),
        (code_made_of_text, "a.py", "subprocess.run(line, shell=True)"),
        (code_made_of_text, "a.py", "import os\nos.system(line)"),
        (code_made_of_text, "a.py", "import pickle"),
    ],
)
def test_each_rule_sees_what_breaks_it(rule: Rule, place: str, text: str) -> None:
    assert rule(place, text) != []


@pytest.mark.parametrize(
    "line",
    [
        "open(path, 'wb')",
        "path.open(mode='a')",
        "path.write_text(x)",
        "os.replace(a, b)",
        "shutil.move(a, b)",
    ],
)
def test_every_way_to_write_a_file_is_seen(line: str) -> None:
    assert writes(ast.parse(line)) != []


def _variables(tree: ast.Module) -> Iterator[str]:
    named = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _is_text(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        key: ast.AST | None = None
        if isinstance(node, ast.Subscript) and _is_environment(node.value):
            key = node.slice
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            asks = node.func.attr == "getenv" or (
                node.func.attr in ("get", "pop", "setdefault") and _is_environment(node.func.value)
            )
            key = node.args[0] if asks else None
        if key is not None and _is_text(key):
            yield key.value  # type: ignore[attr-defined]
        elif isinstance(key, ast.Name) and key.id in named:
            yield named[key.id]


def _is_environment(node: ast.AST) -> bool:
    name = getattr(node, "attr", None) or getattr(node, "id", "")
    return name in ("environ", "_environ", "environment")


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _is_false(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


def _is_readable(place: str) -> bool:
    return place.endswith((".py", ".md", ".json", ".txt", ".yaml", ".toml", ".clawhubignore"))
