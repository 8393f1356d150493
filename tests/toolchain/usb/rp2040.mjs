// A Raspberry Pi Pico in rp2040js, its USB serial port on stdin and stdout, one JSON object a line.
// In:  {"send": hex} bytes to the board; {"touch": true} opens at 1200 baud and closes; {"descriptor": value}
//      asks for a descriptor; {"port": false} closes the port; {"sleep": s}: so long passes while the board is idle.
// Out: {"connected": us} the host has opened the port; {"data": hex}; {"cycles": n} the marker was high so long;
//      {"descriptor": hex}; {"led": on}; {"boot": true} the program called the ROM's USB boot; {"fault": pc}.
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { pathToFileURL } from 'node:url';

const [, , packages, image] = process.argv;
const entry = path.join(packages, 'node_modules', 'rp2040js', 'dist', 'esm', 'index.js');
const { ConsoleLogger, GPIOPinState, LogLevel, Simulator, USBCDC } = await import(pathToFileURL(entry));

const MARKER_PIN = 2;
const LED_PIN = 25;
const SLICE = 20000; // instructions between two looks at stdin
const NAP = 1e6; // ns between two looks at stdin while the board sleeps
const UF2_BLOCK = 512;
const FLASH = 0x10000000;
const say = (message) => process.stdout.write(JSON.stringify(message) + '\n');
const hex = (bytes) => Buffer.from(bytes).toString('hex');

const simulator = new Simulator();
const { clock, rp2040: mcu } = simulator;
mcu.logger = new ConsoleLogger(LogLevel.Error, false);

function loadUf2(content) {
  for (let at = 0; at < content.length; at += UF2_BLOCK) {
    const address = content.readUInt32LE(at + 12);
    const bytes = content.readUInt32LE(at + 16);
    mcu.flash.set(content.subarray(at + 32, at + 32 + bytes), address - FLASH);
  }
}

// The boot ROM is not part of the package. This one's search gives a function that only returns for whatever is
// asked for, but for USB boot one that stops at a breakpoint.
function writeRom() {
  const rom = new DataView(mcu.bootrom.buffer);
  const halfWords = [
    [0x14, 0x40], // address of the table
    [0x18, 0x61], // address of the search, Thumb
    [0x60, 0x4a03], // ldr r2, [pc, #12]   (0x70)
    [0x62, 0x4291], // cmp r1, r2
    [0x64, 0xd001], // beq 0x6a
    [0x66, 0x2081], // movs r0, #0x81
    [0x68, 0x4770], // bx lr
    [0x6a, 0x2091], // movs r0, #0x91
    [0x6c, 0x4770], // bx lr
    [0x70, 0x4255], // 'U', 'B'
    [0x80, 0x4770], // bx lr
    [0x90, 0xbe42], // bkpt #0x42
  ];
  for (const [address, value] of halfWords) rom.setUint16(address, value, true);
}

loadUf2(fs.readFileSync(image));
writeRom();

let stopped = false;
mcu.onBreak = (code) => {
  stopped = true;
  say(code === 0x42 ? { boot: true } : { fault: mcu.core.PC });
};

const usb = mcu.usbCtrl;
const cdc = new USBCDC(usb);
const waiting = []; // bytes for the board
let outArmed = 0; // bytes that the board is ready to take
let asked = null; // collects the answer to a request of ours
cdc.onDeviceConnected = () => say({ connected: clock.micros });
cdc.onSerialData = (bytes) => { if (bytes.length) say({ data: hex(bytes) }); };

// The package answers every offer to take data, with nothing if need be: it would flood the board.
const takesOut = usb.onEndpointRead;
usb.onEndpointRead = (endpoint, size) => {
  if (endpoint === 0) takesOut(endpoint, size);
  else outArmed = size;
};
function deliver() {
  if (!outArmed || !waiting.length) return;
  const piece = Uint8Array.from(waiting.splice(0, outArmed));
  outArmed = 0;
  usb.endpointReadDone(2, piece);
}

const setup = (type, request, value, length) =>
  usb.sendSetupPacket(Uint8Array.from([type, request, value & 255, value >> 8, 0, 0, length & 255, length >> 8]));

