// The layers without weights of their own kind: normalisation, pooling, sums, masks.

#include "plan_internal.h"

static const float epsilon = 1e-5f;

static void normalise_backward(ck_plan *plan, const node *node) {
  bool exclusive;
  const ck_tensor upstream = plan_take_gradient(plan, node->y, false, &exclusive);
  if (upstream == 0) return;
  const layout x = plan_tensor(plan, node->x)->layout;
  const layout line = plan_tensor(plan, node->bias)->layout;
  const ck_tensor share = exclusive ? upstream : plan_add_tensor(plan, &x, in_arena);
  step *made = plan_add_primitive(plan, node->to_inputs);
  plan_use(made, DNNL_ARG_SRC, node->x, &x);
  plan_use(made, DNNL_ARG_MEAN, node->kept[0], &line);
  plan_use(made, DNNL_ARG_VARIANCE, node->kept[1], &line);
  plan_use(made, DNNL_ARG_SCALE, node->weights, &line);
  plan_use(made, DNNL_ARG_SHIFT, node->bias, &line);
  plan_use(made, DNNL_ARG_DIFF_DST, upstream, &x);
  plan_use(made, DNNL_ARG_DIFF_SRC, share, &x);
  plan_use(made, DNNL_ARG_DIFF_SCALE, plan_tensor(plan, node->weights)->gradient, &line);
  plan_use(made, DNNL_ARG_DIFF_SHIFT, plan_tensor(plan, node->bias)->gradient, &line);
  if (node->kept[2] != 0) {
    const layout signs = plan_tensor(plan, node->kept[2])->layout;
    plan_use(made, DNNL_ARG_WORKSPACE, node->kept[2], &signs);
  }
  plan_add_share(plan, node->x, share, true);
}

static dnnl_primitive_desc_t describe_normalisation(ck_plan *plan, const layout *x,
                                                    bool rectified,
                                                    dnnl_primitive_desc_t forward) {
  const unsigned flags = dnnl_use_scale | dnnl_use_shift | (rectified ? dnnl_fuse_norm_relu : 0) |
                         (plan->training ? 0 : dnnl_use_global_stats);
  const dnnl_prop_kind_t kind = plan->training ? dnnl_forward_training : dnnl_forward_inference;
  dnnl_batch_normalization_desc_t described;
  const dnnl_status_t status =
      forward == NULL
          ? dnnl_batch_normalization_forward_desc_init(&described, kind, x, epsilon, flags)
          : dnnl_batch_normalization_backward_desc_init(&described, dnnl_backward, x, x, epsilon,
                                                        flags);
  if (!plan_ok(plan, status, "batch normalisation")) return NULL;
  return plan_describe(plan, &described, NULL, forward, NULL, "batch normalisation");
}

ck_tensor ck_plan_normalise(ck_plan *plan, ck_tensor x, bool rectified, ck_tensor weights,
                            ck_tensor bias, ck_tensor mean, ck_tensor variance) {
  if (plan_failed(plan) || x == 0) return 0;
  const layout shape = plan_tensor(plan, x)->layout;
  const layout line = plan_layout(plan, 1, &shape.dims[1], dnnl_f32, dnnl_a);
  plan_bind(plan, weights, &line, &line);
  plan_bind(plan, bias, &line, &line);
  const dnnl_primitive_desc_t forward = describe_normalisation(plan, &shape, rectified, NULL);
  const layout signs = plan_wanted(forward, dnnl_query_workspace_md);
  const bool keeps_signs = plan->training && signs.ndims > 0;
  node layer = {.backward = normalise_backward,
                .x = x,
                .y = plan_add_result(plan, &shape, true),
                .weights = weights,
                .bias = bias,
                .kept = {mean, variance, keeps_signs ? plan_add_tensor(plan, &signs, in_arena) : 0}};
  if (plan->training) {
    layer.kept[0] = plan_add_tensor(plan, &line, in_arena);
    layer.kept[1] = plan_add_tensor(plan, &line, in_arena);
    layer.to_inputs = describe_normalisation(plan, &shape, rectified, forward);
  }
  step *made = plan_add_primitive(plan, forward);
  plan_use(made, DNNL_ARG_SRC, x, &shape);
  plan_use(made, DNNL_ARG_SCALE, weights, &line);
  plan_use(made, DNNL_ARG_SHIFT, bias, &line);
  plan_use(made, DNNL_ARG_MEAN, layer.kept[0], &line);
  plan_use(made, DNNL_ARG_VARIANCE, layer.kept[1], &line);
  plan_use(made, DNNL_ARG_DST, layer.y, &shape);
  plan_use(made, DNNL_ARG_WORKSPACE, layer.kept[2], &signs);
  if (forward != NULL) dnnl_primitive_desc_destroy(forward);
  if (plan->training) {
    const float n = (float)(shape.dims[0] * shape.dims[2] * shape.dims[3]);
    plan_add_tracking(plan, mean, layer.kept[0], 0.1f);
    plan_add_tracking(plan, variance, layer.kept[1], 0.1f * n / (n > 1 ? n - 1 : 1));
  }
  plan_add_node(plan, &layer);
  return plan_failed(plan) ? 0 : layer.y;
}

