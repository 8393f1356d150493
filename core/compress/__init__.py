"""Compression: criteria, schedules, pruning on the Graph, fine-tuning, and the pipeline of a recipe."""
