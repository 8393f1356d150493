"""The built-in architectures: the published counts, without TensorFlow."""

import pytest

from core.errors import ThimbleError
from core.models.zoo import all_architectures, find_architecture


def test_the_counts_of_the_paper() -> None:
    lenet = find_architecture("lenet")
    assert lenet.parameters == 1_199_882
    assert lenet.macs == 26 * 26 * 9 * 32 + 24 * 24 * 9 * 32 * 64 + 9216 * 128 + 1280


def test_names_are_unique_and_small_ones_are_smaller() -> None:
    zoo = all_architectures()
    assert all(name == architecture.name for name, architecture in zoo.items())
    assert zoo["lenet-p"].parameters < zoo["lenet"].parameters / 10


def test_an_unknown_name_lists_the_others() -> None:
    with pytest.raises(ThimbleError) as caught:
        find_architecture("alexnet2000")
    assert "lenet" in caught.value.hint
