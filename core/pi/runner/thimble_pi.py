"""Thimble's runner on a Raspberry Pi: loads a model in an engine, times it, tells what it sees.

For Python 3.9 or later with the standard library alone; an engine is imported where it is used. A job
comes in as one JSON line on standard input, then a line at least every `SILENCE_S`; events go out as JSON
lines. Two processes: one only watches (heartbeat, telemetry, standard input), and starts the one that
computes, so that an engine that crashes or hangs is told in words. When standard input ends or falls
silent, both end: nothing is left running.

`thimble_pi.py` watches, ``thimble_pi.py work`` computes.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import importlib
import importlib.metadata
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

Json = dict[str, Any]
Tell = Callable[..., None]

BEAT_S = 1.0
#: The desktop says something every two seconds; after this long it is gone, though the connection may not be.
SILENCE_S = 15.0
#: For loading a model and for the first inference, on a slow card and with slow kernels.
HANG_S = 300.0
_PR_SET_PDEATHSIG = 1


class Events:
    """Writes events as lines, from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def tell(self, event: str, **fields: Any) -> None:
        self.line(json.dumps({"event": event, **fields}).encode() + b"\n")

    def line(self, line: bytes) -> None:
        with self._lock:
            try:
                while line:
                    line = line[os.write(self._descriptor, line) :]
            except OSError:  # nobody listens any more
                os._exit(1)


def private_output() -> Events:
    """Native libraries print to descriptor 1: it becomes standard error, events go through a copy."""
    descriptor = os.dup(1)
    os.dup2(2, 1)
    return Events(descriptor)


# --- The process that watches ---------------------------------------------------------------------------


class Telemetry:
    """What the Pi tells of itself. `root` is where /sys and /proc are."""

    def __init__(self, root: str) -> None:
        self._root = Path(root)

    def read(self) -> Json:
        temperature = self._number("sys/class/thermal/thermal_zone0/temp")
        frequency = self._number("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq")
        load = self.text("proc/loadavg")
        return {
            "temperature_c": None if temperature is None else temperature / 1000,
            "frequency_hz": None if frequency is None else frequency * 1000,
            "load": float(load.split()[0]) if load else None,
            "throttled": throttled(),
        }

    def text(self, name: str) -> str | None:
        try:
            return (self._root / name).read_text(encoding="utf-8", errors="replace").strip("\0\n ") or None
        except OSError:
            return None

    def _number(self, name: str) -> int | None:
        text = self.text(name) or ""
        return int(text) if text.lstrip("-").isdigit() else None


def throttled() -> int | None:
    """The bits of `vcgencmd get_throttled`; None where there is no such program."""
    try:
        said = subprocess.run(
            ["vcgencmd", "get_throttled"], capture_output=True, timeout=2, check=True
        ).stdout
        return int(said.decode().partition("=")[2].strip(), 16)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


class Patience:
    """How long the computing process may say nothing: it says something after loading and each inference.

    First `hang_s`; after the first inference, what twenty times the longest silence and a window take.
    """

    def __init__(self, job: Json) -> None:
        self._first_s: float = job.get("hang_s") or HANG_S
        self._at_once: int = 20 * (1 + job.get("warmup", 0))  # those are not told one by one
        self._window_s: float = job.get("window_s", 0.0) if job.get("windows") else 0.0
        self._lines, self._longest_s, self._heard_s = 0, 0.0, time.monotonic()

    def heard(self) -> None:
        now_s = time.monotonic()
        if self._lines:  # the first line ends the start of a process, which says nothing of inferences
            self._longest_s = max(self._longest_s, now_s - self._heard_s)
        self._lines, self._heard_s = self._lines + 1, now_s

    def limit_s(self) -> float:
        if self._lines < 2:
            return self._first_s
        return max(self._first_s / 10, self._at_once * self._longest_s + self._window_s)

    def ended(self) -> bool:
        return time.monotonic() - self._heard_s > self.limit_s()


