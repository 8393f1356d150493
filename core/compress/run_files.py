"""The names of all files that a run may write into its folder, and of all that it may replace there."""

from __future__ import annotations

from core.data.preprocessing import PREPROCESSING

KERAS = "model.keras"
TFLITE = "model.tflite"
ONNX = "model.onnx"
#: What [train] gave, before anything was taken away.
BASELINE = "baseline.keras"
RECIPE = "recipe.toml"
RUN_FILES = (KERAS, TFLITE, ONNX, BASELINE, RECIPE, PREPROCESSING)
#: Written last, with the hashes of the others: a folder without it holds no finished run.
RECORD = "run.json"
