"""Networks whose weights TensorFlow's converter stores sparse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.frontends import load_graph
from codegen.targets.board import find_board
from core.boards.agreement import within_tolerance
from core.boards.reference import reference_outputs
from core.boards.session import run_samples
from core.paths import cache_dir

pytestmark = [pytest.mark.tf, pytest.mark.toolchain]

SAMPLES = 1000
SHAPE = (64,)


def _convert(block: int, int8: bool) -> bytes:
    """Two dense layers with a tenth of the blocks left."""
    import keras
    import tensorflow as tf

    rng = np.random.default_rng(0)
    layers = [keras.layers.Dense(32, activation="relu"), keras.layers.Dense(16)]
    model = keras.Sequential([keras.Input(SHAPE, batch_size=1), *layers])
    for layer in model.layers:
        weights, bias = layer.get_weights()
        kept = rng.random((len(weights) // block, weights.shape[1])) < 0.1
        values = rng.normal(size=weights.shape) * np.repeat(kept, block, axis=0)
        layer.set_weights([values.astype(np.float32), rng.normal(size=bias.shape).astype(np.float32)])
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.EXPERIMENTAL_SPARSITY]
    if int8:
        converter.optimizations.append(tf.lite.Optimize.DEFAULT)
        converter.representative_dataset = lambda: (
            [rng.normal(size=(1, *SHAPE)).astype(np.float32)] for _ in range(20)
        )
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    return bytes(converter.convert())


def _sparse_tensors(content: bytes) -> list[Any]:
    from ai_edge_litert import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(content, 0))
    return [t for t in model.subgraphs[0].tensors if t.sparsity is not None]


@pytest.mark.parametrize("int8", [False, True], ids=["float", "int8"])
@pytest.mark.parametrize("block", [1, 4, 16])
def test_sparse_weights_compute_as_in_the_reference(block, int8, tmp_path):
    path, board = tmp_path / "model.tflite", find_board("host")
    path.write_bytes(_convert(block, int8))
    assert _sparse_tensors(path.read_bytes()), "the converter stored nothing sparse"
    rng = np.random.default_rng(3)
    if int8:
        x = rng.integers(-128, 128, (SAMPLES, *SHAPE), dtype=np.int8)
    else:
        x = rng.normal(size=(SAMPLES, *SHAPE)).astype(np.float32)
    expected = reference_outputs(path, x)
    image = build_firmware(compile_model(load_graph(path), board), tmp_path / "out", cache_dir())
    given = run_samples(image, board, x).outputs.view(expected.dtype).reshape(expected.shape)
    assert len(np.unique(expected, axis=0)) > SAMPLES // 2, "the samples must tell outputs apart"
    if int8:
        assert (given != expected).sum() == 0
    else:
        assert all(within_tolerance(y, r) for y, r in zip(given, expected, strict=True))
