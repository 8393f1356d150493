/* The board's program: waits for requests from the host, runs the model, answers. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "board.h"
#include "frame.h"
#include "model.h"
#include "profile.h"
#include "protocol.h"
#include "timing.h"
#include "transport.h"

/* Input and output share the arena with the layers between them: what may be done depends on the last step. */
enum stage { STAGE_LOADING, STAGE_DONE };

static struct {
    enum stage stage;
    uint32_t loaded_bytes;   /* of the input, from its start */
    uint32_t runs;           /* since reset */
    uint32_t repeated;       /* requests that were answered already */
    struct timing startup;   /* from reset until the model was ready */
    struct timing inference; /* of the last run */
    bool undisturbed;        /* whether the host was ignored during it */
} state;

/* Bytes of a `struct timing` on the wire. */
#define TIMING_BYTES 28u

/* The payload of the response being made. */
static uint8_t reply[FRAME_PAYLOAD_BYTES];
static uint16_t reply_length;

static enum protocol_error say_hello(const struct frame *request)
{
    if (request->length != 0) {
        return ERROR_BAD_LENGTH;
    }
    put_u16(reply, PROTOCOL_VERSION);
    put_u16(reply + 2, (uint16_t)((transport_is_virtual() ? HELLO_VIRTUAL : 0u) | HELLO_PROFILED));
    put_u32(reply + 4, MODEL_ARENA_BYTES);
    put_u32(reply + 8, MODEL_INPUT_BYTES);
    put_u32(reply + 12, MODEL_OUTPUT_BYTES);
    put_u32(reply + 16, board_clock_hz);
    for (size_t i = 0; i < sizeof board_id; i++) {
        reply[20 + i] = (uint8_t)board_id[i];
    }
    for (size_t i = 0; i < 32; i++) {
        reply[36 + i] = model_hash[i];
    }
    reply_length = 68;
    return ERROR_NONE;
}

static enum protocol_error load_input(const struct frame *request)
{
    if (request->length < 4) {
        return ERROR_BAD_LENGTH;
    }
    const uint32_t offset = get_u32(request->payload);
    const uint32_t length = request->length - 4u;
    if (offset == 0) { /* a new input may start at any time */
        state.stage = STAGE_LOADING;
        state.loaded_bytes = 0;
    }
    if (state.stage != STAGE_LOADING) {
        return ERROR_NOT_READY;
    }
    if (offset != state.loaded_bytes || length > MODEL_INPUT_BYTES - offset) {
        return ERROR_BAD_RANGE;
    }
#ifdef MODEL_INPUTS /* several inputs or outputs */
    model_load(offset, request->payload + 4, length);
#else
    uint8_t *to = (uint8_t *)model_input() + offset;
    for (uint32_t i = 0; i < length; i++) {
        to[i] = request->payload[4 + i];
    }
#endif
    state.loaded_bytes += length;
    return ERROR_NONE;
}

#ifdef THIMBLE_PROFILE
/* Regions do not nest: those of the layers together are the inference. */
static void run_timed(void)
{
    struct timing sum = {.cycles_known = true, .instructions_known = true, .waits_known = true};
    model_run();
    for (uint32_t i = 0; i < profile_layer_count; i++) {
        const struct timing *layer = &profile_layers[i];
        sum.cycles += layer->cycles;
        sum.instructions += layer->instructions;
        sum.wait_cycles += layer->wait_cycles;
        sum.cycles_known = sum.cycles_known && layer->cycles_known;
        sum.instructions_known = sum.instructions_known && layer->instructions_known;
        sum.waits_known = sum.waits_known && layer->waits_known;
    }
    state.inference = sum;
}
#else
static void run_timed(void)
{
    timing_begin();
    model_run();
    timing_end();
    state.inference = timing_last();
}
#endif

static void time_model(void)
{
    if (state.undisturbed) {
        transport_pause();
    }
    run_timed();
    if (state.undisturbed) {
        transport_resume();
    }
}

static enum protocol_error run(const struct frame *request)
{
    if (request->length != 0 && request->length != 2) {
        return ERROR_BAD_LENGTH;
    }
    if (state.stage != STAGE_LOADING || state.loaded_bytes != MODEL_INPUT_BYTES) {
        return ERROR_NOT_READY;
    }
    state.undisturbed = request->length == 2 && (get_u16(request->payload) & RUN_UNDISTURBED) != 0;
    time_model();
    state.stage = STAGE_DONE;
    state.runs++;
    return ERROR_NONE;
}

static enum protocol_error read_output(const struct frame *request)
{
    if (request->length != 6) {
        return ERROR_BAD_LENGTH;
    }
    const uint32_t offset = get_u32(request->payload);
    const uint16_t length = get_u16(request->payload + 4);
    if (state.stage != STAGE_DONE) {
        return ERROR_NOT_READY;
    }
    if (length > FRAME_CHUNK_BYTES || offset > MODEL_OUTPUT_BYTES || length > MODEL_OUTPUT_BYTES - offset) {
        return ERROR_BAD_RANGE;
    }
#ifdef MODEL_OUTPUTS
    model_store(offset, reply, length);
#else
    const uint8_t *from = (const uint8_t *)model_output() + offset;
    for (uint16_t i = 0; i < length; i++) {
        reply[i] = from[i];
    }
#endif
    reply_length = length;
    return ERROR_NONE;
}

