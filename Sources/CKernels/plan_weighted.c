// The layers with weights: convolutions, transposed convolutions, dense layers.

#include "plan_internal.h"

// What a layer with weights is to oneDNN: the sizes of its tensors, in any order in memory, and how
// the operations on them are described.
typedef struct {
  enum { convolution, transposed, dense } kind;
  layout x, y, bias;  // bias without sizes: none
  layout given, made;  // x and y in the forward pass
  layout weights;     // in the type of the images
  layout plain;       // the order in which weights come from outside
  dnnl_dims_t strides, padding;
  bool winograd;
  bool unit_steps;  // stride 1 and padding 1
  bool rectified;
} operation;

// One of oneDNN's descriptions of a layer with weights.
typedef union {
  dnnl_convolution_desc_t convolution;
  dnnl_inner_product_desc_t dense;
} described;

static dnnl_alg_kind_t way_of(const operation *o) {
  if (o->kind == transposed) return dnnl_deconvolution_direct;
  return o->winograd ? dnnl_convolution_winograd : dnnl_convolution_direct;
}

static const layout *bias_of(const operation *o) { return o->bias.ndims > 0 ? &o->bias : NULL; }

// oneDNN's post-operations of a layer; NULL after a failure.
static dnnl_primitive_attr_t afterwards(ck_plan *plan, const operation *o, bool adding) {
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t after = NULL;
  dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
  if (status == dnnl_success) status = dnnl_post_ops_create(&after);
  if (status == dnnl_success && adding) status = dnnl_post_ops_append_sum(after, 1);
  if (status == dnnl_success && o->rectified) {
    status = dnnl_post_ops_append_eltwise(after, 1, dnnl_eltwise_relu, 0, 0);
  }
  if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(attributes, after);
  if (after != NULL) dnnl_post_ops_destroy(after);
  plan_ok(plan, status, "a layer with weights");
  return attributes;
}

static dnnl_primitive_desc_t describe_forward(ck_plan *plan, const operation *o, bool adding) {
  const dnnl_prop_kind_t kind = plan->training ? dnnl_forward_training : dnnl_forward_inference;
  described d;
  dnnl_status_t status;
  if (o->kind == dense) {
    status = dnnl_inner_product_forward_desc_init(&d.dense, kind, &o->given, &o->weights, bias_of(o),
                                                  &o->made);
  } else {
    status = (o->kind == transposed ? dnnl_deconvolution_forward_desc_init
                                    : dnnl_convolution_forward_desc_init)(
        &d.convolution, kind, way_of(o), &o->given, &o->weights, bias_of(o), &o->made, o->strides,
        o->padding, o->padding);
  }
  if (!plan_ok(plan, status, "a layer with weights")) return NULL;
  const dnnl_primitive_attr_t attributes = afterwards(plan, o, adding);
  const dnnl_primitive_desc_t made =
      plan_describe(plan, &d, attributes, NULL, NULL, o->winograd ? NULL : "a layer with weights");
  if (attributes != NULL) dnnl_primitive_attr_destroy(attributes);
  return made;
}

static int64_t inputs_of(const layout *x) { return x->dims[1] * x->dims[2] * x->dims[3]; }

static dnnl_primitive_desc_t describe_to_inputs(ck_plan *plan, const operation *o,
                                                dnnl_primitive_desc_t forward) {
  described d;
  dnnl_status_t status;
  if (o->kind == dense) {
    status = dnnl_inner_product_backward_data_desc_init(&d.dense, &o->x, &o->weights,
                                                        &o->y);
  } else {
    status = (o->kind == transposed ? dnnl_deconvolution_backward_data_desc_init
                                    : dnnl_convolution_backward_data_desc_init)(
        &d.convolution, way_of(o), &o->x, &o->weights, &o->y, o->strides, o->padding, o->padding);
  }
  if (!plan_ok(plan, status, "the gradient of a layer's input")) return NULL;
  // That of version 2.6 follows a null pointer where inputs are few and outputs many.
  const char *avoided =
      o->kind == dense && inputs_of(&o->x) < 64 && o->y.dims[1] > 1024 ? "brgemm_bwd_d" : NULL;
  return plan_describe(plan, &d, NULL, forward, avoided, "the gradient of a layer's input");
}