static void pool_backward(ck_plan *plan, const node *node) {
  bool exclusive;
  const ck_tensor gradient = plan_take_gradient(plan, node->y, false, &exclusive);
  if (gradient == 0 || node->to_inputs == NULL) return;
  const layout y = plan_wanted(node->to_inputs, dnnl_query_diff_dst_md);
  const layout x = plan_wanted(node->to_inputs, dnnl_query_diff_src_md);
  const ck_tensor upstream = plan_as(plan, gradient, &y);
  const ck_tensor share = plan_add_tensor(plan, &x, in_arena);
  step *made = plan_add_primitive(plan, node->to_inputs);
  plan_use(made, DNNL_ARG_DIFF_DST, upstream, &y);
  plan_use(made, DNNL_ARG_DIFF_SRC, share, &x);
  if (node->kept[0] != 0) {
    const layout places = plan_tensor(plan, node->kept[0])->layout;
    plan_use(made, DNNL_ARG_WORKSPACE, node->kept[0], &places);
  }
  plan_add_share(plan, node->x, share, true);
}

typedef struct {
  dnnl_alg_kind_t way;
  dnnl_dims_t sizes, kernel, strides, padding;
} pooling;

static dnnl_primitive_desc_t describe_pooling(ck_plan *plan, const pooling *p, const layout *x,
                                              const layout *y, dnnl_primitive_desc_t forward) {
  dnnl_pooling_desc_t described;
  const dnnl_prop_kind_t kind = plan->training ? dnnl_forward_training : dnnl_forward_inference;
  const dnnl_status_t status =
      forward == NULL ? dnnl_pooling_forward_desc_init(&described, kind, p->way, x, y, p->strides,
                                                       p->kernel, p->padding, p->padding)
                      : dnnl_pooling_backward_desc_init(&described, p->way, x, y, p->strides,
                                                        p->kernel, p->padding, p->padding);
  if (!plan_ok(plan, status, "pooling")) return NULL;
  return plan_describe(plan, &described, NULL, forward, NULL, "pooling");
}

static ck_tensor add_pooling(ck_plan *plan, ck_tensor x, const pooling *p) {
  if (plan_failed(plan)) return 0;
  const layout given = plan_tensor(plan, x)->layout;
  const bool differentiable = plan_tensor(plan, x)->differentiable;
  layout y = plan_layout(plan, 4, p->sizes, given.data_type, dnnl_format_tag_any);
  const dnnl_primitive_desc_t forward = describe_pooling(plan, p, &given, &y, NULL);
  y = plan_wanted(forward, dnnl_query_dst_md);
  const layout places = plan_wanted(forward, dnnl_query_workspace_md);
  const bool keeps_places = plan->training && places.ndims > 0;
  node layer = {.backward = pool_backward,
                .x = x,
                .y = plan_add_result(plan, &y, differentiable),
                .kept = {keeps_places ? plan_add_tensor(plan, &places, in_arena) : 0}};
  if (plan->training && differentiable) {
    layer.to_inputs = describe_pooling(plan, p, &given, &y, forward);
  }
  step *made = plan_add_primitive(plan, forward);
  plan_use(made, DNNL_ARG_SRC, x, &given);
  plan_use(made, DNNL_ARG_DST, layer.y, &y);
  plan_use(made, DNNL_ARG_WORKSPACE, layer.kept[0], &places);
  if (forward != NULL) dnnl_primitive_desc_destroy(forward);
  plan_add_node(plan, &layer);
  return plan_failed(plan) ? 0 : layer.y;
}

