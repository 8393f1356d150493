"""TFLite models to damage: every family of operators that the frontend reads, float and int8."""

from __future__ import annotations

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tests.unit.codegen.tflite_models import TfliteModel

SCALE = (0.05, 3)


def _cut() -> bytes:
    model = TfliteModel((1, 6, 8, 4))
    ends = [model.integers(*n) for n in ((0, 1, 0, 0), (1, 5, 8, 2), (1, 2, -1, 1))]
    cut = model.add(
        "STRIDED_SLICE", 0, *ends, shape=(1, 2, 8, 2), table="StridedSliceOptions", endMask=1 | 4, beginMask=4
    )
    turned = model.add("REVERSE_V2", cut, model.integers(2), shape=(1, 2, 8, 2))
    parts = model.add_all("UNPACK", turned, shapes=[(1, 8, 2)] * 2, table="UnpackOptions", num=2, axis=1)
    packed = model.add("PACK", *parts, shape=(1, 8, 2, 2), table="PackOptions", valuesCount=2, axis=3)
    return model.content(packed)


def _placed() -> bytes:
    model = TfliteModel((1, 4, 6, 4), np.int8, SCALE)
    amounts = model.constant(np.array([[0, 0], [1, 2], [1, 0], [0, 0]], np.int32))
    last = model.add("MIRROR_PAD", 0, amounts, shape=(1, 7, 7, 4), table="MirrorPadOptions", mode=1)
    last = model.add("TILE", last, model.integers(1, 2, 1, 1), shape=(1, 14, 7, 4))
    places = model.integers(1, 3, -1, 0)
    last = model.add("GATHER", last, places, shape=(1, 4, 7, 4), table="GatherOptions", axis=1)
    size, table = model.integers(8, 6), "ResizeNearestNeighborOptions"
    last = model.add(
        "RESIZE_NEAREST_NEIGHBOR", last, size, shape=(1, 8, 6, 4), table=table, alignCorners=True
    )
    size = model.integers(4, 4)
    last = model.add("RESIZE_BILINEAR", last, size, shape=(1, 4, 4, 4), table="ResizeBilinearOptions")
    last = model.add("SPACE_TO_DEPTH", last, shape=(1, 2, 2, 16), table="SpaceToDepthOptions", blockSize=2)
    model.add("DEPTH_TO_SPACE", last, shape=(1, 4, 4, 4), table="DepthToSpaceOptions", blockSize=2)
    return model.content()


def _multiplied() -> bytes:
    model = TfliteModel((1, 6, 8), np.int8, SCALE)
    weights = model.constant(np.arange(-24, 24, dtype=np.int8).reshape(6, 8), (0.02, 0))
    rows = model.add("FULLY_CONNECTED", 0, weights, shape=(1, 6, 6), table="FullyConnectedOptions")
    table = "BatchMatMulOptions"
    scores = model.add("BATCH_MATMUL", rows, rows, shape=(1, 6, 6), table=table, adjY=True)
    last = model.add("BATCH_MATMUL", scores, 0, shape=(1, 6, 8), table=table)
    mean = model.add("MEAN", last, model.integers(2), shape=(1, 6, 1), table="ReducerOptions", keepDims=True)
    last = model.add("SQUARED_DIFFERENCE", last, mean, shape=(1, 6, 8))
    last = model.add("DIV", last, 0, shape=(1, 6, 8), table="DivOptions")
    last = model.add("RSQRT", last, shape=(1, 6, 8))
    model.add("SUM", last, model.integers(0, 2), shape=(6,), table="ReducerOptions")
    return model.content()


def _transposed() -> bytes:
    model = TfliteModel((1, 4, 4, 3))
    weights = model.constant(np.ones((2, 3, 3, 3), np.float32))
    last = model.add(
        "TRANSPOSE_CONV", model.integers(1, 8, 8, 2), weights, 0,
        shape=(1, 8, 8, 2), table="TransposeConvOptions", strideH=2, strideW=2,
    )  # fmt: skip
    last = model.add("REDUCE_MAX", last, model.integers(1, 3), shape=(1, 8), table="ReducerOptions")
    model.add("LOG_SOFTMAX", last, shape=(1, 8))
    return model.content()


def _sparse() -> bytes:
    model = TfliteModel((1, 8))
    parameters = schema.SparsityParametersT()
    parameters.traversalOrder, parameters.blockMap = [0, 1, 2], [1]
    rows, columns, block = (schema.DimensionMetadataT() for _ in range(3))
    rows.denseSize, block.denseSize, columns.format = 3, 4, schema.DimensionType.SPARSE_CSR
    columns.arraySegmentsType = columns.arrayIndicesType = schema.SparseIndexVector.Uint16Vector
    columns.arraySegments, columns.arrayIndices = schema.Uint16VectorT(), schema.Uint16VectorT()
    columns.arraySegments.values, columns.arrayIndices.values = [0, 1, 1, 3], [1, 0, 1]
    parameters.dimMetadata = [rows, columns, block]
    weights = model.sparse((3, 8), np.arange(12, dtype=np.float32), parameters, None)
    model.add("FULLY_CONNECTED", 0, weights, shape=(1, 3), table="FullyConnectedOptions")
    return model.content()


def tflite_seeds() -> list[bytes]:
    """Files that are whole."""
    return [_cut(), _placed(), _multiplied(), _transposed(), _sparse()]
