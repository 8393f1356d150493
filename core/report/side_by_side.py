"""Before and after, side by side: what a run changed, as a table."""

from __future__ import annotations

from collections.abc import Iterator

from core.report.content import Json
from core.report.units import change, number, percent, size

Line = list[str]
_FILES = {"keras": "model.keras", "tflite": "model.tflite", "onnx": "model.onnx"}
_OLD_SIZES = {"keras": "Keras file", "tflite": "TFLite file", "tflite_gzip": "TFLite file, gzip"}


def before_after(run: Json) -> list[Line]:
    """Accuracy, precision, counts, files and boards: before, after, change.

    Records of earlier versions have fewer lines.
    """
    return [
        ["", "before", "after", "change"],
        *_quality(run),
        *_counts(run),
        *(_footprint(run["footprint"]) if run.get("footprint") else _old_sizes(run)),
    ]


def layers_before_after(run: Json) -> list[Line]:
    """The parameters of each layer before and after, the share of its weights that are zero now, and how many
    different ones there are."""
    table = [["layer", "before", "after", "change", "zeros", "different weights"]]
    for layer in run["layers"]:
        before, after = layer["params_before"], layer["params_after"]
        counts = [number(before), number(after), change(before, after)]
        table.append([str(layer["name"]), *counts, percent(layer["sparsity"]), number(layer["unique"])])
    return table


def _quality(run: Json) -> Iterator[Line]:
    accuracy = run["accuracy"]
    if accuracy["after"] is None:
        yield ["accuracy on the test data", "not tested", "not tested", ""]
    else:
        yield _share("accuracy on the test data", accuracy["before"], accuracy["after"])
    evaluation = run.get("evaluation")
    if evaluation:
        before, after = evaluation["before"], evaluation["after"]
        yield _share("macro precision", before["macro_precision"], after["macro_precision"])
    loss = run.get("quantization_loss")
    if loss:
        name = "accuracy before and after quantization alone"
        yield _share(name, loss["accuracy_float"], loss["accuracy_quantized"])


def _share(name: str, before: float, after: float) -> Line:
    points = f"{100 * (after - before):+.2f} points".replace("-", "−")
    return [name, percent(before, 2), percent(after, 2), points]


def _counts(run: Json) -> Iterator[Line]:
    parameters, macs, counts = run["parameters"], run["macs"], run.get("counts")
    nonzero = counts["before"]["nonzero"] if counts else parameters["before"]
    yield _counted("parameters", parameters["before"], parameters["after"])
    yield _counted("parameters that are not zero", nonzero, parameters["nonzero"])
    if counts:
        yield _counted("different weight values", counts["before"]["unique"], parameters["unique"])
    else:
        yield ["different weight values", "", number(parameters["unique"]), ""]
    yield _counted("multiply-accumulates", macs["before"], macs["after"])
    if counts:
        before, after = counts["before"]["flops"], counts["after"]["flops"]
        yield _counted("floating-point operations (2 a multiply-accumulate)", before, after)


def _footprint(footprint: Json) -> Iterator[Line]:
    before, after = footprint["before"] or {}, footprint["after"]
    for key, name in _FILES.items():
        if after.get(key):
            old = before.get(key) or {}
            yield _sized(name, old.get("size_bytes"), after[key]["size_bytes"])
            yield _sized(f"{name}, gzip", old.get("gzip_bytes"), after[key]["gzip_bytes"])
    optimizer = "keras_with_optimizer_bytes"
    yield _sized("model.keras with optimizer state", before.get(optimizer), after[optimizer])
    packed = "keras_with_optimizer_gzip_bytes"
    if packed in after:  # runs of earlier versions do not tell it
        words = "model.keras with optimizer state, gzip (estimate)"
        yield _sized(words, before.get(packed), after[packed])
    old_boards = {board["board"]: board for board in before.get("boards", ())}
    for board in after["boards"]:
        old = old_boards.get(board["board"], {})
        for memory, words in (("flash", "flash"), ("sram", "SRAM")):
            name = f"{board['title']}: {words}, predicted"
            yield _sized(name, old.get(f"{memory}_bytes"), board[f"{memory}_bytes"])


def _old_sizes(run: Json) -> Iterator[Line]:
    for name, size_bytes in run["size_bytes"].items():
        yield [_OLD_SIZES.get(name, name), "", size(size_bytes), ""]


def _counted(name: str, before: int, after: int) -> Line:
    return [name, number(before), number(after), change(before, after)]


def _sized(name: str, before: int | None, after: int | None) -> Line:
    changed = change(before, after) if before is not None and after is not None else ""
    return [name, _bytes(before), _bytes(after), changed]


def _bytes(size_bytes: int | None) -> str:
    return "–" if size_bytes is None else f"{size_bytes:,} bytes"
