/// Convolutional networks, run by oneDNN: the layers of one network for one batch size, prepared
/// once and then run as often as wanted without an allocation.
///
/// A plan is built layer by layer. Each function adds one layer to the forward pass and returns the
/// tensor that it makes; `ck_plan_finish` adds the backward pass, gives every tensor its place in
/// memory and makes the plan ready. Tensors are numbers, 0 is none; all that a plan has made goes
/// with `ck_plan_free`. After a failure every function does nothing, and `ck_plan_failure` says what
/// failed first: look at it once, after `ck_plan_finish`.
///
/// Images are batch x channels x height x width, and so is what a dense layer makes, with height and
/// width 1. In memory they lie as oneDNN likes them best (blocks of 16 channels on AVX-512) from the
/// first layer to the last; only where two layers like different orders is something copied. What
/// goes in and comes out through pointers is row-major 32-bit floats ("plain").
///
/// Threads: oneDNN runs on GNU OpenMP's pool, and so do all loops here, our own too, because two
/// pools in one phase wait for each other's spinning threads. A plan runs on the number of threads
/// it was made for. The same plan, threads and numbers give the same bits again.
#ifndef CKERNELS_PLAN_H
#define CKERNELS_PLAN_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ck_plan ck_plan;
typedef int32_t ck_tensor;

/// Whether the processor multiplies bfloat16 numbers.
bool ck_multiplies_brain_floats(void);

/// Writes the version of oneDNN: major, minor, patch.
void ck_plan_library(int32_t version[3]);

enum {
  /// 32-bit floats; 3 x 3 convolutions go through Winograd's transform where that is faster, which
  /// rounds ten times as coarsely (a root mean square of 1.5e-6 of the result instead of 1.6e-7).
  ck_floats,
  /// 32-bit floats, every convolution by its definition.
  ck_exact_floats,
  /// Images and weights are bfloat16 between the layers; parameters, statistics, gradients of
  /// parameters, inputs and outputs stay floats.
  ck_brain_floats
};

/// An empty plan for `batch` images a run; NULL where memory is missing.
///
/// `training` keeps what gradients need and normalises by each batch's own statistics; without it
/// there is no backward pass, and layers are fused.
ck_plan *ck_plan_new(int32_t batch, bool training, int32_t precision, int32_t threads);
void ck_plan_free(ck_plan *plan);

/// What failed first, in words; NULL as long as nothing did.
const char *ck_plan_failure(const ck_plan *plan);

/// Images to come: a plain tensor to be filled before each run. `differentiable`: the gradient with
/// respect to them is wanted, too.
ck_tensor ck_plan_input(ck_plan *plan, int32_t channels, int32_t height, int32_t width,
                        bool differentiable);

/// `count` numbers to be learned, which get their shape from the layer they are given to.
ck_tensor ck_plan_parameter(ck_plan *plan, int64_t count);

/// `count` numbers that are not learned, plain: running statistics.
ck_tensor ck_plan_statistic(ck_plan *plan, int64_t count);

typedef struct {
  int32_t outputs;  ///< channels
  int32_t kernel;   ///< side of the square kernel
  int32_t stride;
  int32_t padding;  ///< on all four sides
  int32_t groups;
  bool rectified;  ///< followed by max(x, 0)
} ck_convolution;

/// Convolution (as in all such libraries, a correlation). Weights are plain
/// outputs x inputs / groups x kernel x kernel; `bias` may be 0. `added` (only without training, else
/// 0): a tensor of the output's shape that is added before rectifying, and lost.
ck_tensor ck_plan_convolve(ck_plan *plan, ck_tensor x, const ck_convolution *shape,
                           ck_tensor weights, ck_tensor bias, ck_tensor added);

/// Transposed convolution: the gradient of a convolution with respect to its input. Weights are plain
/// inputs x outputs x kernel x kernel; groups must be 1.
ck_tensor ck_plan_convolve_transposed(ck_plan *plan, ck_tensor x, const ck_convolution *shape,
                                      ck_tensor weights, ck_tensor bias);

/// Every output is a weighted sum of all inputs. Weights are plain outputs x (channels x height x
/// width); `bias` may be 0.
ck_tensor ck_plan_dense(ck_plan *plan, ck_tensor x, int32_t outputs, bool rectified,
                        ck_tensor weights, ck_tensor bias);

/// The same, with channels x height x width outputs that are an image from then on.
ck_tensor ck_plan_dense_image(ck_plan *plan, ck_tensor x, int32_t channels, int32_t height,
                              int32_t width, ck_tensor weights, ck_tensor bias);

