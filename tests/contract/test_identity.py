"""One client id, one token, whoever asks and however many at once; and no secret anywhere else."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mango_skill.client import logs
from mango_skill.client.backend import Backend
from mango_skill.client.clock import SystemClock
from mango_skill.client.identity import Token
from mango_skill.errors import ConfigurationError, EngineError, MangoError, RateLimitError
from mango_skill.protocol.proof import prove_hello
from mango_skill.scrub import scrub
from mango_skill.settings import Settings


class Later(SystemClock):
    """The machine's clock, days ahead."""

    def __init__(self, days: float) -> None:
        self._ahead = days * 86_400

    def now(self) -> float:
        return super().now() + self._ahead


def test_many_at_once_ask_for_one_token_with_one_client_id(service: Any, make_client: Any) -> None:
    clients = [make_client(service.url) for _ in range(8)]
    tokens: list[str] = []

    def ask(client: Any) -> None:
        tokens.append(client.workspace.api.token().value)

    threads = [threading.Thread(target=ask, args=(one,)) for one in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(tokens) == 8
    assert len(set(tokens)) == 1
    assert len(service.of("anonymous-token")) == 1


def test_the_client_id_is_kept_where_the_vendors_skills_keep_it_for_its_owner_only(
    service: Any, make_client: Any, tmp_path: Path
) -> None:
    make_client(service.url).workspace.connect()
    path = tmp_path / "mango" / "config" / "nemovideo" / "client_id"
    assert path.read_text().strip() == service.of("anonymous-token")[0].headers["x-client-id"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["client_id"]


def test_a_client_id_that_is_there_already_is_used(service: Any, make_client: Any, tmp_path: Path) -> None:
    path = tmp_path / "mango" / "config" / "nemovideo" / "client_id"
    path.parent.mkdir(parents=True)
    path.write_text("6b1f4a52-0000-4000-8000-0123456789ab\n")
    make_client(service.url).workspace.connect()
    assert service.of("anonymous-token")[0].headers["x-client-id"] == "6b1f4a52-0000-4000-8000-0123456789ab"


def test_the_environment_may_name_the_client_id(service: Any, make_client: Any) -> None:
    client = make_client(service.url)
    client.environ["NEMO_CLIENT_ID"] = "6b1f4a52-0000-4000-8000-0123456789ab"
    client.workspace.connect()
    assert service.of("anonymous-token")[0].headers["x-client-id"] == "6b1f4a52-0000-4000-8000-0123456789ab"


def test_the_token_is_kept_until_it_expires_and_then_renewed_with_the_same_id(
    service: Any, make_client: Any
) -> None:
    make_client(service.url).workspace.connect()
    make_client(service.url).workspace.connect()
    assert len(service.of("anonymous-token")) == 1
    later = make_client(service.url)
    later.workspace.api.identity._clock = Later(8)
    later.workspace.connect()
    first, second = service.of("anonymous-token")
    assert first.headers["x-client-id"] == second.headers["x-client-id"]


def test_the_end_of_the_free_access_is_told_a_day_before(service: Any, make_client: Any) -> None:
    client = make_client(service.url)
    assert client.workspace.connect().notes == ()
    client.workspace.api.identity._clock = Later(6.5)
    (note,) = client.workspace.connect().notes
    assert "12 hours" in note
    assert len(service.of("anonymous-token")) == 1


def test_a_users_token_is_used_for_everything_and_an_anonymous_one_never_asked_for(
    service: Any, make_client: Any
) -> None:
    service.user_tokens.add("users-own-word")
    client = make_client(service.url, token="users-own-word")
    assert client.workspace.connect().account == "user"
    client.turn("make it better")
    assert {one.headers["authorization"] for one in service.requests} == {"Bearer users-own-word"}


def test_a_token_given_once_is_remembered_for_later_processes_and_can_be_forgotten(
    service: Any, make_client: Any, tmp_path: Path
) -> None:
    service.user_tokens.add("users-own-word")
    assert make_client(service.url).workspace.connect(token="users-own-word").account == "user"
    other = make_client(service.url)
    assert other.workspace.connect().account == "user"
    kept = tmp_path / "mango" / "identity" / "tokens.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    other.workspace.forget_token()
    assert "users-own" not in kept.read_text()
    assert make_client(service.url).workspace.connect().account == "anonymous"


def test_a_token_that_is_refused_is_not_remembered_and_destroys_none_that_is(
    service: Any, make_client: Any, tmp_path: Path
) -> None:
    kept = tmp_path / "mango" / "identity" / "tokens.json"
    service.user_tokens.add("users-own-word")
    make_client(service.url).workspace.connect()
    make_client(service.url).workspace.connect(token="users-own-word")
    before = kept.read_text()
    with pytest.raises(ConfigurationError) as caught:
        make_client(service.url).workspace.connect(token="users-own-slip")
    assert caught.value.code == "1001"
    assert kept.read_text() == before
    assert len(service.of("anonymous-token")) == 1
    assert make_client(service.url).workspace.connect().account == "user"


def test_a_given_token_is_tried_itself_though_the_environment_has_another(
    service: Any, make_client: Any
) -> None:
    service.user_tokens |= {"users-own-word", "users-new-word"}
    client = make_client(service.url, token="users-own-word")
    with pytest.raises(ConfigurationError):
        client.workspace.connect(token="users-own-slip")
    connected = client.workspace.connect(token="users-new-word")
    assert connected.account == "user"
    assert "NEMO_TOKEN is set" in connected.notes[0]
    assert make_client(service.url).workspace.api.token().value == "users-new-word"


def test_tokens_that_can_not_be_read_just_now_are_not_written_over(
    service: Any, make_client: Any, tmp_path: Path
) -> None:
    kept = tmp_path / "mango" / "identity" / "tokens.json"
    kept.mkdir(parents=True)
    with pytest.raises(ConfigurationError) as caught:
        make_client(service.url).workspace.connect()
    assert caught.value.code == "not_readable"
    assert service.requests == []


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "non-ascii-日本", "\x00null"])
def test_a_token_that_can_be_none_is_said_without_being_repeated(
    token: str, service: Any, make_client: Any
) -> None:
    client = make_client(service.url, token=token)
    with pytest.raises(ConfigurationError) as caught:
        client.workspace.connect()
    assert token not in json.dumps(caught.value.to_dict(), ensure_ascii=False)
    assert service.requests == []


