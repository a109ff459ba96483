// What the files of a plan share: tensors, steps, and the nodes from which the backward pass is made.
#ifndef CKERNELS_PLAN_INTERNAL_H
#define CKERNELS_PLAN_INTERNAL_H

#include <oneapi/dnnl/dnnl.h>
#include <stddef.h>

#include "plan.h"

enum { MOST_USES = 12, MOST_SHARES = 4, PARTS = ck_held_gradients + 1 };

// A tensor as one layer wants it: types, sizes and order in memory.
typedef dnnl_memory_desc_t layout;

// Where the numbers of a tensor are.
typedef enum {
  in_arena,   // in the arena, shared with tensors that live at other times
  on_its_own  // in memory of its own: inputs, outputs, statistics, parameters without training
} home;

// Part of a gradient that some consumer of a tensor has computed.
typedef struct share {
  ck_tensor tensor;
  bool exclusive;  // nobody else reads it: it may be overwritten
} share;

typedef struct {
  layout layout;
  int64_t count;
  home home;
  bool learned;  // a parameter: it has a gradient and moments beside it when training
  bool bound;    // it has a layout (parameters get theirs from their layer)
  bool differentiable;
  layout plain;           // for what is written or read from outside
  size_t offset;          // in the arena, or among the parameters
  bool placed;            // it has an offset in the arena
  bool ones;              // filled with ones, not zeros
  bool owned;             // its memory is freed with the plan
  float *data;            // once finished
  int first, last;        // the steps that touch it first and last; -1: none
  ck_tensor gradient;     // of a parameter, an input, an output
  share shares[MOST_SHARES];
  int share_count;
} tensor;

typedef struct {
  int role;  // DNNL_ARG_...
  ck_tensor tensor;
  layout layout;
} use;

typedef struct step step;
typedef void (*own_loop)(const ck_plan *plan, const step *step);

// One primitive of oneDNN with its arguments, or a loop of ours.
struct step {
  dnnl_primitive_t primitive;
  own_loop loop;
  int use_count;
  use uses[MOST_USES];
  dnnl_exec_arg_t arguments[MOST_USES + 1];
  float factor;    // for loops: see there
};

typedef struct node node;

// One layer, as the backward pass needs it.
struct node {
  void (*backward)(ck_plan *plan, const node *node);
  ck_tensor x, other, y;
  ck_tensor weights, bias;
  ck_tensor kept[3];  // what the forward pass leaves for the backward pass
  bool rectified;
  bool unit_steps;  // a convolution of stride 1 and padding 1
  // What oneDNN calls primitive descriptions; owned. NULL: not needed.
  dnnl_primitive_desc_t to_inputs, to_weights;
};

struct ck_plan {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  int32_t batch, threads;
  bool training, transforms;
  dnnl_data_type_t type;  // of images between the layers
  char failure[160];
  tensor *tensors;
  step *steps;
  node *nodes;
  int tensor_count, step_count, node_count, forward_steps;
  ck_tensor result, result_gradient;  // where the backward pass begins
  size_t scratch_bytes, arena_bytes, own_bytes;
  size_t parameter_floats;
  char *arena, *scratch;
  float *parameters[PARTS];  // values, gradients, moments, gradients that are held
  bool finished;
};

// plan.c
bool plan_ok(ck_plan *plan, dnnl_status_t status, const char *what);
bool plan_failed(const ck_plan *plan);
tensor *plan_tensor(const ck_plan *plan, ck_tensor index);
ck_tensor plan_add_tensor(ck_plan *plan, const layout *layout, home home);
void plan_bind(ck_plan *plan, ck_tensor parameter, const layout *wanted, const layout *plain);
step *plan_add_step(ck_plan *plan);
void plan_use(step *step, int role, ck_tensor tensor, const layout *layout);
// Makes a primitive of a description and adds it as a step; the description stays the caller's.
step *plan_add_primitive(ck_plan *plan, dnnl_primitive_desc_t description);
void plan_add_node(ck_plan *plan, const node *node);
// The tensor itself, or a copy of it in the wanted layout.
ck_tensor plan_as(ck_plan *plan, ck_tensor tensor, const layout *wanted);
void plan_copy(ck_plan *plan, ck_tensor from, ck_tensor to);
// A new tensor in the arena, differentiable if told so.
ck_tensor plan_add_result(ck_plan *plan, const layout *layout, bool differentiable);
// A primitive description, not of an implementation whose name begins with `avoided` where that is
// given; NULL after a failure, and where oneDNN has none and `what` is NULL.
dnnl_primitive_desc_t plan_describe(ck_plan *plan, const void *operation,
                                    const_dnnl_primitive_attr_t attributes,
                                    dnnl_primitive_desc_t forward, const char *avoided,
                                    const char *what);
layout plan_layout(const ck_plan *plan, int dimensions, const int64_t *sizes,
                   dnnl_data_type_t type, dnnl_format_tag_t order);
layout plan_wanted(dnnl_primitive_desc_t description, dnnl_query_t what);

// plan_gradients.c
// Says that `share` is part of the gradient of `of`; it is brought to that tensor's layout.
void plan_add_share(ck_plan *plan, ck_tensor of, ck_tensor share, bool exclusive);
// The whole gradient of a tensor, in its layout, or of what it was before it was rectified; 0 where
// nothing depends on it. `exclusive` becomes true where nobody else reads it.
ck_tensor plan_take_gradient(ck_plan *plan, ck_tensor of, bool rectified, bool *exclusive);

// plan_small.c
// Whether the gradient of a convolution's weights can take the way for images of 2 x 2.
bool plan_is_small(const ck_plan *plan, const layout *x, const layout *y, const layout *weights);
void plan_add_small(ck_plan *plan, ck_tensor x, ck_tensor upstream, ck_tensor gradient);

// plan_memory.c
void plan_place(ck_plan *plan);
float *plan_part(ck_plan *plan, int32_t part);

// plan_loops.c
// Runs body(context, from, to) for ranges that make up 0 ..< count, each of which begins at a
// multiple of 64.
void plan_over_threads(const ck_plan *plan, size_t count,
                       void (*body)(const void *context, size_t from, size_t to),
                       const void *context);
// What a tensor is to a loop.
enum { loop_a = 1, loop_b, loop_y, loop_into };
// Adds a loop over tensors of one layout (b and y may be 0) that writes `into`, or a new tensor where
// that is 0; returns what it writes.
ck_tensor plan_add_loop(ck_plan *plan, own_loop loop, ck_tensor a, ck_tensor b, ck_tensor y,
                        ck_tensor into);
void plan_run_sum(const ck_plan *plan, const step *step);            // a + b
void plan_run_rectified_sum(const ck_plan *plan, const step *step);  // max(a + b, 0)
void plan_run_rectify(const ck_plan *plan, const step *step);        // max(a, 0)
void plan_run_product(const ck_plan *plan, const step *step);        // a b; floats only
void plan_run_pass(const ck_plan *plan, const step *step);           // a where y > 0, else 0
void plan_run_pass_of_sum(const ck_plan *plan, const step *step);    // a + b where y > 0, else 0
// running <- 0.9 running + factor * fresh
void plan_add_tracking(ck_plan *plan, ck_tensor running, ck_tensor fresh, float factor);
#endif