ck_tensor ck_plan_max_pool(ck_plan *plan, ck_tensor x, int32_t kernel, int32_t stride,
                           int32_t padding) {
  if (plan_failed(plan) || x == 0) return 0;
  const int64_t *from = plan_tensor(plan, x)->layout.dims;
  const pooling p = {.way = dnnl_pooling_max,
                     .sizes = {from[0], from[1], (from[2] + 2 * padding - kernel) / stride + 1,
                               (from[3] + 2 * padding - kernel) / stride + 1},
                     .kernel = {kernel, kernel},
                     .strides = {stride, stride},
                     .padding = {padding, padding}};
  return add_pooling(plan, x, &p);
}

// Means of cells of unequal sizes, over plain floats.
typedef struct {
  int64_t images, rows, columns, cell_rows, cell_columns;
  const float *from;
  float *into;
  bool backward;
} cells;

static inline void mean_of_cell(const cells *c, int64_t image, int64_t row, int64_t column) {
  const int64_t top = row * c->rows / c->cell_rows;
  const int64_t bottom = ((row + 1) * c->rows + c->cell_rows - 1) / c->cell_rows;
  const int64_t left = column * c->columns / c->cell_columns;
  const int64_t right = ((column + 1) * c->columns + c->cell_columns - 1) / c->cell_columns;
  const float share = 1 / (float)((bottom - top) * (right - left));
  const int64_t cell = (image * c->cell_rows + row) * c->cell_columns + column;
  float sum = 0;
  for (int64_t i = top; i < bottom; i++) {
    for (int64_t j = left; j < right; j++) {
      const int64_t pixel = (image * c->rows + i) * c->columns + j;
      if (c->backward) {
        c->into[pixel] += c->from[cell] * share;
      } else {
        sum += c->from[pixel];
      }
    }
  }
  if (!c->backward) c->into[cell] = sum * share;
}

static void means_of_images(const void *context, size_t from, size_t to) {
  const cells *c = context;
  for (int64_t image = (int64_t)from; image < (int64_t)to; image++) {
    if (c->backward) {
      float *pixels = c->into + image * c->rows * c->columns;
      for (int64_t i = 0; i < c->rows * c->columns; i++) pixels[i] = 0;
    }
    for (int64_t i = 0; i < c->cell_rows; i++) {
      for (int64_t j = 0; j < c->cell_columns; j++) mean_of_cell(c, image, i, j);
    }
  }
}

static void run_cells(const ck_plan *plan, const step *step, bool backward) {
  const layout *pixels = &step->uses[backward].layout, *means = &step->uses[!backward].layout;
  const cells all = {.images = pixels->dims[0] * pixels->dims[1],
                     .rows = pixels->dims[2],
                     .columns = pixels->dims[3],
                     .cell_rows = means->dims[2],
                     .cell_columns = means->dims[3],
                     .from = plan_tensor(plan, step->uses[0].tensor)->data,
                     .into = plan_tensor(plan, step->uses[1].tensor)->data,
                     .backward = backward};
  plan_over_threads(plan, (size_t)all.images, means_of_images, &all);
}

static void run_means(const ck_plan *plan, const step *step) { run_cells(plan, step, false); }

static void run_means_backward(const ck_plan *plan, const step *step) {
  run_cells(plan, step, true);
}

static ck_tensor add_cells(ck_plan *plan, own_loop loop, ck_tensor from, const layout *result,
                           bool differentiable) {
  if (plan_failed(plan)) return 0;
  const layout given = plan_tensor(plan, from)->layout;
  const layout plain = plan_layout(plan, 4, given.dims, dnnl_f32, dnnl_nchw);
  const ck_tensor source = plan_as(plan, from, &plain);
  const ck_tensor made = plan_add_result(plan, result, differentiable);
  step *added = plan_add_step(plan);
  if (added == NULL) return 0;
  added->loop = loop;
  plan_use(added, loop_a, source, &plain);
  plan_use(added, loop_into, made, result);
  return made;
}

