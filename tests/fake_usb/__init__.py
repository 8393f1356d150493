"""Boards that exist as programs alone, on serial ports and drives that Thimble takes for real ones.

`python -m tests.fake_usb --help` plugs some in.
"""
