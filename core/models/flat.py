"""Models inside models, unfolded: pruning and the compiler want one flat network. For worker processes."""

from __future__ import annotations

from typing import Any

from core.models.keras_graph import layer_at, network_of_model


def flattened(model: Any) -> Any:
    """The same network without models inside it: its layers, named as `KerasNetwork` names them.

    A model that is flat already is given back as it is. Raises ThimbleError ``unsupported-operator`` for
    layers that are used twice.
    """
    import keras

    network = network_of_model(model)
    if not network.is_nested:
        return model
    made: dict[str, Any] = {}
    layers: dict[str, Any] = {}
    for described in network.layers:
        if not described.inputs:
            shape = described.config["batch_shape"]
            made[described.name] = keras.Input(batch_shape=shape, name=described.name)
            continue
        original = layer_at(model, described.path)
        layer = type(original).from_config({**original.get_config(), "name": described.name})
        sources = [made[name] for name in described.inputs]
        made[described.name] = layer(sources[0] if len(sources) == 1 else sources)
        layers[described.name] = layer
    ends = ([made[name] for name in names] for names in (network.inputs, network.outputs))
    inputs, outputs = (values[0] if len(values) == 1 else values for values in ends)
    flat = keras.Model(inputs, outputs, name=network.name)
    for described in network.layers:
        if described.name in layers:
            layers[described.name].set_weights(layer_at(model, described.path).get_weights())
    return flat
