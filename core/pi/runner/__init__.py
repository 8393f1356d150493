"""What runs on the Pi: the files are pushed there, and `thimble_pi.py` is started by its path."""
