"""The RP2040 of the Raspberry Pi Pico: start-up, linker script and transports."""