def test_too_many_anonymous_tokens_are_said(service: Any, client: Any) -> None:
    service.script(
        "token", lambda w, r: w.json({"code": 429, "message": "quota"}, 429, "Retry-After: 604800")
    )
    with pytest.raises(RateLimitError):
        client.workspace.connect()
    assert len(service.of("anonymous-token")) == 1


def test_netrc_is_never_read(
    service: Any, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password netrc-secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    client.workspace.connect()
    asked = service.of("anonymous-token")[0]
    assert "authorization" not in asked.headers
    assert all("Basic" not in one.headers.get("authorization", "") for one in service.requests)


def test_calls_to_this_machine_ignore_proxies(
    service: Any, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert client.workspace.connect().kind == "cloud"


# The engine proves itself ------------------------------------------------------------------------------


def engine_file(folder: Path, service: Any, *, secret: str = "s3cret-of-the-engine") -> Path:
    path = folder / "engine.json"
    record = {
        "url": service.url,
        "version": "0.1.0",
        "pid": os.getpid(),
        "secret": secret,
        "client_id": "c" * 36,
    }
    path.write_text(json.dumps(record))
    return path


def hello(service: Any, secret: str) -> Any:
    def script(wire: Any, request: Any) -> None:
        if request.path != "/engine/hello":
            service.do_other(wire, request)
            return
        answer = prove_hello(secret, request.headers["x-mango-challenge"])
        wire.json({"version": "0.1.0", "pid": 1}, 200, f"X-Mango-Proof: {answer}")

    return script


def test_an_engine_that_proves_its_secret_is_given_the_token(
    service: Any, make_client: Any, tmp_path: Path
) -> None:
    service.script("other", hello(service, "s3cret-of-the-engine"))
    file = engine_file(tmp_path, service)
    client = make_client(service.url, kind="engine", engine_file=file)
    assert client.workspace.connect().account == "local"
    assert service.of("anonymous-token")[0].headers["x-client-id"] == "c" * 36
    assert service.requests[0].path == "/engine/hello"
    assert "authorization" not in service.requests[0].headers


def test_whoever_took_the_engines_port_gets_nothing(service: Any, make_client: Any, tmp_path: Path) -> None:
    service.script("other", hello(service, "another secret"))
    client = make_client(service.url, kind="engine", engine_file=engine_file(tmp_path, service))
    with pytest.raises(EngineError) as caught:
        client.workspace.connect()
    assert caught.value.code == "engine_unproven"
    assert [one.path for one in service.requests] == ["/engine/hello"]


def test_an_engine_that_is_gone_is_said(service: Any, make_client: Any, tmp_path: Path) -> None:
    client = make_client(service.url, kind="engine", engine_file=tmp_path / "engine.json")
    with pytest.raises(EngineError):
        client.workspace.connect()
    client = make_client(service.url, kind="engine", engine_file=engine_file(tmp_path, service))
    service.stop()
    with pytest.raises(EngineError) as caught:
        client.workspace.connect()
    assert "repeat the command" in caught.value.hint.lower()


def test_a_restarted_engine_is_found_at_its_new_address(
    service: Any, elsewhere: Any, make_client: Any, tmp_path: Path
) -> None:
    for one in (service, elsewhere):
        one.script("other", hello(one, "s3cret-of-the-engine"))
    client = make_client(service.url, kind="engine", engine_file=engine_file(tmp_path, service))
    client.workspace.connect()
    elsewhere.tokens.update(service.tokens)
    service.stop()
    engine_file(tmp_path, elsewhere)
    assert client.workspace.credits().free


@pytest.mark.parametrize(
    "url", ["http://example.com", "ftp://127.0.0.1", "nonsense", "https://user:pw@example.com"]
)
def test_a_backend_without_a_safe_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Backend("cloud", url)
    assert "pw" not in caught.value.message


# No secret anywhere ------------------------------------------------------------------------------------

SECRETS = (
    "nmv_usr_0123456789abcdef",
    "clm_0123456789",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefghijk",
    "opaque-s3cret-value",
)
PLACES = (
    "Authorization: Bearer {}",
    "{{'Authorization': 'Bearer {}'}}",
    '{{"token": "{}"}}',
    "https://host/path?token={}&x=1",
    "https://host/path?a=1&X-Amz-Signature={}",
    "https://user:{}@host/path",
    "NEMO_TOKEN={} mango make",
    "access_token='{}'",
    "claim?ct={}",
)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("place", PLACES)
def test_scrubbing_takes_every_secret_out_of_every_place(secret: str, place: str) -> None:
    text = f"before {place.format(secret)} after"
    cleaned = scrub(text, environ={})
    assert secret not in cleaned
    assert cleaned.startswith("before ")
    assert cleaned.endswith(" after")


def test_scrubbing_takes_out_known_secrets_of_any_form_and_nothing_else() -> None:
    assert scrub("it is hunter2hunter2!", secrets=["hunter2hunter2"], environ={}) == "it is [hidden]!"
    assert "opaque" not in scrub("x opaque-value y", environ={"NEMO_TOKEN": "opaque-value"})
    ordinary = "Make a token ring video with a secret ending: 2:30, https://example.com/a?b=c#d"
    assert scrub(ordinary, environ={}) == ordinary


@pytest.mark.parametrize("piece", ["a-", "a.b+", "token ", "bearer ", "sig=", "eyJ", "a://b:", '"token" : '])
def test_scrubbing_takes_no_longer_for_each_letter_of_a_long_text(piece: str) -> None:
    words = piece * (400_000 // len(piece))
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from mango_skill.scrub import scrub; scrub(sys.stdin.read())"],
        input=words,
        text=True,
        timeout=30,
        check=True,
    )
    assert done.returncode == 0


def test_a_token_shows_in_no_repr() -> None:
    assert "abc" not in repr(Token("abc", "anonymous"))


def test_the_log_holds_no_secret_and_is_rotated(tmp_path: Path) -> None:
    log = logs.open_log(tmp_path)
    try:
        raise ValueError("nmv_usr_0123456789abcdef")
    except ValueError:
        log.exception("failed with Bearer %s", "abcdefgh")
    for _ in range(3000):
        log.info("x" * 1000)
    for handler in list(log.handlers):
        log.removeHandler(handler)
        handler.close()
    files = list(tmp_path.iterdir())
    assert 1 < len(files) <= 4
    text = "".join(one.read_text() for one in files)
    assert "nmv_usr" not in text
    assert "abcdefgh" not in text
    assert logging.getLogger(logs.NAME).propagate is False


def test_errors_from_a_service_that_echoes_the_token_do_not_repeat_it(service: Any, make_client: Any) -> None:
    token = "plain-value-1"
    service.user_tokens.add(token)
    client = make_client(service.url, token=token)

    def echo(wire: Any, request: Any) -> None:
        wire.json({"code": 5000, "message": f"no rights for {request.headers['authorization'].split()[1]}"})

    service.script("credits", echo)
    service.script("chat", echo)
    with pytest.raises(MangoError) as caught:
        client.workspace.credits()
    assert token not in json.dumps(caught.value.to_dict())
    assert token not in json.dumps(client.turn("make it better"))


def test_settings_with_other_patience_reach_the_runner(service: Any, make_client: Any, quick: Any) -> None:
    client = make_client(service.url, settings=replace(quick, recovery_tries=3))
    assert client.workspace.context.patience.recovery_tries == 3


def test_a_backend_on_this_machine_is_waited_for_in_seconds_and_the_cloud_in_minutes(
    make_client: Any,
) -> None:
    defaults = Settings()
    near = make_client("http://127.0.0.1:9", settings=defaults).workspace.context.patience
    far = make_client("https://example.invalid", settings=defaults).workspace.context.patience
    assert (far.recovery_first_s, far.recovery_interval_s, far.recovery_tries, far.poll_s) == (30, 60, 5, 30)
    assert near.recovery_first_s <= 2
    assert near.recovery_interval_s <= 2
    assert near.poll_s < 1
    assert (far.stream_limit_s, far.heartbeat_limit_s, far.still_working_s) == (900, 600, 120)
