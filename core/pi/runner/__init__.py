"""What runs on the Pi. Nothing here is imported: the file is pushed there and started by its path."""
