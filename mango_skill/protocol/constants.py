"""Words and numbers of the wire. No other room spells them out."""

from __future__ import annotations

from typing import Final

APP_NAME: Final = "nemo_agent"  # [S] the agent's name in paths and in the chat body
USER_ID: Final = "me"  # [S] the account is known from the token, never from the body

DEFAULT_API_URL: Final = "https://mega-api-prod.nemovideo.ai"  # [S]
DEFAULT_WEB_URL: Final = "https://nemovideo.com"  # [P]

# Headers
AUTHORIZATION: Final = "Authorization"  # [S] "Bearer <token>"
BEARER: Final = "Bearer "
CLIENT_ID_HEADER: Final = "X-Client-Id"  # [S] anonymous token only
SKILL_SOURCE_HEADER: Final = "X-Skill-Source"  # [S] a missing one of the three makes exports answer 402
SKILL_VERSION_HEADER: Final = "X-Skill-Version"  # [S]
SKILL_PLATFORM_HEADER: Final = "X-Skill-Platform"  # [S]
ATTRIBUTION_HEADERS: Final = (SKILL_SOURCE_HEADER, SKILL_VERSION_HEADER, SKILL_PLATFORM_HEADER)
RETRY_AFTER: Final = "Retry-After"
CHALLENGE_HEADER: Final = "X-Mango-Challenge"  # [ours] nonce that the engine must answer with its secret
PROOF_HEADER: Final = "X-Mango-Proof"  # [ours] HMAC-SHA256 hex of the nonce under the secret of engine.json

# Where the engine is found, in its home folder [ours]
ENGINE_FILE: Final = "engine.json"
ENGINE_LOCK: Final = "engine.lock"  # held by a running engine to its very end

# Media types
EVENT_STREAM: Final = "text/event-stream"
JSON_TYPE: Final = "application/json"

# Bodies
UPLOAD_FIELD: Final = "files"  # [P] the multipart field
URL_SOURCE: Final = "url"  # [S] source_type of a link upload

# Render statuses [S]; "cancelled" is [ours]
PENDING: Final = "pending"
PROCESSING: Final = "processing"
COMPLETED: Final = "completed"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
RENDER_STATUSES: Final = (PENDING, PROCESSING, COMPLETED, FAILED, CANCELLED)

# Codes of the envelope [S]
OK: Final = 0
TOKEN_INVALID: Final = 1001
SESSION_NOT_FOUND: Final = 1002
OUT_OF_CREDITS: Final = 2001
UNSUPPORTED_MEDIA: Final = 4001
TOO_LARGE: Final = 4002
CLIENT_ID_MISSING: Final = 400
PLAN_BLOCKED: Final = 402
RATE_LIMITED: Final = 429

# What an HTTP status says that no envelope explains, as our errors' code: http_ and the status
STATUS_CODE: Final = "http_{}"
UNKNOWN_HERE: Final = STATUS_CODE.format(404)
PASSING_TROUBLE: Final = tuple(STATUS_CODE.format(status) for status in (500, 502, 503, 504))

# Track types [S]
TRACK_VIDEO: Final = 0
TRACK_AUDIO: Final = 1
TRACK_TEXT: Final = 7

CLOUD_FORMATS: Final = (
    "mp4",
    "mov",
    "avi",
    "webm",
    "mkv",
    "jpg",
    "png",
    "gif",
    "webp",
    "mp3",
    "wav",
    "m4a",
    "aac",
)  # [S]
ENGINE_EXTRA_FORMATS: Final = (
    "ts",
    "mpg",
    "wmv",
    "flv",
    "mxf",
    "heic",
    "flac",
    "ogg",
    "srt",
    "vtt",
    "cube",
)  # [ours]
ENGINE_FORMATS: Final = (*CLOUD_FORMATS, *ENGINE_EXTRA_FORMATS)
FORMAT_ALIASES: Final = {
    "jpeg": "jpg",
    "m4v": "mp4",
    "3gp": "mp4",
    "3g2": "mp4",
    "f4v": "mp4",
    "qt": "mov",
    "mts": "ts",
    "m2ts": "ts",
    "m2t": "ts",
    "tod": "ts",
    "mpeg": "mpg",
    "vob": "mpg",
    "mod": "mpg",
    "asf": "wmv",
    "wma": "wmv",
    "ogv": "ogg",
    "heif": "heic",
    "oga": "ogg",
    "opus": "ogg",
}  # other names of accepted formats
CLOUD_MAX_BYTES: Final = 500_000_000  # [S] "500 MB", read as the smaller decimal figure

CLOUD_EXPORT_FORMATS: Final = ("mp4", "mov", "webm", "mkv", "avi", "gif", "mp3", "wav", "m4a", "aac")
EXPORT_FORMATS: Final = (*CLOUD_EXPORT_FORMATS, "webp")  # [ours] what plays; the rest below too
SOUND_FORMATS: Final = ("mp3", "wav", "m4a", "aac")  # of those that play: without pictures
STILL_FORMATS: Final = ("jpg", "png")
CAPTION_FORMATS: Final = ("srt", "vtt")  # also beside a video
PROJECT_FORMATS: Final = ("otio", "xml")  # the timeline for other editors: OpenTimelineIO, Final Cut Pro 7
OUTPUT_FORMATS: Final = (*EXPORT_FORMATS, *STILL_FORMATS, *CAPTION_FORMATS, *PROJECT_FORMATS)
OUTPUT_ALIASES: Final = {"jpeg": "jpg", "webvtt": "vtt"}  # other names of formats that are written

TEMPORARY_ISSUE: Final = "I encountered a temporary issue"  # [P] a tail that is dropped after good text

STREAM_LIMIT_S: Final = 15 * 60  # [S] chat up to 15 minutes
HEARTBEAT_LIMIT_S: Final = 10 * 60  # [P] heartbeats alone for so long count as timed out
STILL_WORKING_S: Final = 2 * 60  # [S]
RATE_LIMIT_WAIT_S: Final = 30  # [S] without Retry-After
RECOVERY_FIRST_S: Final = 30  # [P] after a disconnect
RECOVERY_INTERVAL_S: Final = 60  # [P]
RECOVERY_TRIES: Final = 5  # [P]
RENDER_POLL_S: Final = 30  # [S]
ANONYMOUS_TOKEN_DAYS: Final = 7  # [S]
ANONYMOUS_CREDITS: Final = 100  # [S]
