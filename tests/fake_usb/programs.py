"""What runs on a fake board: bytes in, bytes out."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np

from codegen.targets.board import Board
from core.boards import protocol
from core.boards.protocol import Frame, FrameReader, FrameType
from tests.fake_usb.faults import STEP_OF_REQUEST, Step
from tests.toolchain.usb.emulated_board import COMMANDS

_WAIT_S = 60.0
_UF2_BLOCK, _UF2_DATA = 512, 256


class Machine(Protocol):
    """The board that a program runs on."""

    def send(self, data: bytes) -> None:
        """To the computer."""

    def at(self, step: Step) -> bool:
        """A step is reached. False: it is not to be done."""

    def restart_to_bootloader(self) -> None: ...

    def blink(self) -> None: ...


class Program(Protocol):
    """`product` is its name in the USB descriptor."""

    product: str

    def take(self, data: bytes) -> None:
        """Bytes from the computer."""

    def touched(self) -> None:
        """The port was opened at 1200 baud."""

    def stop(self) -> None: ...


StartProgram = Callable[[bytes, Board, Machine], Program]


class MicroPython:
    """The prompt of another program: it echoes, and knows neither our protocol nor 1200 baud."""

    product = "Board in FS mode"

    def __init__(self, image: bytes, board: Board, machine: Machine) -> None:
        self._machine = machine

    def take(self, data: bytes) -> None:
        self._machine.send(b">>> " + data + b"\r\nTraceback (most recent call last):\r\nSyntaxError\r\n")

    def touched(self) -> None:
        return

    def stop(self) -> None:
        return


class Sketch(MicroPython):
    """A program of the Arduino IDE: as foreign, but it restarts when it is touched."""

    product = "Arduino sketch"

    def touched(self) -> None:
        self._machine.restart_to_bootloader()


TOY = b"TOY MODEL"


def toy_image(weights: np.ndarray) -> bytes:
    """A program for ToyProgram: int8 ``[outputs, inputs]``; the network is weights · x / 128."""
    outputs, inputs = weights.shape
    body = json.dumps([inputs, outputs]).encode() + b"\n" + weights.astype(np.int8).tobytes()
    return TOY + b"\n" + body


def toy_hash(image: bytes) -> bytes:
    return hashlib.sha256(image).digest()


def toy_outputs(weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    """What it computes: int8 ``[samples, outputs]``."""
    return ((x.astype(np.int32) @ weights.astype(np.int32).T) >> 7).clip(-128, 127).astype(np.int8)


def _payload(image: bytes) -> bytes:
    """What lies in the flash: the data of the blocks, where it is a UF2 file."""
    if not image.startswith(b"UF2\n"):
        return image
    blocks = range(0, len(image), _UF2_BLOCK)
    return b"".join(image[at + 32 : at + 32 + _UF2_DATA] for at in blocks)


class ToyProgram:
    """The board's side of the protocol in Python, with the firmware's habits."""

    def __init__(self, image: bytes, board: Board, machine: Machine) -> None:
        name, sizes, weights = _payload(image).split(b"\n", 2)
        if name != TOY:
            raise ValueError("no toy model: fake boards that run real images need the chip's emulator")
        self.inputs, self.outputs = json.loads(sizes)
        content = weights[: self.inputs * self.outputs]
        self.weights = np.frombuffer(content, np.int8).reshape(self.outputs, self.inputs)
        self.hash = toy_hash(name + b"\n" + sizes + b"\n" + content)
        self.product = f"Thimble on {board.title}"
        self._board, self._machine = board, machine
        self._reader = FrameReader()
        self._last: tuple[int, Frame] | None = None
        self._x = np.zeros(self.inputs, np.int8)
        self._y = np.zeros(self.outputs, np.int8)
        self._runs = 0

    def take(self, data: bytes) -> None:
        for frame in self._reader.feed(data):
            self._answer(frame)

    def touched(self) -> None:
        self._machine.restart_to_bootloader()

    def stop(self) -> None:
        return

    def _answer(self, frame: Frame) -> None:
        kind = FrameType(frame.kind)
        step = STEP_OF_REQUEST.get(kind)
        if step is not None and not self._machine.at(step):
            return
        self._send(Frame(FrameType.ACKNOWLEDGE, frame.sequence))
        if self._last is None or self._last[0] != frame.sequence or kind is FrameType.HELLO:
            payload = self._do(kind, frame.payload)
            self._last = (frame.sequence, Frame(kind | protocol.RESPONSE_BIT, frame.sequence, payload))
        self._send(self._last[1])
        if kind is FrameType.BOOTLOADER:
            self._machine.restart_to_bootloader()

    def _send(self, frame: Frame) -> None:
        self._machine.send(protocol.encode(frame))

    def _do(self, kind: FrameType, payload: bytes) -> bytes:
        if kind is FrameType.HELLO:
            target = self._board.target.encode()
            sizes = (4096, self.inputs, self.outputs, self._board.clock_hz)
            return protocol._HELLO.pack(protocol.VERSION, 0, *sizes, target, self.hash)
        if kind is FrameType.LOAD_INPUT:
            offset, piece = int.from_bytes(payload[:4], "little"), payload[4:]
            self._x[offset : offset + len(piece)] = np.frombuffer(piece, np.int8)
        elif kind is FrameType.RUN:
            self._y, self._runs = toy_outputs(self.weights, self._x[None])[0], self._runs + 1
        elif kind is FrameType.READ_OUTPUT:
            offset, length = (int.from_bytes(part, "little") for part in (payload[:4], payload[4:]))
            return self._y[offset : offset + length].tobytes()
        elif kind is FrameType.COUNTERS:
            timings = (5, 1000 + self._runs, 0, 0, 1, 5000, 0, 0)
            return protocol._COUNTERS.pack(self._runs, 2048, 512, *timings, 0, 0)
        elif kind is FrameType.IDENTIFY:
            self._machine.blink()
        return b""


class ChipProgram:
    """The real image in an emulator of the board's chip and its USB controller."""

    def __init__(self, image: bytes, board: Board, machine: Machine) -> None:
        self.product = f"Thimble on {board.title}"
        self._machine = machine
        self._reader = FrameReader()
        self._connected = threading.Event()
        self._folder = tempfile.TemporaryDirectory(prefix="thimble-chip-")
        path = Path(self._folder.name) / "image"
        path.write_bytes(image)
        self._process = subprocess.Popen(
            [*COMMANDS[board.target], str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        if not self._connected.wait(_WAIT_S):
            self.stop()
            raise RuntimeError(f"the emulated {board.title} did not enumerate")

    def take(self, data: bytes) -> None:
        for frame in self._reader.feed(data):
            step = STEP_OF_REQUEST.get(FrameType(frame.kind))
            if step is not None and not self._machine.at(step):
                return
        self._tell(send=data.hex())

    def touched(self) -> None:
        self._tell(touch=True)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        if threading.current_thread() is not self._thread:
            self._thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:  # what was not yet sent
                continue
        self._folder.cleanup()

    def _tell(self, **message: object) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except (BrokenPipeError, ValueError):  # it has ended
            return

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            if "data" in message:
                self._machine.send(bytes.fromhex(message["data"]))
            elif "connected" in message:
                self._connected.set()
            elif message.get("boot"):
                self._machine.restart_to_bootloader()
            elif message.get("led"):
                self._machine.blink()
            elif "fault" in message:
                return
