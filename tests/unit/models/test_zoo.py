"""The built-in architectures: the published counts, without TensorFlow."""

from pathlib import Path

import pytest

from core.errors import ThimbleError
from core.models.zoo import all_architectures, find_architecture
from core.models.zoo.docs import zoo_markdown
from core.models.zoo.layers import BatchNorm, Conv, DepthwiseConv, Full


@pytest.mark.parametrize(
    ("name", "parameters"),
    [("lenet", 1_199_882), ("alexnet", 14_859_082), ("simplenet", 5_497_226), ("simplenet-slim", 312_682)],
)
def test_the_counts_of_the_papers(name: str, parameters: int) -> None:
    assert find_architecture(name).parameters == parameters


@pytest.mark.parametrize(("name", "weights"), [("alexnet-deutel", 44_701_322), ("resnet-deutel", 9_377_354)])
def test_the_counts_of_the_papers_without_batch_norm(name: str, weights: int) -> None:
    assert find_architecture(name).count(Conv, DepthwiseConv, Full) == weights


@pytest.mark.parametrize(
    ("name", "macs"),
    [
        ("lenet", 26 * 26 * 9 * 32 + 24 * 24 * 9 * 32 * 64 + 9216 * 128 + 1280),
        # The paper calls its multiply-accumulates FLOPs, and rounds to three digits.
        ("alexnet", pytest.approx(1.80e8, rel=5e-3)),
        ("simplenet", pytest.approx(6.52e8, rel=5e-3)),
        ("simplenet-slim", pytest.approx(5.58e7, rel=5e-3)),
        # MLPerf Tiny's, in millions to two digits behind the point.
        ("resnet8", pytest.approx(12.50e6, rel=1e-3)),
        ("dscnn", pytest.approx(2.66e6, rel=2e-3)),
        ("mobilenet-v1-025", pytest.approx(7.49e6, rel=1e-3)),
        ("autoencoder", pytest.approx(0.264e6, rel=1e-3)),
    ],
)
def test_the_multiplications_of_the_papers(name: str, macs: int) -> None:
    assert find_architecture(name).macs == macs


@pytest.mark.parametrize(("name", "features"), [("resnet-deutel", 25_088), ("alexnet-deutel", 6_400)])
def test_the_vector_before_the_first_dense_layer(name: str, features: int) -> None:
    nodes = find_architecture(name).nodes
    flat = next(node for node in nodes if node.name == "flatten")
    assert flat.output == (features,)


def test_names_are_unique_and_small_ones_are_smaller() -> None:
    zoo = all_architectures()
    assert all(name == architecture.name for name, architecture in zoo.items())
    for architecture in zoo.values():
        names = [node.name for node in architecture.nodes]
        assert len(set(names)) == len(names)
    assert zoo["lenet-p"].parameters < zoo["lenet"].parameters / 10


def test_a_batch_norm_counts_four_numbers_a_channel() -> None:
    resnet8 = find_architecture("resnet8")
    assert resnet8.count(BatchNorm) == 4 * (16 + 2 * 16 + 2 * 32 + 2 * 64)


def test_an_unknown_name_lists_the_others() -> None:
    with pytest.raises(ThimbleError) as caught:
        find_architecture("alexnet2000")
    assert "lenet" in caught.value.hint


def test_the_page_shows_the_zoo() -> None:
    """After a change of the zoo: `python -m core.models.zoo.docs docs/zoo.md`."""
    assert Path("docs/zoo.md").read_text(encoding="utf-8") == zoo_markdown()
