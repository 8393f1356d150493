"""Questions that the command line and the window ask alike."""
