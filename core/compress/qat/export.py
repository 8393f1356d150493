"""A trained simulation as an int8 TFLite file. For worker processes."""

from __future__ import annotations

from functools import partial
from typing import Any

from codegen.frontends.tflite.naming import layer_name, text
from core.compress.qat.simulation import Simulation
from core.errors import ThimbleError
from core.models.numbered import stand_in_names
from core.models.tflite_export import converted, renamed


def simulation_to_tflite(simulation: Simulation, unsigned_ends: bool = False) -> bytes:
    """The TFLite file that computes what the simulation does, in integers, with a batch of 1.

    Input and output are int8, or with `unsigned_ends` uint8.

    Raises ThimbleError ``conversion-failed``, and ``cannot-train-quantized`` for a layer that the converter
    left in floating point.
    """
    names = stand_in_names(simulation.original)
    content = converted(simulation.for_file(names.__getitem__), partial(_integers, unsigned_ends))
    content = renamed(content, list(names))
    left = _left_in_floats(content)
    if left:
        raise ThimbleError(
            "cannot-train-quantized",
            f"the TFLite converter left {', '.join(left)} in floating point",
            'use mode = "ptq" without finetune_epochs in [quantize], or other layers in their place',
        )
    return content


def _integers(unsigned_ends: bool, converter: Any) -> None:
    """Ranges stand in the model: nothing is calibrated."""
    import tensorflow as tf

    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.inference_input_type = tf.uint8 if unsigned_ends else tf.int8
    converter.inference_output_type = tf.uint8 if unsigned_ends else tf.int8


def _left_in_floats(tflite: bytes) -> list[str]:
    """The layers, with their operators, that a file computes in floating point."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(tflite, 0)
    kinds = {code: name for name, code in vars(schema.BuiltinOperator).items() if isinstance(code, int)}
    codes = [kinds[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes]
    graph = model.subgraphs[0]
    left: dict[str, None] = {}
    for op in graph.operators:
        output = graph.tensors[op.outputs[0]]
        if output.type == schema.TensorType.FLOAT32 and codes[op.opcodeIndex] != "DEQUANTIZE":
            name = layer_name(text(output.name), codes[op.opcodeIndex])
            left[f"layer {name!r} ({codes[op.opcodeIndex]})"] = None
    return list(left)
