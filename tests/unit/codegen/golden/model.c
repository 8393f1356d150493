#include "model.h"

#include "model_data.h"
#include "thimble_conv2d_s8_m0.h"
#include "thimble_dense_crs8_s8_m0.h"
#include "thimble_dense_s8_m0.h"
#include "thimble_max_pool_s8.h"
#include "thimble_softmax_s8.h"

/* Offsets in the arena. Buffers that are alive at the same time never overlap (auto; no plan can
 * be smaller than 472 bytes). */
enum {
    AT_INPUT = 0,           /* 200 bytes */
    AT_CONV0 = 292,         /* 256 bytes */
    AT_CONV0_SCRATCH = 548, /* 146 bytes */
    AT_CONV1_SCRATCH = 0,   /* 292 bytes */
    AT_CONV1 = 548,         /* 216 bytes */
    AT_POOL2 = 0,           /* 54 bytes */
    AT_DENSE4 = 56,         /* 12 bytes */
    AT_DENSE5 = 0,          /* 5 bytes */
};

/* A union, so that the arena is aligned for words without any compiler's extension. */
static union {
    uint8_t bytes[MODEL_ARENA_BYTES];
    uint64_t alignment;
} arena;

static void *at(int32_t offset)
{
    return arena.bytes + offset;
}

static const thimble_conv2d_s8_m0_params conv0 = {
    .weights = model_conv0_weights,
    .scaling = model_conv0_scaling,
    .in_height = 10,
    .in_width = 10,
    .in_channels = 2,
    .out_height = 8,
    .out_width = 8,
    .out_channels = 4,
    .kernel_height = 3,
    .kernel_width = 3,
    .stride_height = 1,
    .stride_width = 1,
    .dilation_height = 1,
    .dilation_width = 1,
    .pad_top = 0,
    .pad_left = 0,
    .rounding = THIMBLE_ROUND_TWICE,
    .input_zero = 3,
};

static const thimble_conv2d_s8_m0_params conv1 = {
    .weights = model_conv1_weights,
    .scaling = model_conv1_scaling,
    .in_height = 8,
    .in_width = 8,
    .in_channels = 4,
    .out_height = 6,
    .out_width = 6,
    .out_channels = 6,
    .kernel_height = 3,
    .kernel_width = 3,
    .stride_height = 1,
    .stride_width = 1,
    .dilation_height = 1,
    .dilation_width = 1,
    .pad_top = 0,
    .pad_left = 0,
    .rounding = THIMBLE_ROUND_TWICE,
    .input_zero = -5,
};

static const thimble_max_pool_s8_params pool2 = {
    .in_height = 6,
    .in_width = 6,
    .out_height = 3,
    .out_width = 3,
    .channels = 6,
    .pool_height = 2,
    .pool_width = 2,
    .stride_height = 2,
    .stride_width = 2,
    .pad_top = 0,
    .pad_left = 0,
    .output_min = -128,
    .output_max = 127,
};

static const thimble_dense_crs8_s8_m0_params dense4 = {
    .values = model_dense4_values,
    .columns = model_dense4_columns,
    .row_pointers = model_dense4_row_pointers,
    .bias = model_dense4_bias,
    .scaling = model_dense4_scaling,
    .outputs = 12,
    .per_channel = 1,
};

static const thimble_dense_s8_m0_params dense5 = {
    .weights = model_dense5_weights,
    .bias = model_dense5_bias,
    .scaling = model_dense5_scaling,
    .inputs = 12,
    .outputs = 5,
    .per_channel = 1,
};

static const thimble_softmax_s8_params softmax6 = {
    .exponentials = model_softmax6_exponentials,
    .entries = 125,
    .rows = 1,
    .columns = 5,
};

int8_t *model_input(void)
{
    return at(AT_INPUT);
}

const int8_t *model_output(void)
{
    return at(AT_DENSE5);
}

void model_init(void)
{
    for (int32_t i = 0; i < MODEL_ARENA_BYTES; i++) {
        arena.bytes[i] = 0;
    }
}

void model_run(void)
{
    /* conv0: 3x3 convolution, 10x10x2 -> 8x8x4 */
    thimble_conv2d_s8_m0(&conv0, at(AT_INPUT), at(AT_CONV0), at(AT_CONV0_SCRATCH));

    /* conv1: 3x3 convolution, 8x8x4 -> 6x6x6 */
    thimble_conv2d_s8_m0(&conv1, at(AT_CONV0), at(AT_CONV1), at(AT_CONV1_SCRATCH));

    /* pool2: 2x2 max pool, 6x6 to 3x3 */
    thimble_max_pool_s8(&pool2, at(AT_CONV1), at(AT_POOL2));

    /* flatten3: reshape to 54: same bytes, no code */

    /* dense4: dense, 54 -> 12, 31 of 648 weights stored */
    thimble_dense_crs8_s8_m0(&dense4, at(AT_POOL2), at(AT_DENSE4));

    /* dense5: dense, 12 -> 5 */
    thimble_dense_s8_m0(&dense5, at(AT_DENSE4), at(AT_DENSE5));

    /* softmax6: softmax over 5 */
    thimble_softmax_s8(&softmax6, at(AT_DENSE5), at(AT_DENSE5));
}
