/* The numbers of protocol version 1: docs/protocol.md. core/boards/protocol.py has the same on the host. */
#ifndef THIMBLE_PROTOCOL_H
#define THIMBLE_PROTOCOL_H

#define PROTOCOL_VERSION 1u

/* Types of frames. A response has the type of its request with RESPONSE_BIT. */
enum frame_type {
    REQUEST_HELLO = 1,
    REQUEST_LOAD_INPUT = 2,
    REQUEST_RUN = 3,
    REQUEST_READ_OUTPUT = 4,
    REQUEST_COUNTERS = 5,
    REQUEST_BOOTLOADER = 6,
    REQUEST_IDENTIFY = 7,
    REQUEST_PROFILE = 8, /* of a profiling build alone */
    ACKNOWLEDGE = 0x4000,
    RESPONSE_BIT = 0x8000,
    RESPONSE_ERROR = 0xC000,
};

/* Codes in the payload of RESPONSE_ERROR. */
enum protocol_error {
    ERROR_NONE = 0,
    ERROR_UNKNOWN_REQUEST = 1,
    ERROR_BAD_LENGTH = 2,  /* the payload has another length than the request wants */
    ERROR_BAD_RANGE = 3,   /* offset or length outside the input or output, or out of order */
    ERROR_NOT_READY = 4,   /* run before the whole input is there, or output before a run */
    ERROR_UNSUPPORTED = 5, /* this board cannot do that */
};

/* Flags in the hello response. */
#define HELLO_VIRTUAL 1u /* emulated: counts are estimates */

#define HELLO_PROFILING 2u /* each layer is counted apart */

/* Flags in the run request. */
#define RUN_UNDISTURBED 1u /* take no interrupt meanwhile */

/* Flags in the counters response. */
#define COUNTERS_CYCLES 1u
#define COUNTERS_INSTRUCTIONS 2u
#define COUNTERS_UNDISTURBED 4u
#define COUNTERS_WAITS 8u

#endif
