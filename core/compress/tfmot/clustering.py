"""Clustering by tfmot's `cluster_weights`. For the engine's own worker."""

from __future__ import annotations

from typing import Any

from core.recipe import Cluster

#: What tfmot clusters; depthwise kernels it leaves alone for what that costs.
_CLUSTERABLE = ("Conv1D", "Conv2D", "Dense", "SeparableConv2D")


def wrapped_for_clustering(twin: Any, options: Cluster, keeps_zeros: bool) -> Any:
    """`twin` (tf_keras) with wrappers that share weights and train what is shared.

    The values begin at equal distances between the smallest and the largest weight (Han et al. 2016, Deep
    Compression, section 3.2), and move with the gradients. Layers with no more weights than values, and
    those without a kernel, stay as they are: a wrapper would switch off dropout and batch statistics.
    """
    import tf_keras
    from tensorflow_model_optimization.python.core.clustering.keras import cluster, cluster_config

    def wrapped(layer: Any) -> Any:
        if type(layer).__name__ not in _CLUSTERABLE or layer.count_params() <= options.clusters:
            return layer
        return cluster._cluster_weights(  # what `preserve_sparsity` stands in has no public name
            layer,
            options.clusters,
            cluster_config.CentroidInitialization.LINEAR,
            preserve_sparsity=keeps_zeros,
        )

    return tf_keras.models.clone_model(twin, clone_function=wrapped)


def stripped(model: Any) -> Any:
    """The model without wrappers, each weight at its shared value."""
    import tensorflow_model_optimization as tfmot

    return tfmot.clustering.keras.strip_clustering(model)
