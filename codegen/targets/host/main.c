/* The model as a program for this computer: reads inputs as raw bytes from standard input, one after
 * another, and writes each output as raw bytes to standard output. Several inputs of a model follow each other
 * as one, and so do several outputs.
 *
 * With the argument --timed it first writes one line with the bytes of an input and of an output, and after
 * each output the nanoseconds that the inference took, as 8 bytes, little-endian. */
#define _POSIX_C_SOURCE 199309L

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "model.h"

#if defined(_WIN32)
#include <fcntl.h>
#include <io.h>
#include <windows.h>

/* Without this, Windows would change line ends and stop at byte 26. */
static void use_binary_streams(void)
{
    _setmode(_fileno(stdin), _O_BINARY);
    _setmode(_fileno(stdout), _O_BINARY);
}

static uint64_t now_ns(void)
{
    LARGE_INTEGER count, per_second;
    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&per_second);
    const uint64_t whole = (uint64_t)(count.QuadPart / per_second.QuadPart);
    const uint64_t rest = (uint64_t)(count.QuadPart % per_second.QuadPart);
    return whole * 1000000000u + rest * 1000000000u / (uint64_t)per_second.QuadPart;
}
#else
#include <time.h>

static void use_binary_streams(void)
{
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
#endif

static bool write_u64(uint64_t value)
{
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    return fwrite(bytes, sizeof bytes, 1, stdout) == 1;
}

/* The model has functions for these where it has several inputs or outputs. */
static void load(const uint8_t *input)
{
#ifdef MODEL_INPUTS
    model_load(0, input, MODEL_INPUT_BYTES);
#else
    memcpy(model_input(), input, MODEL_INPUT_BYTES);
#endif
}

static const void *output(void)
{
#ifdef MODEL_OUTPUTS
    static uint8_t bytes[MODEL_OUTPUT_BYTES];
    model_store(0, bytes, MODEL_OUTPUT_BYTES);
    return bytes;
#else
    return model_output();
#endif
}

/* One inference. False when the output could not be written. */
static bool infer(const uint8_t *input, bool timed)
{
    load(input);
    const uint64_t begin_ns = now_ns();
    model_run();
    const uint64_t end_ns = now_ns();
    if (fwrite(output(), MODEL_OUTPUT_BYTES, 1, stdout) != 1) {
        return false;
    }
    return (!timed || write_u64(end_ns - begin_ns)) && fflush(stdout) == 0;
}

int main(int count, char **arguments)
{
    static uint8_t input[MODEL_INPUT_BYTES];
    const bool timed = count > 1 && strcmp(arguments[1], "--timed") == 0;
    use_binary_streams();
    model_init();
    if (timed) {
        printf("%lu %lu\n", (unsigned long)MODEL_INPUT_BYTES, (unsigned long)MODEL_OUTPUT_BYTES);
        fflush(stdout);
    }
    for (;;) {
        const size_t length = fread(input, 1, sizeof input, stdin);
        if (length == 0) {
            return 0;
        }
        if (length != sizeof input) {
            fprintf(stderr, "the last input is cut off\n");
            return 2;
        }
        if (!infer(input, timed)) {
            fprintf(stderr, "cannot write the output\n");
            return 3;
        }
    }
}
