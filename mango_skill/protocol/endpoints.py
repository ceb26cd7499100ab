"""The calls: method and path template, used by the client's addresses and the engine's routes alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from mango_skill.protocol.constants import APP_NAME, USER_ID


@dataclass(frozen=True)
class Endpoint:
    """One call: an HTTP method and a path template with ``{name}`` fields."""

    method: str
    template: str

    def path(self, **fields: str) -> str:
        """Return the path with its fields filled in, percent-encoded."""
        return self.template.format(**{name: quote(value, safe="") for name, value in fields.items()})


ANONYMOUS_TOKEN: Final = Endpoint("POST", "/api/auth/anonymous-token")
CLAIM_TOKEN: Final = Endpoint("POST", "/api/auth/claim-token")
CREATE_SESSION: Final = Endpoint("POST", f"/api/tasks/{USER_ID}/with-session/{APP_NAME}")
CHAT: Final = Endpoint("POST", "/run_sse")
UPLOAD: Final = Endpoint("POST", f"/api/upload-video/{APP_NAME}/{USER_ID}/{{session_id}}")
CREDITS: Final = Endpoint("GET", "/api/credits/balance/simple")
STATE: Final = Endpoint("GET", f"/api/state/{APP_NAME}/{USER_ID}/{{session_id}}/latest")
RENDER: Final = Endpoint("POST", "/api/render/proxy/lambda")
RENDER_STATUS: Final = Endpoint("GET", "/api/render/proxy/lambda/{render_id}")
RENDER_CANCEL: Final = Endpoint("DELETE", "/api/render/proxy/lambda/{render_id}")  # [ours]
RENDER_DOWNLOAD: Final = Endpoint("GET", "/api/render/proxy/{render_id}/download")  # [P] the fallback
# [ours] the engine's own: proves its secret before it is given a token; removes a session with all it holds;
# checks a draft before a render; says its version
ENGINE_HELLO: Final = Endpoint("GET", "/engine/hello")
ENGINE_STOP: Final = Endpoint("POST", "/engine/stop")
DELETE_SESSION: Final = Endpoint("DELETE", f"/api/tasks/{USER_ID}/sessions/{{session_id}}")