/// Batch normalisation, epsilon 1e-5, optionally rectified. In training by the batch's mean and
/// biased variance, and the running statistics become 0.9 old + 0.1 new with the unbiased variance;
/// otherwise by the running statistics.
ck_tensor ck_plan_normalise(ck_plan *plan, ck_tensor x, bool rectified, ck_tensor weights,
                            ck_tensor bias, ck_tensor mean, ck_tensor variance);

/// Maximum over kernel x kernel; padding never wins, and of equal maxima the first in row order gets
/// the gradient.
ck_tensor ck_plan_max_pool(ck_plan *plan, ck_tensor x, int32_t kernel, int32_t stride,
                           int32_t padding);

/// Adaptive mean: cell i of m over n rows covers rows floor(i n / m) ..< ceil((i + 1) n / m), columns
/// likewise.
ck_tensor ck_plan_mean_pool(ck_plan *plan, ck_tensor x, int32_t rows, int32_t columns);

/// max(x, 0); the gradient at 0 is 0.
ck_tensor ck_plan_rectify(ck_plan *plan, ck_tensor x);

/// max(a + b, 0) of two tensors of one shape.
ck_tensor ck_plan_add(ck_plan *plan, ck_tensor a, ck_tensor b);

/// x times a mask of its shape, plain: `*mask` is made here, is all ones, and is the caller's to fill.
ck_tensor ck_plan_mask(ck_plan *plan, ck_tensor x, ck_tensor *mask);

/// A plain copy of x that outlives the run. In training it has a gradient, plain too, which the
/// caller writes between the forward and the backward pass; there must be exactly one such output,
/// the last; further ones are for reading only.
ck_tensor ck_plan_output(ck_plan *plan, ck_tensor x, bool differentiable);

/// Adds the backward pass, finds places for all tensors, and makes the plan ready to run. All numbers
/// are 0 at first.
void ck_plan_finish(ck_plan *plan);

/// The memory of an input, output, mask or statistic; NULL for others.
float *ck_plan_floats(const ck_plan *plan, ck_tensor tensor);
/// The plain gradient of an input or output that has one; NULL for others.
float *ck_plan_gradient(const ck_plan *plan, ck_tensor tensor);
/// How many numbers a tensor has, padding not counted; 0 for none.
int64_t ck_plan_count(const ck_plan *plan, ck_tensor tensor);
/// The bytes that the plan keeps.
int64_t ck_plan_bytes(const ck_plan *plan);

/// A pass is a run of steps: 0 ..< forward is the forward pass, forward ..< all the backward pass.
int32_t ck_plan_forward_steps(const ck_plan *plan);
int32_t ck_plan_steps(const ck_plan *plan);
/// Runs one step; false after a failure. The steps of a pass must be run in order.
bool ck_plan_run(ck_plan *plan, int32_t step);

/// What is kept for every parameter.
enum { ck_values, ck_gradients, ck_first_moments, ck_second_moments, ck_held_gradients };

/// Copies plain numbers into a parameter, its gradient, or the optimiser's moments, or a statistic.
bool ck_plan_write(ck_plan *plan, ck_tensor tensor, int32_t part, const float *plain);
/// The other way.
bool ck_plan_read(ck_plan *plan, ck_tensor tensor, int32_t part, float *plain);

/// Keeps the gradients of all parameters beside them, for one step from several batches.
void ck_plan_hold_gradients(ck_plan *plan);
/// Adds those that were kept last to the gradients.
void ck_plan_add_held_gradients(ck_plan *plan);

/// Moves all parameters by stochastic gradient descent with momentum. With g = gradient + decay p:
/// v <- momentum v + g; Nesterov: p <- p - rate (g + momentum v), else p <- p - rate v. The first
/// moments are v.
void ck_plan_descend(ck_plan *plan, float rate, float momentum, bool nesterov, float decay);

/// Moves all parameters by Adam (Kingma and Ba 2015) with betas 0.9 and 0.999 and epsilon 1e-8, decay
/// inside the gradient; `step` counts from 1.
void ck_plan_adapt(ck_plan *plan, float rate, float decay, int64_t step);

/// Runs body(context, i) for 0 <= i < count on the plan's threads, each i once, in no order.
void ck_plan_spread(const ck_plan *plan, int64_t count, void (*body)(void *context, int64_t i),
                    void *context);

#endif
