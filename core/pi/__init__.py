"""Raspberry Pis over SSH: connect, set up, push a model, measure it there.

`connection` opens the way, `setup` makes the Pi ready, `upload` brings files, `runner` is what runs there.
"""
