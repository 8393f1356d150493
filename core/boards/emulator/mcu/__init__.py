"""An emulated microcontroller: CPU, memories, cycle counter and mailbox."""
