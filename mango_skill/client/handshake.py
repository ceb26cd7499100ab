"""Before the engine is given a token it proves that it knows the secret of its own ``engine.json``.

A port that somebody else has taken over since then gets nothing.
"""

from __future__ import annotations

import secrets
from typing import Final

from mango_skill.client.backend import Backend
from mango_skill.client.transport import Call, Transport
from mango_skill.errors import EngineError, MangoError, NetworkError
from mango_skill.protocol import endpoints, proof
from mango_skill.protocol.constants import CHALLENGE_HEADER, PROOF_HEADER

_HELLO_S: Final = 5.0


def hello(transport: Transport, backend: Backend) -> str:
    """Have the engine prove itself and return its address.

    Raises:
        EngineError: It is not running, or somebody else answers in its place.
    """
    record = backend.engine_record()
    address = backend.address()
    nonce = secrets.token_hex(16)
    call = Call(
        endpoints.ENGINE_HELLO.method,
        f"{address}{endpoints.ENGINE_HELLO.path()}",
        headers={CHALLENGE_HEADER: nonce},
        read_timeout_s=_HELLO_S,
    )
    try:
        response = transport.open(call)
    except NetworkError as problem:
        raise stopped(problem) from None
    try:
        said = response.headers.get(PROOF_HEADER, "")
        transport.read_body(response, limit=65536)
    except MangoError as problem:
        raise stopped(problem) from None
    finally:
        response.close()
    if not proof.is_hello_proven(str(record.get("secret", "")), nonce, said):
        raise EngineError(
            "Something else answers at the engine's address.",
            code="engine_unproven",
            hint="Repeat the command; it starts the engine at another address.",
            retryable=True,
        )
    return address


def stopped(problem: MangoError) -> EngineError:
    """Return what an engine that does not answer means to the user."""
    return EngineError(
        "The engine does not answer.",
        code="engine_stopped",
        hint="Repeat the command; it starts the engine again, and nothing that was finished is lost.",
        retryable=True,
        details=problem.details,
    )
