"""Training with fake quantization: Keras 3 models that already compute with the numbers of int8."""
