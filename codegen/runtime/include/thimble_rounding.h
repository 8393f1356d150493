/* How often a convolution rounds between its sum and its output. */
#ifndef THIMBLE_ROUNDING_H
#define THIMBLE_ROUNDING_H

/* ONNX Runtime and the reference's dense layers round once, the TFLite reference's convolutions twice. */
typedef enum { THIMBLE_ROUND_ONCE, THIMBLE_ROUND_TWICE } thimble_rounding;

#endif