function touch() {
  const before = usb.onEndpointRead;
  usb.onEndpointRead = (endpoint, size) => {
    if (endpoint !== 0 || !size) return before(endpoint, size);
    usb.onEndpointRead = before;
    usb.endpointReadDone(0, Uint8Array.from([0xb0, 0x04, 0, 0, 0, 0, 8])); // 1200 baud
    later(1000, () => setup(0x21, 0x22, 0, 0));
  };
  setup(0x21, 0x20, 0, 7);
}

function askDescriptor(value) {
  asked = [];
  const before = usb.onEndpointWrite;
  usb.onEndpointWrite = (endpoint, bytes) => {
    if (endpoint !== 0) return before(endpoint, bytes);
    asked.push(...bytes);
    if (bytes.length < 64) {
      usb.onEndpointWrite = before;
      say({ descriptor: hex(asked) });
    }
  };
  setup(0x80, 6, value, 255);
}

const timers = [];
const later = (microseconds, action) => timers.push([clock.micros + microseconds, action]);

// A fault of the package: an interrupt leaves bit 0 set in the address that is returned to.
const entry_ = mcu.core.exceptionEntry.bind(mcu.core);
mcu.core.exceptionEntry = (number) => { entry_(number); mcu.core.PC &= ~1; };

// The time is worked out from the count of cycles. A sum of fractions of a nanosecond drifts from it, and the more
// the longer the board has been on: a day after reset a count of SysTick would no longer be that of the cycles.
let epoch = { nanos: 0, cycles: 0 };
const startEpoch = () => { epoch = { nanos: clock.nanos, cycles: mcu.core.cycles }; };
mcu.addClockListener(startEpoch);

function step() {
  mcu.core.executeInstruction();
  const nanos = epoch.nanos + ((mcu.core.cycles - epoch.cycles) * 1e9) / mcu.clkSys;
  clock.tick(nanos - clock.nanos);
}

// A fault of the package: an interrupt that is pending already does not end the sleep.
function sleep(nanos) {
  const { core } = mcu;
  if (core.pendingInterrupts & core.enabledInterrupts) core.waiting = false;
  else clock.tick(nanos);
  startEpoch();
}

// Asleep, and nothing soon that wakes it. It must not sleep faster than in real time: that would be days in seconds.
const isIdle = () => mcu.core.waiting && (!clock.nextAlarm || clock.nanosToNextAlarm > NAP);
let oversleep = 0;

let since = 0;
mcu.gpio[MARKER_PIN].addListener((state) => {
  if (state === GPIOPinState.High) since = mcu.core.cycles;
  else if (since) { say({ cycles: mcu.core.cycles - since }); since = 0; }
});

mcu.gpio[LED_PIN].addListener((state, before) => {
  if (before === GPIOPinState.Low || before === GPIOPinState.High) say({ led: state === GPIOPinState.High });
});

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line);
  if (message.send) waiting.push(...Buffer.from(message.send, 'hex'));
  if (message.touch) touch();
  if (message.descriptor !== undefined) askDescriptor(message.descriptor);
  if (message.port === false) cdc.cdcSetControlLineState(0);
  if (message.sleep) oversleep += message.sleep * 1e9;
}).on('close', () => { stopped = true; });

mcu.core.PC = FLASH;
mcu.core.SP = 0x20041f00;
mcu.core.LR = 0;

function slice() {
  for (let i = 0; i < SLICE && !stopped && !isIdle(); i++) {
    if (mcu.core.waiting) sleep(Math.max(clock.nanosToNextAlarm, 1000));
    else step();
  }
  if (isIdle()) {
    sleep(NAP + oversleep);
    oversleep = 0;
  }
  usb.sofFrameNumber = Math.floor(clock.micros / 1000);
  while (timers.length && timers[0][0] <= clock.micros) timers.shift()[1]();
  deliver();
  if (stopped) {
    clock.tick(1e6); // what is on its way over USB arrives
    process.stdout.write('', () => process.exit(0));
    return;
  }
  if (isIdle() && !waiting.length && !timers.length) setTimeout(slice, 1);
  else setImmediate(slice);
}
slice();
