"""Download links: each opens one render, for a while, without a token in the address."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from mango_skill.errors import ArgumentError

LIFETIME_S: Final = 3600.0
EXPIRES: Final = "expires"
SIGNATURE: Final = "signature"
PART: Final = "part"  # what lies beside the video: srt or vtt


@dataclass(frozen=True, repr=False)
class Tickets:
    """Signs and checks the query of a download link with a key that never leaves this machine."""

    key: str
    lifetime_s: float = LIFETIME_S

    def query(self, render_id: str, *, now: float) -> str:
        """Return the query that opens this render for ``lifetime_s``."""
        expires = str(int(now + self.lifetime_s))
        return urlencode({EXPIRES: expires, SIGNATURE: self._sign(render_id, expires)})

    def check(self, render_id: str, *, expires: str, signature: str, now: float) -> None:
        """Let a good link pass.

        Raises:
            ArgumentError: ``link_expired``, also for one that was never good.
        """
        genuine = hmac.compare_digest(self._sign(render_id, expires).encode(), signature.encode())
        if not genuine or int(expires) < now:
            raise ArgumentError(
                "The download link is no longer valid.",
                code="link_expired",
                hint="Ask for the render's status again; it brings a fresh link.",
            )

    def _sign(self, render_id: str, expires: str) -> str:
        return hmac.new(self.key.encode(), f"{render_id}\n{expires}".encode(), hashlib.sha256).hexdigest()
