"""TensorFlow Model Optimization as another engine: it works on tf_keras, in a worker process of its own.

`limits` says what it can do, `engine` asks it (in the worker of a run), and the others are what it does (in
its own worker, whose environment says TF_USE_LEGACY_KERAS=1).
"""
