"""Time series of sensors in CSV files: recordings, cut into windows of the length that a model reads."""
