"""The Compress wizard: model and data, pruning, number format, board, review."""