static dnnl_primitive_desc_t describe_to_weights(ck_plan *plan, const operation *o,
                                                 dnnl_primitive_desc_t forward) {
  layout weights = o->weights;
  weights.data_type = dnnl_f32;
  described d;
  dnnl_status_t status;
  if (o->kind == dense) {
    status = dnnl_inner_product_backward_weights_desc_init(&d.dense, &o->x, &weights, bias_of(o),
                                                           &o->y);
  } else {
    status = (o->kind == transposed ? dnnl_deconvolution_backward_weights_desc_init
                                    : dnnl_convolution_backward_weights_desc_init)(
        &d.convolution, way_of(o), &o->x, &weights, bias_of(o), &o->y, o->strides, o->padding,
        o->padding);
  }
  if (!plan_ok(plan, status, "the gradient of a layer's weights")) return NULL;
  return plan_describe(plan, &d, NULL, forward, NULL, "the gradient of a layer's weights");
}

// What a dense layer makes has two dimensions for oneDNN and four for everybody else.
static ck_tensor as_results(ck_plan *plan, ck_tensor y, ck_tensor gradient, const layout *wanted) {
  if (wanted->ndims != 2 || plan_failed(plan)) return plan_as(plan, gradient, wanted);
  const layout seen =
      plan_layout(plan, 4, plan_tensor(plan, y)->layout.dims, wanted->data_type, dnnl_nchw);
  return plan_as(plan, gradient, &seen);
}

static void add_weight_gradient(ck_plan *plan, const node *node, ck_tensor gradient) {
  const layout x = plan_wanted(node->to_weights, dnnl_query_src_md);
  const layout y = plan_wanted(node->to_weights, dnnl_query_diff_dst_md);
  const layout weights = plan_wanted(node->to_weights, dnnl_query_diff_weights_md);
  const ck_tensor into = plan_tensor(plan, node->weights)->gradient;
  if (node->bias == 0 && node->unit_steps && plan_is_small(plan, &x, &y, &weights)) {
    plan_add_small(plan, node->x, gradient, into);
    return;
  }
  const ck_tensor upstream = as_results(plan, node->y, gradient, &y), input = plan_as(plan, node->x, &x);
  step *made = plan_add_primitive(plan, node->to_weights);
  plan_use(made, DNNL_ARG_SRC, input, &x);
  plan_use(made, DNNL_ARG_DIFF_DST, upstream, &y);
  plan_use(made, DNNL_ARG_DIFF_WEIGHTS, into, &weights);
  if (node->bias == 0 || plan_failed(plan)) return;
  const layout bias = plan_tensor(plan, node->bias)->layout;
  plan_use(made, DNNL_ARG_DIFF_BIAS, plan_tensor(plan, node->bias)->gradient, &bias);
}

static void add_input_gradient(ck_plan *plan, const node *node, ck_tensor gradient) {
  if (node->to_inputs == NULL || plan_failed(plan)) return;
  const layout y = plan_wanted(node->to_inputs, dnnl_query_diff_dst_md);
  const layout weights = plan_wanted(node->to_inputs, dnnl_query_weights_md);
  const layout result = plan_wanted(node->to_inputs, dnnl_query_diff_src_md);
  const ck_tensor share = plan_add_tensor(plan, &result, in_arena);
  const ck_tensor upstream = as_results(plan, node->y, gradient, &y);
  const ck_tensor used = plan_as(plan, node->weights, &weights);
  step *made = plan_add_primitive(plan, node->to_inputs);
  plan_use(made, DNNL_ARG_DIFF_DST, upstream, &y);
  plan_use(made, DNNL_ARG_WEIGHTS, used, &weights);
  plan_use(made, DNNL_ARG_DIFF_SRC, share, &result);
  plan_add_share(plan, node->x, share, true);
}

static void backward(ck_plan *plan, const node *node) {
  bool exclusive;
  const ck_tensor gradient = plan_take_gradient(plan, node->y, node->rectified, &exclusive);
  if (gradient == 0) return;
  add_weight_gradient(plan, node, gradient);
  add_input_gradient(plan, node, gradient);
}

static void bind_parameters(ck_plan *plan, const operation *o, ck_tensor weights, ck_tensor bias,
                            dnnl_primitive_desc_t forward, dnnl_primitive_desc_t to_weights) {
  const layout order = plan->training ? plan_wanted(to_weights, dnnl_query_diff_weights_md)
                                      : plan_wanted(forward, dnnl_query_weights_md);
  plan_bind(plan, weights, &order, &o->plain);
  if (bias == 0) return;
  const layout line = plan_layout(plan, 1, o->bias.dims, dnnl_f32, dnnl_a);
  plan_bind(plan, bias, &line, &line);
}

