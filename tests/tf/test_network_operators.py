"""What a SavedModel may hold: the real ones of networks, and descriptions made by hand that reach out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import ThimbleError
from core.models.formats.network_operators import NETWORK_OPERATORS, reaching_out
from core.models.loading import load_keras

pytestmark = pytest.mark.tf

_SAVER = "__inference__traced_save_7"


def _described() -> Any:
    """A function that is run when the folder is opened, and a saver that the graph alone calls."""
    from tensorflow.core.protobuf import saved_model_pb2

    described = saved_model_pb2.SavedModel()
    graph = described.meta_graphs.add()
    graph.saver_def.save_tensor_name = "save:0"
    graph.graph_def.node.add(name="save", op="StatefulPartitionedCall").attr["f"].func.name = _SAVER
    saver = graph.graph_def.library.function.add()
    saver.signature.name = _SAVER
    saver.node_def.add(name="write", op="SaveV2")
    initializer = graph.graph_def.library.function.add()
    initializer.signature.name = "initialize"
    initializer.node_def.add(name="sum", op="AddV2")
    graph.object_graph_def.concrete_functions["initialize"].SetInParent()
    return described


def _initializer(described: Any) -> Any:
    return described.meta_graphs[0].graph_def.library.function[1]


def test_a_saver_that_nothing_else_runs_may_write() -> None:
    assert reaching_out(_described()) is None


@pytest.mark.parametrize(
    "kind",
    ["PrintV2", "CreateSummaryFileWriter", "SaveV2", "DatasetToTFRecord", "InitializeTableFromTextFileV2",
     "SqlDataset", "CSVDataset", "WriteFile", "ReadFile", "EagerPyFunc", "RestoreV2", "OfNextYear"],
)  # fmt: skip
def test_nothing_else_may(kind: str) -> None:
    described = _described()
    _initializer(described).node_def.add(name="evil", op=kind)
    assert reaching_out(described) == kind
    assert kind not in NETWORK_OPERATORS


def test_the_graph_itself_may_not_save() -> None:
    described = _described()
    described.meta_graphs[0].graph_def.node.add(name="evil", op="SaveV2")
    assert reaching_out(described) == "SaveV2"


def test_a_saver_that_another_function_calls_may_not() -> None:
    described = _described()
    call = _initializer(described).node_def.add(name="evil", op="StatefulPartitionedCall")
    call.attr["f"].func.name = _SAVER
    assert reaching_out(described) == "SaveV2"


def test_a_saver_that_is_made_when_the_folder_is_opened_may_not() -> None:
    described = _described()
    described.meta_graphs[0].object_graph_def.concrete_functions[_SAVER].SetInParent()
    assert reaching_out(described) == "SaveV2"


def test_a_saver_that_stands_in_for_another_function_may_not() -> None:
    described = _described()
    described.meta_graphs[0].graph_def.library.function[0].attr["api_implements"].s = b"relu"
    assert reaching_out(described) == "SaveV2"


def test_a_saver_of_tensorflow_1_may_not() -> None:
    described = _described()
    described.meta_graphs[0].ClearField("object_graph_def")
    assert reaching_out(described) == "SaveV2"


def test_the_folder_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    """Opening it runs the initializer."""
    import tensorflow as tf

    from tensorflow.python.trackable.resource import CapturableResource  # isort: skip

    class Writing(CapturableResource):
        def _create_resource(self) -> Any:
            return tf.zeros(())

        @tf.function(input_signature=[])  # type: ignore[untyped-decorator]
        def _initialize(self) -> Any:
            tf.print("written", output_stream=f"file://{written}")
            return 1

    written = tmp_path / "written.txt"
    module = tf.Module()
    module.resource = Writing()
    module.serve = tf.function(lambda x: x * 2.0, input_signature=[tf.TensorSpec((None, 4), tf.float32)])
    tf.saved_model.save(module, str(tmp_path / "model"), signatures=module.serve)
    written.unlink(missing_ok=True)
    with pytest.raises(ThimbleError) as caught:
        load_keras(tmp_path / "model")
    assert caught.value.code == "unsafe-model"
    assert not written.exists()
    tf.saved_model.load(str(tmp_path / "model"))
    assert written.exists(), "the folder does write when it is opened"
