// The gradient of the weights of a 3 x 3 convolution over images of 2 x 2, as residual networks end
// with. Every pixel sees every other there, so that all products are one of matrices, of which each
// tap of the kernel sums a few blocks: less than half the products that oneDNN's way takes.

#include "plan_internal.h"

bool plan_is_small(const ck_plan *plan, const layout *x, const layout *y, const layout *weights) {
  if (x->ndims != 4 || y->ndims != 4 || weights->ndims != 4) return false;
  const bool fits = x->dims[2] == 2 && x->dims[3] == 2 && y->dims[2] == 2 && y->dims[3] == 2 &&
                    weights->dims[2] == 3 && weights->dims[3] == 3 && x->dims[1] % 16 == 0 &&
                    y->dims[1] % 16 == 0 && x->dims[1] >= 64;
  if (!fits || plan_failed(plan)) return false;
  const layout blocks = plan_layout(plan, 4, weights->dims, dnnl_f32, dnnl_OIhw16i16o);
  return dnnl_memory_desc_equal(&blocks, weights);
}

typedef struct {
  int64_t inputs, outputs;
  const float *products;  // (pixel of x, input) x (pixel of y, output)
  float *gradients;       // outputs / 16 x inputs / 16 x 3 x 3 x 16 inputs x 16 outputs
} taps;

// Adds the products of pixel `q` of x and pixel `p` of y, for 16 inputs and all outputs.
static void add_pair(const taps *t, int64_t block, int64_t tap, int64_t q, int64_t p) {
  for (int64_t i = 0; i < 16; i++) {
    const float *from =
        t->products + (q * t->inputs + 16 * block + i) * 4 * t->outputs + p * t->outputs;
    for (int64_t o = 0; o < t->outputs / 16; o++) {
      float *into =
          t->gradients + (((o * (t->inputs / 16) + block) * 9 + tap) * 16 + i) * 16;
      for (int k = 0; k < 16; k++) into[k] += from[16 * o + k];
    }
  }
}

static void clear(const taps *t, int64_t block, int64_t tap) {
  for (int64_t o = 0; o < t->outputs / 16; o++) {
    float *into = t->gradients + ((o * (t->inputs / 16) + block) * 9 + tap) * 256;
    for (int k = 0; k < 256; k++) into[k] = 0;
  }
}

static void sum_block(void *context, int64_t block) {
  const taps *t = context;
  for (int64_t tap = 0; tap < 9; tap++) {
    clear(t, block, tap);
    for (int64_t p = 0; p < 4; p++) {
      const int64_t row = p / 2 + tap / 3 - 1, column = p % 2 + tap % 3 - 1;
      if (row < 0 || row > 1 || column < 0 || column > 1) continue;
      add_pair(t, block, tap, 2 * row + column, p);
    }
  }
}

static void run_taps(const ck_plan *plan, const step *step) {
  const layout *weights = &step->uses[1].layout;
  taps all = {.inputs = weights->dims[1],
              .outputs = weights->dims[0],
              .products = plan_tensor(plan, step->uses[0].tensor)->data,
              .gradients = plan_tensor(plan, step->uses[1].tensor)->data};
  ck_plan_spread(plan, all.inputs / 16, sum_block, &all);
}

static layout matrix(ck_plan *plan, int64_t rows, int64_t columns, dnnl_data_type_t type,
                     bool by_columns) {
  const int64_t sizes[] = {rows, columns};
  return plan_layout(plan, 2, sizes, type, by_columns ? dnnl_ba : dnnl_ab);
}

void plan_add_small(ck_plan *plan, ck_tensor x, ck_tensor upstream, ck_tensor gradient) {
  if (plan_failed(plan)) return;
  const layout given = plan_tensor(plan, x)->layout, from = plan_tensor(plan, upstream)->layout;
  const layout rows_x = plan_layout(plan, 4, given.dims, plan->type, dnnl_nhwc);
  const layout rows_y = plan_layout(plan, 4, from.dims, plan->type, dnnl_nhwc);
  const int64_t images = given.dims[0], inputs = 4 * given.dims[1], outputs = 4 * from.dims[1];
  const layout a = matrix(plan, inputs, images, plan->type, true);
  const layout b = matrix(plan, images, outputs, plan->type, false);
  const layout c = matrix(plan, inputs, outputs, dnnl_f32, false);
  const ck_tensor left = plan_as(plan, x, &rows_x), right = plan_as(plan, upstream, &rows_y);
  const ck_tensor products = plan_add_tensor(plan, &c, in_arena);
  dnnl_matmul_desc_t described;
  if (!plan_ok(plan, dnnl_matmul_desc_init(&described, &a, &b, NULL, &c), "a product")) return;
  const dnnl_primitive_desc_t description =
      plan_describe(plan, &described, NULL, NULL, NULL, "a product");
  step *made = plan_add_primitive(plan, description);
  plan_use(made, DNNL_ARG_SRC, left, &a);
  plan_use(made, DNNL_ARG_WEIGHTS, right, &b);
  plan_use(made, DNNL_ARG_DST, products, &c);
  if (description != NULL) dnnl_primitive_desc_destroy(description);
  made = plan_add_step(plan);
  if (made == NULL) return;
  made->loop = run_taps;
  plan_use(made, loop_a, products, &c);
  plan_use(made, loop_into, gradient, &plan_tensor(plan, gradient)->layout);
}
