"""The nRF52840 of the Arduino Nano 33 BLE Sense: start-up and linker script."""
