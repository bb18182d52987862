"""Under which names the page is served, and which pages may send to it.

A page elsewhere can make a browser send to this computer under a name of its own (DNS rebinding). Such a
request carries that name as its Host, so only names that belong here are served. Starlette's
TrustedHostMiddleware does not know IPv6 addresses, trailing dots or who may send; hence this.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

_NETLOC = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9_-][a-z0-9._-]{0,252})(?::([0-9]{0,5}))?", re.ASCII)
_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names that are served beside those of this computer itself (localhost, 127.0.0.1, ::1)."""

    named: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> Hosts:
        """Raises ValueError, with the name, for what is no name of a host."""
        allowed = set()
        for one in names:
            name = host_name(one)
            if name is None or any_address(name):
                raise ValueError(one)
            if not is_loopback(name):  # it is served anyway, and may not send for all of this computer
                allowed.add(name)
        return cls(frozenset(allowed))

    def serves(self, netloc: str) -> bool:
        """Whether a Host header names this page. Any port will do: it may be a proxy's."""
        name = host_name(netloc)
        return name is not None and (is_loopback(name) or name in self.named)

    def is_named(self, netloc: str) -> bool:
        """Whether it is one of the names given at the start."""
        return host_name(netloc) in self.named

    def may_send(self, origin: str, netloc: str) -> bool:
        """Whether a page of `origin` may send to the page at `netloc`: it is the page itself, or it is
        of a name given at the start (behind a proxy that names another Host)."""
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme not in _PORTS or parts.path or parts.query or parts.fragment:
            return False
        if self.is_named(parts.netloc):
            return True
        return _place(parts.netloc, parts.scheme) is not None and any(
            _place(parts.netloc, parts.scheme) == _place(netloc, scheme) for scheme in _PORTS
        )


def host_name(netloc: str) -> str | None:
    """The name in `name:port`, as it is compared: lower case, no last dot, addresses in their short form,
    other alphabets as the network writes them. None for what is no name."""
    if not netloc.isascii():
        try:
            netloc = netloc.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    match = _NETLOC.fullmatch(netloc.lower())
    if match is None:
        return None
    name = match[1].removesuffix(".")
    try:
        return ipaddress.ip_address(name.strip("[]")).compressed
    except ValueError:
        return name if name and not name.startswith("[") else None


def is_loopback(name: str) -> bool:
    """Whether a name (of `host_name`) means this computer and no other."""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def any_address(name: str) -> bool:
    """Whether an address to listen on means all addresses: it names no host."""
    try:
        return ipaddress.ip_address(name.strip("[]")).is_unspecified
    except ValueError:
        return not name


def _place(netloc: str, scheme: str) -> tuple[str, str] | None:
    name = host_name(netloc)
    if name is None:
        return None
    match = _NETLOC.fullmatch(netloc.lower())
    return name, (match[2] if match is not None and match[2] else _PORTS[scheme])
