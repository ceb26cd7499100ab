"""Takes secrets out of text: the one place, used by errors, logs and journals."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Mapping
from typing import Final

HIDDEN: Final = "[hidden]"

_SHORTEST_SECRET = 6
_NAMES = r"(?:access[_-]?|auth[_-]?|claim[_-]?|refresh[_-]?|nemo[_-]?)?token|secret|password|api[_-]?key|signature|sig|ct"
_QUERY_NAMES = (
    rf"(?:{_NAMES}|credential|x-[a-z0-9]+-(?:signature|credential|security-token)|awsaccesskeyid|policy"
    r"|key-pair-id)"
)
_PATTERNS: Final = (
    # a token of the vendor, wherever it stands: nmv_usr_..., clm_...
    (re.compile(r"\b(nmv|clm)_[A-Za-z0-9_\-.=]+"), HIDDEN),
    # a JSON Web Token
    (re.compile(r"\beyJ[A-Za-z0-9_\-]{8,}(?:\.[A-Za-z0-9_\-]*){0,2}"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)(\s+|%20|\+)[^\s'\",;}\]\\]+"), rf"\1\2{HIDDEN}"),
    (
        re.compile(r"(?i)(authorization[\"']?\s*[:=]\s*[\"']?)(?!bearer\b|basic\b)[^\s'\",;}\]\\]+"),
        rf"\1{HIDDEN}",
    ),
    # user:password@ of an address; no scheme is longer, and an unbounded one takes quadratic time
    (re.compile(r"(?i)(\b[a-z][a-z0-9+.\-]{0,30}://)[^/\s@'\"]+@"), rf"\1{HIDDEN}@"),
    (re.compile(rf"(?i)([?&;]{_QUERY_NAMES}=)[^&\s'\"#]+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)([\"'](?:{_NAMES})[\"']\s*:\s*[\"'])[^\"']+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)(\b(?:{_NAMES})\s*=\s*[\"']?)[^\s&'\",;}}\]]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(\b\w*token\b[\"']?\s*:\s*[\"']?)[A-Za-z0-9_\-.=]{8,}"), rf"\1{HIDDEN}"),
)


class ScrubbingFormatter(logging.Formatter):
    """Formats a record whole, traceback included, and takes the secrets out."""

    def format(self, record: logging.LogRecord) -> str:
        return scrub(super().format(record))


def scrub(text: str, *, secrets: Iterable[str] = (), environ: Mapping[str, str] | None = None) -> str:
    """Return ``text`` without tokens, signatures and passwords.

    Args:
        text: Anything on its way to a person, a log or a file.
        secrets: Values known to be secret, in whatever form they have.
        environ: Where ``NEMO_TOKEN`` is looked up; the process's own when absent.
    """
    known = [*secrets, (os.environ if environ is None else environ).get("NEMO_TOKEN", "")]
    for secret in sorted({one.strip() for one in known}, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, HIDDEN)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text
