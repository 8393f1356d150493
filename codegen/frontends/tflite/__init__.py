"""TFLite flatbuffers to Graph. Format: the TFLite schema, through the generated classes of ai-edge-litert."""

from codegen.frontends.tflite.naming import layer_name
from codegen.frontends.tflite.reader import read

__all__ = ["layer_name", "read"]