// Adds the layer; `results` is the layout of what it makes where that is to be seen as four-
// dimensional, `added` a tensor that the result is added to and written over.
static ck_tensor add_layer(ck_plan *plan, operation *o, ck_tensor x, ck_tensor weights,
                           ck_tensor bias, ck_tensor added, const layout *seen) {
  if (plan_failed(plan)) return 0;
  const bool differentiable = plan_tensor(plan, x)->differentiable;
  dnnl_primitive_desc_t forward = describe_forward(plan, o, added != 0);
  if (forward == NULL && o->winograd) {  // only offered on some processors
    o->winograd = false;
    forward = describe_forward(plan, o, added != 0);
  }
  const dnnl_primitive_desc_t to_weights =
      plan->training ? describe_to_weights(plan, o, forward) : NULL;
  const dnnl_primitive_desc_t to_inputs =
      plan->training && differentiable ? describe_to_inputs(plan, o, forward) : NULL;
  bind_parameters(plan, o, weights, bias, forward, to_weights);
  const layout wanted_x = plan_wanted(forward, dnnl_query_src_md);
  const layout wanted_weights = plan_wanted(forward, dnnl_query_weights_md);
  const layout made_y = plan_wanted(forward, dnnl_query_dst_md);
  const ck_tensor input = plan_as(plan, x, &wanted_x);
  const ck_tensor used = plan_as(plan, weights, &wanted_weights);
  const ck_tensor y = added != 0 ? plan_as(plan, added, &made_y)
                                 : plan_add_result(plan, seen == NULL ? &made_y : seen, true);
  step *made = plan_add_primitive(plan, forward);
  plan_use(made, DNNL_ARG_SRC, input, &wanted_x);
  plan_use(made, DNNL_ARG_WEIGHTS, used, &wanted_weights);
  if (bias != 0 && !plan_failed(plan)) {
    plan_use(made, DNNL_ARG_BIAS, bias, &plan_tensor(plan, bias)->layout);
  }
  plan_use(made, DNNL_ARG_DST, y, &made_y);
  if (forward != NULL) dnnl_primitive_desc_destroy(forward);
  const node layer = {.backward = backward,
                      .x = x,
                      .y = y,
                      .weights = weights,
                      .bias = bias,
                      .rectified = o->rectified,
                      .unit_steps = o->kind == convolution && o->unit_steps,
                      .to_inputs = to_inputs,
                      .to_weights = to_weights};
  plan_add_node(plan, &layer);
  return plan_failed(plan) ? 0 : y;
}

// bfloat16 images lie with their channels side by side: the gradients of weights are then up to twice
// as fast as in blocks, and the rest as fast, but for the forward pass to very small images.
static layout of_images(const ck_plan *plan, const int64_t *sizes, bool to_small) {
  return plan_layout(plan, 4, sizes, plan->type,
                     plan->type == dnnl_bf16 && !to_small ? dnnl_nhwc : dnnl_format_tag_any);
}

static layout in_any_order(const ck_plan *plan, int dimensions, const int64_t *sizes,
                           dnnl_data_type_t type) {
  return plan_layout(plan, dimensions, sizes, type, dnnl_format_tag_any);
}

// Winograd's transform (Lavin and Gray 2016) needs four ninths of the products and pays for it with
// additions and memory: worth it for the usual 3 x 3 convolutions of many channels, on images that
// are not much smaller than its tiles of 4 x 4.
static bool suits_winograd(const ck_plan *plan, const ck_convolution *shape, const int64_t *from) {
  return plan->transforms && plan->type == dnnl_f32 && shape->kernel == 3 && shape->stride == 1 &&
         shape->padding == 1 && shape->groups == 1 && from[1] >= 32 && shape->outputs >= 32 &&
         from[2] >= 4 && from[3] >= 4;
}

static void set_squares(operation *o, const ck_convolution *shape) {
  for (int i = 0; i < 2; i++) {
    o->strides[i] = shape->stride;
    o->padding[i] = shape->padding;
  }
  o->unit_steps = shape->stride == 1 && shape->padding == 1;
  o->rectified = shape->rectified;
}

