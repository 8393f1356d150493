"""A float Graph as a trainable Keras model: one builder for each operator that has a Keras layer.

One file a family; the way back is `core.models.keras_layers`, and only layers that it reads are made. For
worker processes: building imports Keras, the check does not.
"""

from core.models.from_graph.rebuilt import check_rebuildable, named_as_layers, rebuild

__all__ = ["check_rebuildable", "named_as_layers", "rebuild"]
