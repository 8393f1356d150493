/* An external delegate of TFLite in the place of Arm NN's: it takes the options that Arm NN takes, computes dense
 * layers of 8-bit integers, and leaves every other operator. How it fails is chosen when it is compiled:
 * TAKES_NOTHING, WRONG, CRASHES, HANGS, CRASHES_LATER (in the fifth inference).
 *
 * The structs are those of tensorflow/lite/core/c/common.h and of
 * tensorflow/lite/delegates/external/external_delegate_interface.h, as far as they are used here. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OK = 0, FULLY_CONNECTED = 9, INT8 = 9, RELU = 1 };

typedef struct { int size; int data[]; } IntArray;
typedef struct { int size; float data[]; } FloatArray;
typedef struct { float scale; int32_t zero_point; } Scale;
typedef struct { FloatArray *scale; IntArray *zero_point; int32_t quantized_dimension; } Affine;
typedef struct Context Context;
typedef struct Delegate Delegate;

typedef struct {
    int type;
    union { int8_t *int8; int32_t *int32; void *raw; } data;
    IntArray *dims;
    Scale params;
    int allocation_type;
    size_t bytes;
    const void *allocation;
    const char *name;
    Delegate *delegate;
    int buffer_handle;
    bool data_is_stale;
    bool is_variable;
    struct { int type; Affine *params; } quantization;
    void *sparsity;
    const IntArray *dims_signature;
} Tensor;

typedef struct {
    IntArray *inputs, *outputs, *intermediates, *temporaries;
    void *user_data, *builtin_data;
    const void *custom_initial_data;
    int custom_initial_data_size;
    Delegate *delegate;
    bool might_have_side_effect;
} Node;

typedef struct {
    void *(*init)(Context *, const char *, size_t);
    void (*free)(Context *, void *);
    int (*prepare)(Context *, Node *);
    int (*invoke)(Context *, Node *);
    const char *(*profiling_string)(const Context *, const Node *);
    int32_t builtin_code;
    const char *custom_name;
    int version;
    void *external;
    void *async_kernel;
    uint64_t inplace_operator;
} Registration;

struct Context {
    size_t tensors_size;
    int (*get_execution_plan)(Context *, IntArray **);
    Tensor *tensors;
    void *impl;
    int (*resize_tensor)(Context *, Tensor *, IntArray *);
    void (*report_error)(Context *, const char *, ...);
    int (*add_tensors)(Context *, int, int *);
    int (*get_node)(Context *, int, Node **, Registration **);
    int (*replace)(Context *, Registration, const IntArray *, Delegate *);
};

struct Delegate {
    void *data;
    int (*prepare)(Context *, Delegate *);
    void *copy_from, *copy_to, *free_handle;
    int64_t flags;
    void *opaque;
};

typedef struct {
    Delegate *delegate;
    IntArray *nodes, *inputs, *outputs;
} Params;

/* The operators of one part, as (input, weights, bias, output). */
typedef struct { int count; int tensors[64][4]; bool relu[64]; void *between[64]; } Part;

static void *init(Context *context, const char *buffer, size_t length)
{
    (void)length;
    const Params *params = (const Params *)buffer;
    Part *part = calloc(1, sizeof *part);
    for (int i = 0; i < params->nodes->size; ++i) {
        Node *node;
        Registration *registration;
        context->get_node(context, params->nodes->data[i], &node, &registration);
        part->relu[part->count] = *(const int *)node->builtin_data == RELU;
        int *tensors = part->tensors[part->count++];
        for (int j = 0; j < 3; ++j)
            tensors[j] = node->inputs->data[j];
        tensors[3] = node->outputs->data[0];
    }
    return part;
}

static void drop(Context *context, void *buffer)
{
    (void)context;
    Part *part = buffer;
    for (int i = 0; i < part->count; ++i)
        free(part->between[i]);
    free(part);
}

static int prepare(Context *context, Node *node)
{
    (void)context;
    (void)node;
    return OK;
}

