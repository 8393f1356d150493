"""The compiled steps of training and testing: one call a batch. For worker processes.

Everything that belongs to a batch is inside the compiled function, constraints too: a masked epoch then
costs hardly more than a plain one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.compress.constraints import Holding
from core.compress.optimizers import make_optimizer
from core.models.keras_model import ends_in_softmax
from core.recipe import Distill, Training

#: Below this a probability cannot be told from 0 in float32, and its logarithm would be -inf.
_LEAST = 1.2e-38


def logits_of(outputs: Any, softmax: bool) -> Any:
    """What stands before the softmax of a model's outputs, or the outputs where there is no softmax.

    Inside a compiled function these are the numbers themselves, without the rounding of a logarithm.
    """
    import tensorflow as tf

    if not softmax:
        return outputs
    if not tf.executing_eagerly() and outputs.op.type == "Softmax":
        return outputs.op.inputs[0]
    return tf.math.log(tf.maximum(outputs, _LEAST))


@dataclass(frozen=True, slots=True)
class Objective:
    """What training minimizes: the cross-entropy and the penalties of the layers, and where it is asked for

    - `l2` times the sum of the squares of all kernels,
    - the teacher's part (Hinton et al. 2015, Distilling the Knowledge in a Neural Network, section 2):
      alpha·T²·KL(softmax(teacher / T) ‖ softmax(student / T)) + (1 − alpha)·cross-entropy.

    `class_weights` has a factor for each class, on both parts.
    """

    class_weights: tuple[float, ...] = ()
    l2: float = 0.0
    distill: Distill | None = None

    def per_sample(self, logits: Any, labels: Any, taught: Any) -> Any:
        """``[batch]`` from logits ``[batch, classes]``, labels ``[batch]`` and the teacher's logits."""
        import tensorflow as tf

        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        if self.distill is not None:
            alpha, temperature = self.distill.alpha, self.distill.temperature
            soft = softened_divergence(taught, logits, temperature)
            losses = alpha * temperature**2 * soft + (1.0 - alpha) * losses
        if self.class_weights:
            losses *= tf.gather(tf.constant(self.class_weights, losses.dtype), labels)
        return losses

    def penalties(self, model: Any) -> Any:
        """One number: those that the layers bring along, and L2."""
        import tensorflow as tf

        terms = list(model.losses)
        if self.l2:
            terms += [self.l2 * tf.reduce_sum(tf.square(kernel)) for kernel in _kernels(model)]
        return tf.add_n([tf.cast(term, tf.float32) for term in terms]) if terms else 0.0


def softened_divergence(taught: Any, logits: Any, temperature: float) -> Any:
    """KL(softmax(taught / T) ‖ softmax(logits / T)) for each row, in nats."""
    import tensorflow as tf

    wanted = tf.nn.log_softmax(taught / temperature)
    given = tf.nn.log_softmax(logits / temperature)
    return tf.reduce_sum(tf.exp(wanted) * (wanted - given), axis=-1)


def _kernels(model: Any) -> list[Any]:
    """Weights with more than one axis: biases and batch norms are not pulled towards zero."""
    return [variable for variable in model.trainable_variables if len(variable.shape) > 1]


@dataclass(frozen=True, slots=True, eq=False)
class TrainStep:
    """`run(images, labels, taught)` trains on a batch, and gives ``[loss, accuracy]`` of it before that.

    `taught` are the teacher's logits, or anything where there is no teacher.
    """

    optimizer: Any
    run: Callable[[Any, Any, Any], Any]


def make_train_step(model: Any, options: Training, objective: Objective, constraint: Holding) -> TrainStep:
    """A training step of `model`, with an optimizer of its own."""
    import tensorflow as tf

    softmax = ends_in_softmax(model)
    variables = model.trainable_variables
    optimizer = make_optimizer(options, model)
    optimizer.build(variables)
    hold = constraint.bind(model)

    def step(images: Any, labels: Any, taught: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = logits_of(model(images, training=True), softmax)
            loss = tf.reduce_mean(objective.per_sample(logits, labels, taught)) + objective.penalties(model)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        hold()
        return tf.stack([loss, _share_of_right(logits, labels)])

    return TrainStep(optimizer, tf.function(step))


def make_test_step(model: Any) -> Callable[[Any, Any], Any]:
    """A function of images and labels ``[count, …]`` that gives their mean ``[cross-entropy, accuracy]``."""
    import tensorflow as tf

    softmax = ends_in_softmax(model)

    def step(images: Any, labels: Any) -> Any:
        logits = logits_of(model(images, training=False), softmax)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        return tf.stack([tf.reduce_mean(losses), _share_of_right(logits, labels)])

    shapes = [tf.TensorSpec((None, *model.input_shape[1:])), tf.TensorSpec((None,), tf.int64)]
    return tf.function(step, input_signature=shapes)  # type: ignore[no-any-return]


def make_logits(model: Any) -> Callable[[Any], Any]:
    """A function of images ``[any count, …]`` that gives the model's logits, as it is in use."""
    import tensorflow as tf

    softmax = ends_in_softmax(model)
    shape = tf.TensorSpec((None, *model.input_shape[1:]))
    return tf.function(  # type: ignore[no-any-return]
        lambda images: logits_of(model(images, training=False), softmax), input_signature=[shape]
    )


def _share_of_right(logits: Any, labels: Any) -> Any:
    import tensorflow as tf

    return tf.reduce_mean(tf.cast(tf.equal(tf.argmax(logits, axis=-1), labels), tf.float32))
