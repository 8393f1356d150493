"""The Nano's bootloader, as far as its protocol tells: commands in, answers out, pages into a flash."""

from __future__ import annotations

import re

_COMMAND = re.compile(rb"([NVIXSYK])(?:([0-9A-F]+)(?:,([0-9A-F]+))?)?#")
PAGE_BYTES = 4096


class NanoBootloader:
    """`flash` has the pages by their offsets; `started` says that the program was."""

    def __init__(self) -> None:
        self.flash: dict[int, bytes] = {}
        self.erased = self.started = False
        self._buffer = b""
        self._expected = 0
        self._pending = b""

    @property
    def image(self) -> bytes:
        return b"".join(self.flash[offset] for offset in sorted(self.flash))

    @property
    def expects_data(self) -> bool:
        """Whether what comes next are the bytes of a page."""
        return self._expected > 0

    def take(self, data: bytes) -> bytes:
        """The answer to these bytes."""
        self._pending += data
        answer = b""
        while self._pending:
            if self._expected:
                if len(self._pending) < self._expected:
                    break
                self._buffer, self._pending = (
                    self._pending[: self._expected],
                    self._pending[self._expected :],
                )
                self._expected = 0
                continue
            command, found, rest = self._pending.partition(b"#")
            if not found:
                break
            self._pending = rest
            answer += self._do(command + found)
        return answer

    def _do(self, command: bytes) -> bytes:
        match = _COMMAND.fullmatch(command)
        assert match is not None, command
        letter, first, second = match.groups()
        if letter == b"S":
            self._expected = int(second, 16)
        elif letter == b"X":
            self.flash, self.erased = {}, True
        elif letter == b"Y" and second != b"0":
            assert self.erased
            self.flash[int(first, 16)] = self._buffer
        elif letter == b"K":
            self.started = True
        answers = {
            b"N": b"\n\r",
            b"V": b"Arduino Bootloader (SAM-BA extended) 2.0 [Arduino:IKXYZ]\n\r",
            b"I": b"nRF52840-QIAA\n\r",
            b"X": b"X\n\r",
            b"Y": b"Y\n\r",
        }
        return answers.get(letter, b"")
