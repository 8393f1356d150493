"""What runs on the Pi: `thimble_pi.py` is pushed there and started by its path."""
