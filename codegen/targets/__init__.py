"""Boards: what they are (one TOML file each) and the C that starts them."""
