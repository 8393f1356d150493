"""Models: what can be opened, the built-in architectures, and the ways between the formats."""
