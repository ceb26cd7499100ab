"""How the engine proves that it is the one that wrote ``engine.json``, and how a caller proves that it read it.

Each purpose has proofs of its own: what the engine signs for anybody who asks must never open something else.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

MAX_CHALLENGE: Final = 256
"""Longest nonce, in characters, that is answered."""

_HELLO: Final = "hello:"
_STOP: Final = "stop:"


def prove_hello(secret: str, nonce: str) -> str:
    """Return the engine's answer to a caller's nonce: hex HMAC-SHA256 under the secret."""
    return _prove(secret, _HELLO + nonce)


def is_hello_proven(secret: str, nonce: str, proof: str) -> bool:
    """Whether ``proof`` is the engine's answer to the nonce; takes the same time either way."""
    return hmac.compare_digest(prove_hello(secret, nonce).encode(), proof.encode())


def prove_stop(secret: str) -> str:
    """Return what a caller shows to be allowed to stop the engine."""
    return _prove(secret, _STOP)


def is_stop_proven(secret: str, proof: str) -> bool:
    """Whether ``proof`` allows to stop the engine; takes the same time either way."""
    return hmac.compare_digest(prove_stop(secret).encode(), proof.encode())


def _prove(secret: str, words: str) -> str:
    return hmac.new(secret.encode(), words.encode(), hashlib.sha256).hexdigest()
