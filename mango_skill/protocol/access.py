"""Who may call a server that listens on loopback: programs of this machine, never a web page."""

from __future__ import annotations

from collections.abc import Iterable


def names_only(headers: Iterable[tuple[bytes, bytes]], host: bytes) -> bool:
    """Whether a call names exactly this address and comes from no web page.

    A page in a browser can reach loopback by a name of its own (its Host gives it away) or across sites (then
    the browser says its Origin).

    Args:
        headers: The call's headers, names in lower case.
        host: The address with its port.
    """
    stated = tuple(headers)
    hosts = [value for name, value in stated if name == b"host"]
    return hosts == [host] and not any(name == b"origin" for name, _ in stated)