ck_tensor ck_plan_convolve(ck_plan *plan, ck_tensor x, const ck_convolution *shape,
                           ck_tensor weights, ck_tensor bias, ck_tensor added) {
  if (plan_failed(plan) || x == 0) return 0;
  const int64_t *from = plan_tensor(plan, x)->layout.dims;
  const int64_t groups = shape->groups, outputs = shape->outputs, k = shape->kernel;
  const int64_t rows = (from[2] + 2 * shape->padding - k) / shape->stride + 1;
  const int64_t columns = (from[3] + 2 * shape->padding - k) / shape->stride + 1;
  const int64_t sizes[] = {groups, outputs / groups, from[1] / groups, k, k};
  const int64_t results[] = {plan->batch, outputs, rows, columns};
  const int d = groups > 1 ? 5 : 4;
  operation o = {.kind = convolution,
                 .x = of_images(plan, from, false),
                 .y = of_images(plan, results, false),
                 .given = of_images(plan, from, rows * columns <= 4),
                 .made = of_images(plan, results, rows * columns <= 4),
                 .weights = in_any_order(plan, d, sizes + 5 - d, plan->type),
                 .plain = plan_layout(plan, d, sizes + 5 - d, dnnl_f32,
                                      groups > 1 ? dnnl_goihw : dnnl_oihw),
                 .winograd = suits_winograd(plan, shape, from)};
  if (bias != 0) o.bias = in_any_order(plan, 1, &outputs, dnnl_f32);
  set_squares(&o, shape);
  return add_layer(plan, &o, x, weights, bias, added, NULL);
}

ck_tensor ck_plan_convolve_transposed(ck_plan *plan, ck_tensor x, const ck_convolution *shape,
                                      ck_tensor weights, ck_tensor bias) {
  if (plan_failed(plan) || x == 0) return 0;
  const int64_t *from = plan_tensor(plan, x)->layout.dims;
  const int64_t outputs = shape->outputs, k = shape->kernel;
  const int64_t rows = (from[2] - 1) * shape->stride - 2 * shape->padding + k;
  const int64_t columns = (from[3] - 1) * shape->stride - 2 * shape->padding + k;
  const int64_t sizes[] = {outputs, from[1], k, k};
  const int64_t results[] = {plan->batch, outputs, rows, columns};
  operation o = {.kind = transposed,
                 .x = of_images(plan, from, false),
                 .y = of_images(plan, results, false),
                 .given = of_images(plan, from, false),
                 .made = of_images(plan, results, false),
                 .weights = in_any_order(plan, 4, sizes, plan->type),
                 .plain = plan_layout(plan, 4, sizes, dnnl_f32, dnnl_iohw)};
  if (bias != 0) o.bias = in_any_order(plan, 1, &outputs, dnnl_f32);
  set_squares(&o, shape);
  return add_layer(plan, &o, x, weights, bias, 0, NULL);
}

// `image`: channels, height and width of what it makes.
static ck_tensor add_dense(ck_plan *plan, ck_tensor x, const int64_t *image, bool rectified,
                           ck_tensor weights, ck_tensor bias) {
  if (plan_failed(plan) || x == 0) return 0;
  const int64_t *from = plan_tensor(plan, x)->layout.dims;
  const int64_t out = image[0] * image[1] * image[2];
  const int64_t sizes[] = {out, from[1], from[2], from[3]};
  const int64_t results[] = {plan->batch, out};
  const int64_t images[] = {plan->batch, image[0], image[1], image[2]};
  operation o = {.kind = dense,
                 .x = in_any_order(plan, 4, from, plan->type),
                 .y = plan_layout(plan, 2, results, plan->type, dnnl_nc),
                 .given = in_any_order(plan, 4, from, plan->type),
                 .made = plan_layout(plan, 2, results, dnnl_f32, dnnl_nc),
                 .weights = in_any_order(plan, 4, sizes, plan->type),
                 .plain = plan_layout(plan, 4, sizes, dnnl_f32, dnnl_oihw),
                 .rectified = rectified};
  if (bias != 0) o.bias = in_any_order(plan, 1, &out, dnnl_f32);
  const layout seen = plan_layout(plan, 4, images, dnnl_f32, dnnl_nchw);
  return add_layer(plan, &o, x, weights, bias, 0, &seen);
}

ck_tensor ck_plan_dense(ck_plan *plan, ck_tensor x, int32_t outputs, bool rectified,
                        ck_tensor weights, ck_tensor bias) {
  const int64_t image[] = {outputs, 1, 1};
  return add_dense(plan, x, image, rectified, weights, bias);
}

ck_tensor ck_plan_dense_image(ck_plan *plan, ck_tensor x, int32_t channels, int32_t height,
                              int32_t width, ck_tensor weights, ck_tensor bias) {
  const int64_t image[] = {channels, height, width};
  return add_dense(plan, x, image, false, weights, bias);
}