static void dense(const Tensor *x, const Tensor *w, const Tensor *b, Tensor *y, bool relu)
{
    int outputs = w->dims->data[0], inputs = w->dims->data[1];
    const FloatArray *scales = w->quantization.params->scale;
    long least = relu ? y->params.zero_point : -128;
    for (int i = 0; i < outputs; ++i) {
        int32_t sum = b->data.int32[i];
        for (int j = 0; j < inputs; ++j)
            sum += w->data.int8[i * inputs + j] * (x->data.int8[j] - x->params.zero_point);
        double step = (double)x->params.scale * scales->data[scales->size > 1 ? i : 0] / y->params.scale;
        long value = lround(sum * step) + y->params.zero_point;
#ifdef WRONG
        value = -value;
#endif
        y->data.int8[i] = (int8_t)(value < least ? least : value > 127 ? 127 : value);
    }
}

static int invoke(Context *context, Node *node)
{
#ifdef CRASHES
    *(volatile int *)0 = 1;
#endif
#ifdef HANGS
    for (;;)
        pause();
#endif
#ifdef CRASHES_LATER
    static int inferences;
    if (++inferences == 5)
        *(volatile int *)0 = 1;
#endif
    Part *part = node->user_data;
    for (int i = 0; i < part->count; ++i) {
        const int *t = part->tensors[i];
        Tensor *all = context->tensors;
        Tensor *output = &all[t[3]];
        /* what never leaves a part has no memory of the interpreter's */
        if (output->data.raw == NULL)
            output->data.raw = part->between[i] = calloc(1, output->bytes);
        dense(&all[t[0]], &all[t[1]], &all[t[2]], output, part->relu[i]);
    }
    return OK;
}

static bool takes(Context *context, const Node *node, const Registration *registration)
{
#ifdef TAKES_NOTHING
    return false;
#endif
    return registration->builtin_code == FULLY_CONNECTED && node->inputs->size == 3 &&
           context->tensors[node->inputs->data[0]].type == INT8 && *(const int *)node->builtin_data <= RELU;
}

static int delegate_prepare(Context *context, Delegate *delegate)
{
    IntArray *plan;
    context->get_execution_plan(context, &plan);
    IntArray *taken = calloc(1, sizeof *taken + sizeof(int) * (size_t)plan->size);
    for (int i = 0; i < plan->size; ++i) {
        Node *node;
        Registration *registration;
        context->get_node(context, plan->data[i], &node, &registration);
        if (takes(context, node, registration))
            taken->data[taken->size++] = plan->data[i];
        else
            fprintf(stderr, "operator %d is not supported\n", registration->builtin_code);
    }
    Registration kernel = {.init = init, .free = drop, .prepare = prepare, .invoke = invoke,
                           .custom_name = "Stand-in", .version = 1};
    int status = taken->size ? context->replace(context, kernel, taken, delegate) : OK;
    free(taken);
    return status;
}

Delegate *tflite_plugin_create_delegate(char **keys, char **values, size_t count, void (*report)(const char *))
{
    static const char *known[] = {"backends", "logging-severity", "number-of-threads"};
    for (size_t i = 0; i < count; ++i) {
        bool is_known = false;
        for (size_t j = 0; j < sizeof known / sizeof *known; ++j)
            is_known = is_known || strcmp(keys[i], known[j]) == 0;
        bool is_backend = strcmp(keys[i], "backends") == 0;
        if (!is_known || (is_backend && strcmp(values[i], "CpuAcc") && strcmp(values[i], "CpuRef"))) {
            report("unknown option or backend");
            return NULL;
        }
        fprintf(stderr, "option %s=%s\n", keys[i], values[i]);
    }
    Delegate *delegate = calloc(1, sizeof *delegate);
    delegate->prepare = delegate_prepare;
    return delegate;
}

void tflite_plugin_destroy_delegate(Delegate *delegate)
{
    free(delegate);
}
