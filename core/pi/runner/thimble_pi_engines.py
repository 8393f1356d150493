"""The engines on a Raspberry Pi, and a measurement with one of them; `thimble_pi` runs it in its own process.

For Python 3.9 or later with the engine alone, which is imported where it is used.
"""

from __future__ import annotations

import base64
import importlib.metadata
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Tell = Callable[..., None]


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
