"""The host's link and the firmware's C, with a line between them that damages, loses and doubles frames."""
