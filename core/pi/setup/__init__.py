"""Making a Pi ready: what it is (`survey`), whether it will do (`checks`), its own environment there."""