class Watcher:
    """Starts the computing process and ends it, whatever happens."""

    def __init__(self, events: Events, job: Json) -> None:
        self._events = events
        self._job = job
        self._telemetry = Telemetry(job.get("root", "/"))
        self._patience = Patience(job)
        self._hangs = False
        self._worker = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        libraries = [*self._job.get("libraries", []), os.environ.get("LD_LIBRARY_PATH", "")]
        environment = {**os.environ, "LD_LIBRARY_PATH": os.pathsep.join(filter(None, libraries))}
        pipe = subprocess.PIPE
        command = [sys.executable, "-u", os.path.abspath(__file__), "work"]
        worker = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment, start_new_session=True
        )
        assert worker.stdin is not None  # noqa: S101 - a pipe was asked for
        worker.stdin.write(json.dumps(self._job).encode() + b"\n")
        worker.stdin.flush()
        return worker

    def run(self) -> int:
        # once before and once after, telemetry or not: the bits since boot tell of what was between
        self._events.tell(
            "system",
            governor=self._telemetry.text("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            model=self._telemetry.text("proc/device-tree/model"),
            python=".".join(map(str, sys.version_info[:3])),
            throttled=throttled(),
        )
        for target in (self._listen, self._beat, self._relay_log):
            threading.Thread(target=target, daemon=True).start()
        ended = self._relay_events()
        status = self._worker.wait()
        if not ended and self._hangs:
            what = f"the engine said nothing for {self._patience.limit_s():.0f} s, and was ended"
            self._events.tell("failed", code="engine-hangs", what=what)
        elif not ended:
            how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
            self._events.tell("failed", code="engine-crashed", what=f"the engine's process ended with {how}")
        self._events.tell("closed", throttled=throttled())
        return 0

    def _relay_events(self) -> bool:
        """Whether the computing process told its end."""
        assert self._worker.stdout is not None  # noqa: S101 - a pipe was asked for
        ended = False
        for line in self._worker.stdout:
            self._patience.heard()
            ended = ended or line.startswith((b'{"event": "done"', b'{"event": "failed"'))
            # a process that dies may leave half a line: what is told next begins on a line of its own
            self._events.line(line if line.endswith(b"\n") else line + b"\n")
        return ended

    def _relay_log(self) -> None:
        assert self._worker.stderr is not None  # noqa: S101 - a pipe was asked for
        for line in self._worker.stderr:
            self._events.tell("log", text=line.decode(errors="replace").rstrip()[:500])

    def _beat(self) -> None:
        shown = self._job.get("telemetry", True)
        while True:
            self._events.tell("beat", at_s=time.time(), **(self._telemetry.read() if shown else {}))
            if not self._hangs and self._patience.ended():
                self._hangs = True
                self._kill()
            time.sleep(BEAT_S)

    def _listen(self) -> None:
        while True:
            ready, _, _ = select.select([0], [], [], self._job.get("silence_s", SILENCE_S))
            if not ready or not os.read(0, 65_536):
                self._end()

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            os.killpg(self._worker.pid, signal.SIGKILL)

    def _end(self) -> NoReturn:
        self._kill()
        os._exit(1)


def watch() -> int:
    events = private_output()
    return Watcher(events, json.loads(read_line(0))).run()


def read_line(descriptor: int) -> bytes:
    """One line, read without a buffer that would swallow what follows."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(descriptor, 1)
        if not piece:
            sys.exit(1)
        line += piece
    return line


# --- The process that computes --------------------------------------------------------------------------


class Preparation:
    """Files on the disk to inputs of the model, as Thimble makes them on the desktop."""

    def __init__(self, wanted: Json, pictures: bool = False) -> None:
        import numpy as np

        self._np = np
        self._shift = np.asarray(wanted["shift"], np.float32)
        self._divisor = np.asarray(wanted["divisor"], np.float32)
        self._quantization = wanted.get("quantization")
        self._dtype = np.dtype(wanted["dtype"])
        self._shape = wanted["shape"]
        self._channels_first = wanted.get("channels_first", False)
        if pictures:  # before anything is timed: the decoder, and what reads the formats
            from PIL import Image

            Image.preinit()
            self._open = Image.open

    def load(self, path: str) -> Any:
        """A picture (8 bits, of the model's size), or an array in the model's own type."""
        if path.endswith(".npy"):
            return self._np.load(path).reshape(self._shape)
        with self._open(path) as picture:
            pixels = self._np.asarray(picture, self._np.float32)
        if pixels.ndim == 2:
            pixels = pixels[:, :, None]
        if self._shift.any():
            pixels = pixels - self._shift
        if (self._divisor != 1).any():
            pixels = pixels / self._divisor
        if self._channels_first:
            pixels = pixels.transpose(2, 0, 1)
        return self.quantized(pixels).reshape(self._shape)

    def quantized(self, values: Any) -> Any:
        """round(x / scale) + zero point, halves away from zero (TFLite, `AffineQuantize`), or the values."""
        np = self._np
        if self._quantization is None:
            return np.ascontiguousarray(values, self._dtype)
        scale, zero_point = self._quantization
        ratio = values / np.float32(scale)
        rounded = np.trunc(ratio + np.copysign(np.float32(0.5), ratio))
        rounded = np.where(np.abs(ratio) < np.float32(0.5), np.float32(0), rounded)
        limits = np.iinfo(self._dtype)
        return np.clip(rounded.astype(np.float64) + zero_point, limits.min, limits.max).astype(self._dtype)


class Tflite:
    """LiteRT's interpreter, with XNNPACK or without, and with an external delegate where one is named."""

    package, module = "ai-edge-litert", "ai_edge_litert.interpreter"

    def __init__(self, job: Json) -> None:
        from ai_edge_litert.interpreter import Interpreter, OpResolverType, load_delegate

        named = job.get("delegate")
        delegates = [load_delegate(named["library"], named["options"])] if named else None
        plain = job["engine"] != "xnnpack"  # XNNPACK would take what another delegate leaves
        resolver = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if plain else OpResolverType.AUTO
        self._interpreter = Interpreter(
            model_path=job["model"],
            num_threads=job["threads"],
            experimental_op_resolver_type=resolver,
            experimental_delegates=delegates,
        )
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]

    def infer(self, sample: Any) -> Any:
        self._interpreter.set_tensor(self._input, sample)
        self._interpreter.invoke()
        return self._interpreter.get_tensor(self._output)

    def partition(self) -> Json:
        """How many parts of the network a delegate computes, and which operators it refused."""
        return partition_of(self._interpreter._get_ops_details())


def partition_of(ops: list[Json]) -> Json:
    """Of the interpreter's operators, which list what a delegate took beside its DELEGATE operators.

    What a delegate took are the operators on the ways from its outputs back to its inputs.
    """
    maker = {int(t): op for op in ops if op["op_name"] != "DELEGATE" for t in op["outputs"]}
    parts = [op for op in ops if op["op_name"] == "DELEGATE"]
    taken = set()
    for part in parts:
        ends, todo = set(map(int, part["inputs"])), list(map(int, part["outputs"]))
        while todo:
            op = maker.get(todo.pop())
            if op is not None and op["index"] not in taken:
                taken.add(op["index"])
                todo += [int(t) for t in op["inputs"] if int(t) not in ends]
    own = [op for op in ops if op["op_name"] != "DELEGATE"]
    refused = Counter(op["op_name"] for op in own if op["index"] not in taken)
    return {"parts": len(parts), "delegated": len(taken), "operators": len(own), "refused": dict(refused)}


class Onnx:
    package = module = "onnxruntime"

    def __init__(self, job: Json) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = job["threads"]
        self._session = onnxruntime.InferenceSession(
            job["model"], options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def infer(self, sample: Any) -> Any:
        return self._session.run(None, {self._input: sample})[0]


class Keras:
    """`predict` on one sample, as programs that use Keras do it."""

    package = module = "tensorflow"

    def __init__(self, job: Json) -> None:
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(job["threads"])
        self._model = tf.keras.models.load_model(job["model"], compile=False)

    def infer(self, sample: Any) -> Any:
        return self._model.predict(sample, verbose=0)


ENGINES: dict[str, Any] = {
    "xnnpack": Tflite,
    "tflite": Tflite,
    "armnn": Tflite,
    "onnxruntime": Onnx,
    "keras": Keras,
}


def measure(job: Json, tell: Tell) -> None:
    """Load, then one sample after the other, timed from its file to its class."""
    kind = ENGINES[job["engine"]]
    importlib.import_module(kind.module)  # not part of loading the model
    begun_s = time.perf_counter()
    engine = kind(job)
    load_s = time.perf_counter() - begun_s
    partition = engine.partition() if isinstance(engine, Tflite) else None
    packages = {name: importlib.metadata.version(name) for name in (kind.package, "numpy")}
    tell("loaded", load_s=load_s, packages=packages, partition=partition)
    files = job["samples"]
    preparation = Preparation(job["preparation"], pictures=not files[0].endswith(".npy"))
    for number in range(job["runs"]):
        for _ in range(job.get("warmup", 0) if number == 1 else 0):  # the first is timed cold, and apart
            engine.infer(preparation.load(files[0]))
        begun_s = time.perf_counter()
        sample = preparation.load(files[number % len(files)])
        loaded_s = time.perf_counter()
        output = engine.infer(sample)
        inferred_s = time.perf_counter()
        predicted = int(output.argmax())
        total_s = time.perf_counter() - begun_s
        tell(
            "inference",
            index=number,
            total_s=total_s,
            inference_s=inferred_s - loaded_s,
            predicted=predicted,
            output=base64.b64encode(output.tobytes()).decode(),
            dtype=str(output.dtype),
        )
    for number in range(job.get("windows", 0)):
        tell("window", index=number, **window(engine, preparation.load(files[0]), job["window_s"]))


def window(engine: Any, sample: Any, least_s: float) -> Json:
    """Inferences on one sample in memory, again and again, for at least so long (MLPerf Tiny)."""
    count, begun_s = 0, time.perf_counter()
    while True:
        engine.infer(sample)
        count += 1
        passed_s = time.perf_counter() - begun_s
        if passed_s >= least_s:
            return {"inferences": count, "seconds": passed_s}


def work() -> int:
    events = private_output()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    job = json.loads(read_line(0))
    try:
        measure(job, events.tell)
    except MemoryError:
        events.tell(
            "failed", code="pi-out-of-memory", what="the model needs more memory than the Pi has free"
        )
    except Exception as error:  # noqa: BLE001 - the edge of the process: the desktop finds the words
        events.tell("failed", code="engine-failed", what=f"{type(error).__name__}: {error}"[:2000])
    else:
        events.tell("done")
    return 0


if __name__ == "__main__":
    sys.exit(work() if sys.argv[1:] == ["work"] else watch())
