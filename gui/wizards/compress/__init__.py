"""The Compress wizard: from the model over each section of the recipe to the review."""
