"""The face: windows, wizards, plots. Thin; never imports TensorFlow."""