static void cells_backward(ck_plan *plan, const node *node) {
  bool exclusive;
  const ck_tensor gradient = plan_take_gradient(plan, node->y, false, &exclusive);
  if (gradient == 0) return;
  const layout x = plan_tensor(plan, node->x)->layout;
  const layout plain = plan_layout(plan, 4, x.dims, dnnl_f32, dnnl_nchw);
  plan_add_share(plan, node->x, add_cells(plan, run_means_backward, gradient, &plain, false), true);
}

ck_tensor ck_plan_mean_pool(ck_plan *plan, ck_tensor x, int32_t rows, int32_t columns) {
  if (plan_failed(plan) || x == 0) return 0;
  const layout given = plan_tensor(plan, x)->layout;
  const int64_t *from = given.dims, sizes[] = {from[0], from[1], rows, columns};
  if (from[2] == rows && from[3] == columns) return x;
  if (from[2] % rows == 0 && from[3] % columns == 0) {
    const pooling p = {.way = dnnl_pooling_avg_exclude_padding,
                       .sizes = {from[0], from[1], rows, columns},
                       .kernel = {from[2] / rows, from[3] / columns},
                       .strides = {from[2] / rows, from[3] / columns}};
    return add_pooling(plan, x, &p);
  }
  const bool differentiable = plan_tensor(plan, x)->differentiable;
  const layout plain = plan_layout(plan, 4, sizes, dnnl_f32, dnnl_nchw);
  const ck_tensor y = add_cells(plan, run_means, x, &plain, differentiable);
  const node layer = {.backward = cells_backward, .x = x, .y = y};
  plan_add_node(plan, &layer);
  return y;
}

static void rectify_backward(ck_plan *plan, const node *node) {
  bool exclusive;
  const ck_tensor gradient = plan_take_gradient(plan, node->y, true, &exclusive);
  if (gradient == 0) return;
  plan_add_share(plan, node->x, gradient, node->other == 0);
  plan_add_share(plan, node->other, gradient, false);
}

static ck_tensor add_rectified(ck_plan *plan, own_loop loop, ck_tensor a, ck_tensor b) {
  const layout wanted = plan_tensor(plan, a)->layout;
  const ck_tensor y = plan_add_loop(plan, loop, a, plan_as(plan, b, &wanted), 0, 0);
  if (plan_failed(plan)) return 0;
  plan_tensor(plan, y)->differentiable =
      plan_tensor(plan, a)->differentiable || plan_tensor(plan, b)->differentiable;
  const node layer = {.backward = rectify_backward, .x = a, .other = b, .y = y};
  plan_add_node(plan, &layer);
  return y;
}

ck_tensor ck_plan_rectify(ck_plan *plan, ck_tensor x) {
  if (plan_failed(plan) || x == 0) return 0;
  return add_rectified(plan, plan_run_rectify, x, 0);
}

ck_tensor ck_plan_add(ck_plan *plan, ck_tensor a, ck_tensor b) {
  if (plan_failed(plan) || a == 0 || b == 0) return 0;
  return add_rectified(plan, plan_run_rectified_sum, a, b);
}

static void mask_backward(ck_plan *plan, const node *node) {
  bool exclusive;
  const ck_tensor gradient = plan_take_gradient(plan, node->y, false, &exclusive);
  if (gradient == 0) return;
  plan_add_share(plan, node->x,
                 plan_add_loop(plan, plan_run_product, gradient, node->other, 0, 0), true);
}

ck_tensor ck_plan_mask(ck_plan *plan, ck_tensor x, ck_tensor *mask) {
  *mask = 0;
  if (plan_failed(plan) || x == 0) return 0;
  const layout given = plan_tensor(plan, x)->layout;
  const bool differentiable = plan_tensor(plan, x)->differentiable;
  const layout plain = plan_layout(plan, 4, given.dims, dnnl_f32, dnnl_nchw);
  *mask = plan_add_tensor(plan, &plain, on_its_own);
  if (plan_failed(plan)) return 0;
  plan_tensor(plan, *mask)->ones = true;
  const ck_tensor y =
      plan_add_loop(plan, plan_run_product, plan_as(plan, x, &plain), *mask, 0, 0);
  if (plan_failed(plan)) return 0;
  plan_tensor(plan, y)->differentiable = differentiable;
  const node layer = {.backward = mask_backward, .x = x, .other = *mask, .y = y};
  plan_add_node(plan, &layer);
  return y;
}
