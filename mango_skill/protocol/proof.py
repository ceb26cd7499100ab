"""How the engine proves that it is the one that wrote ``engine.json``, and how a caller proves that it read it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

STOP_CHALLENGE: Final = "stop"
"""What a caller proves to be allowed to stop the engine."""

MAX_CHALLENGE: Final = 256
"""Longest nonce, in characters, that is answered."""


def prove(secret: str, challenge: str) -> str:
    """Return the proof of a challenge: hex HMAC-SHA256 under the secret."""
    return hmac.new(secret.encode(), challenge.encode(), hashlib.sha256).hexdigest()


def is_proven(secret: str, challenge: str, proof: str) -> bool:
    """Whether ``proof`` belongs to the challenge; takes the same time either way."""
    return hmac.compare_digest(prove(secret, challenge).encode(), proof.encode())
