"""Pis in the network: those used before that answer, `raspberrypi.local`, and what announces SSH by mDNS."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from typing import Any

from core.pi.address import DEFAULT_HOST, SSH_PORT, host_text
from core.pi.known import known_pis

#: RFC 6763 service type of SSH.
_SERVICE = "_ssh._tcp.local."
_CONNECT_S = 1.0
#: mDNS answers within a second (RFC 6762, section 6); a name that is not there takes longer to fail.
LOOK_S = 2.0


class How(Enum):
    """Where a Pi is known from."""

    USED_BEFORE = "used before"
    BY_NAME = "answers to its usual name"
    ANNOUNCED = "announces SSH; any computer may"


@dataclass(frozen=True, slots=True)
class FoundPi:
    """`title` is what it called itself when it was used, or the name that it announces."""

    host: str
    port: int
    user: str | None
    title: str
    how: How

    @property
    def where(self) -> str:
        """As ``--host`` takes it."""
        return host_text(self.host, self.port)


Look = Callable[[float], Iterable[FoundPi]]


def find_pis(look_s: float = LOOK_S) -> tuple[FoundPi, ...]:
    """All that show themselves within `look_s`, each once. Whatever a network does, this ends in time."""
    found: list[list[FoundPi]] = [[] for _ in _LOOKS]

    def search(place: int, look: Look) -> None:
        try:
            for pi in look(look_s):
                found[place].append(pi)
        except OSError:  # no network
            return

    threads = [
        threading.Thread(target=search, args=(place, look), daemon=True, name=f"look for Pis {place}")
        for place, look in enumerate(_LOOKS)
    ]
    until_s = time.monotonic() + look_s + _CONNECT_S
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(until_s - time.monotonic(), 0.0))
    by_place = {(pi.host, pi.port): pi for group in reversed(found) for pi in reversed(list(group))}
    return tuple(sorted(by_place.values(), key=lambda pi: (list(How).index(pi.how), pi.host)))


def _used_before(look_s: float) -> Iterable[FoundPi]:
    """All at the same time: one that is switched off does not hide the others."""
    known = known_pis()
    with ThreadPoolExecutor(max(len(known), 1)) as at_once:
        answers = at_once.map(lambda pi: _answers(pi.address.host, pi.address.port), known)
        for pi, answer in zip(known, answers, strict=True):
            if answer:
                address = pi.address
                yield FoundPi(address.host, address.port, address.user, pi.title, How.USED_BEFORE)


def _by_name(look_s: float) -> Iterable[FoundPi]:
    if _answers(DEFAULT_HOST, SSH_PORT):
        yield FoundPi(DEFAULT_HOST, SSH_PORT, None, "Raspberry Pi", How.BY_NAME)


def _announced(look_s: float) -> Iterable[FoundPi]:
    from zeroconf import ServiceBrowser, Zeroconf

    seen: list[str] = []

    def note(zeroconf: Any, service_type: str, name: str, state_change: Any) -> None:
        if name not in seen:
            seen.append(name)

    with Zeroconf() as network:
        browser = ServiceBrowser(network, _SERVICE, handlers=[note])
        time.sleep(look_s * 0.6)
        browser.cancel()
        for name in seen:
            service = network.get_service_info(_SERVICE, name, timeout=int(look_s * 400))
            if service is not None and service.server and service.port:
                title = name.removesuffix(f".{_SERVICE}")
                yield FoundPi(service.server.rstrip("."), service.port, None, title, How.ANNOUNCED)


_LOOKS: tuple[Look, ...] = (_used_before, _by_name, _announced)


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=_CONNECT_S).close()
    except OSError:
        return False
    return True