static void put_timing(uint8_t *to, const struct timing *timing, bool undisturbed)
{
    put_u32(to, (timing->cycles_known ? COUNTERS_CYCLES : 0u)
                    | (timing->instructions_known ? COUNTERS_INSTRUCTIONS : 0u)
                    | (undisturbed ? COUNTERS_UNDISTURBED : 0u) | (timing->waits_known ? COUNTERS_WAITS : 0u));
    put_u64(to + 4, timing->cycles);
    put_u64(to + 12, timing->instructions);
    put_u64(to + 20, timing->wait_cycles);
}

static enum protocol_error tell_counters(const struct frame *request)
{
    if (request->length != 0) {
        return ERROR_BAD_LENGTH;
    }
    put_u32(reply, state.runs);
    put_u32(reply + 4, board_stack_bytes());
    put_u32(reply + 8, board_stack_used_bytes());
    put_timing(reply + 12, &state.inference, state.undisturbed);
    put_timing(reply + 12 + TIMING_BYTES, &state.startup, false);
    put_u32(reply + 12 + 2 * TIMING_BYTES, frames_damaged());
    put_u32(reply + 16 + 2 * TIMING_BYTES, state.repeated);
    reply_length = 20u + 2u * TIMING_BYTES;
    return ERROR_NONE;
}

#ifdef THIMBLE_PROFILE
/* As many layers, from the one asked for on, as a frame holds. */
static enum protocol_error tell_profile(const struct frame *request)
{
    if (request->length != 2) {
        return ERROR_BAD_LENGTH;
    }
    if (state.stage != STAGE_DONE) {
        return ERROR_NOT_READY;
    }
    const uint16_t first = get_u16(request->payload);
    if (first > profile_layer_count) {
        return ERROR_BAD_RANGE;
    }
    put_u16(reply, profile_layer_count);
    reply_length = 2;
    for (uint16_t i = first; i < profile_layer_count && reply_length + TIMING_BYTES <= FRAME_CHUNK_BYTES; i++) {
        put_timing(reply + reply_length, &profile_layers[i], state.undisturbed);
        reply_length = (uint16_t)(reply_length + TIMING_BYTES);
    }
    return ERROR_NONE;
}
#endif

static enum protocol_error reboot(const struct frame *request)
{
    if (request->length != 0) {
        return ERROR_BAD_LENGTH;
    }
    return transport_reboot_to_bootloader() ? ERROR_NONE : ERROR_UNSUPPORTED;
}

static enum protocol_error identify(const struct frame *request)
{
    if (request->length != 0) {
        return ERROR_BAD_LENGTH;
    }
    return transport_identify() ? ERROR_NONE : ERROR_UNSUPPORTED;
}

/* Fills `reply` and `reply_length`. */
static enum protocol_error answer(const struct frame *request)
{
    reply_length = 0;
    switch (request->type) {
    case REQUEST_HELLO:
        return say_hello(request);
    case REQUEST_LOAD_INPUT:
        return load_input(request);
    case REQUEST_RUN:
        return run(request);
    case REQUEST_READ_OUTPUT:
        return read_output(request);
    case REQUEST_COUNTERS:
        return tell_counters(request);
    case REQUEST_BOOTLOADER:
        return reboot(request);
    case REQUEST_IDENTIFY:
        return identify(request);
#ifdef THIMBLE_PROFILE
    case REQUEST_PROFILE:
        return tell_profile(request);
#endif
    default:
        return ERROR_UNKNOWN_REQUEST;
    }
}

static void acknowledge(uint16_t sequence)
{
    static struct encoded_frame encoded;
    const struct frame frame = {ACKNOWLEDGE, sequence, 0, reply};
    frame_encode(&frame, &encoded);
    transport_write(encoded.bytes, encoded.length);
}

/* The response to `request`, made and encoded. */
static void make_response(const struct frame *request, struct encoded_frame *response)
{
    const enum protocol_error error = answer(request);
    struct frame frame = {(uint16_t)(request->type | RESPONSE_BIT), request->sequence, reply_length, reply};
    if (error != ERROR_NONE) {
        frame.type = RESPONSE_ERROR;
        frame.length = 4;
        put_u16(reply, (uint16_t)error);
        put_u16(reply + 2, request->type);
    }
    frame_encode(&frame, response);
}

int main(void)
{
    static struct encoded_frame response; /* kept: it is sent again when the host asks again */
    bool answered = false;
    uint16_t last_sequence = 0;

    transport_start();
    model_init();
    timing_end();
    state.startup = timing_last();
    for (;;) {
        const struct frame request = frame_receive();
        acknowledge(request.sequence);
        /* The same sequence number means that the host missed the response: nothing is done twice. A hello
         * opens a session, whose numbers start anywhere. */
        const bool again = answered && request.sequence == last_sequence;
        state.repeated += again;
        if (!again || request.type == REQUEST_HELLO) {
            make_response(&request, &response);
            last_sequence = request.sequence;
            answered = true;
        }
        transport_write(response.bytes, response.length);
    }
}
