"""`.keras`: Keras' own format since version 3."""

from __future__ import annotations

from typing import Any

from codegen.graph import Graph
from core.models.formats.base import Ends, ModelFormat, Opening
from core.models.formats.keras2 import readable_archive
from core.models.formats.keras_loading import ends_of_network, load_with_keras
from core.models.keras_file import check_weights, read_network
from core.models.keras_graph import read_keras_graph


class KerasArchive(ModelFormat):
    """A zip of the model's description and its weights."""

    id = "keras"
    title = "Keras"
    endings = (".keras",)

    def check(self, opening: Opening) -> Ends:
        network = read_network(opening.path, opening.allow_unsafe)
        check_weights(opening.path)
        return ends_of_network(network, str(opening.path), opening.allow_unsafe)

    def graph(self, opening: Opening) -> Graph | None:
        return None if opening.allow_unsafe else read_keras_graph(opening.path)

    def load(self, opening: Opening) -> Any:
        return load_with_keras(opening, readable_archive)
