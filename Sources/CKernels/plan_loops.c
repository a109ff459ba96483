// Our own loops of a plan: what oneDNN has no fused primitive for. They go over whole buffers, the
// padding of blocked layouts included, and leave zeros zero.

#include <string.h>

#include "plan_internal.h"

// Of GNU OpenMP, oneDNN's pool. clang's -fopenmp would bring a runtime and a pool of its own.
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);

// Every body is compiled for three processors, and the best is taken when the program starts. No
// variant fuses a product with a sum, so that all give the same bits.
#if defined(__x86_64__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif
#pragma clang fp contract(off)

typedef struct {
  void (*body)(const void *, size_t, size_t);
  const void *context;
  size_t count;
} ranges;

static void run_share(void *data) {
  const ranges *r = data;
  const size_t threads = (size_t)omp_get_num_threads(), me = (size_t)omp_get_thread_num();
  const size_t share = ((r->count + threads - 1) / threads + 63) / 64 * 64;
  const size_t from = me * share < r->count ? me * share : r->count;
  const size_t to = r->count - from > share ? from + share : r->count;
  if (from < to) r->body(r->context, from, to);
}

void plan_over_threads(const ck_plan *plan, size_t count,
                       void (*body)(const void *context, size_t from, size_t to),
                       const void *context) {
  if (plan->threads == 1 || count < 4096) {
    if (count > 0) body(context, 0, count);
    return;
  }
  ranges all = {body, context, count};
  GOMP_parallel(run_share, &all, (unsigned)plan->threads, 0);
}

typedef struct {
  void (*body)(void *, int64_t);
  void *context;
  int64_t count;
} calls;

static void run_calls(void *data) {
  const calls *c = data;
  const int threads = omp_get_num_threads();
  for (int64_t i = omp_get_thread_num(); i < c->count; i += threads) c->body(c->context, i);
}

void ck_plan_spread(const ck_plan *plan, int64_t count, void (*body)(void *context, int64_t i),
                    void *context) {
  calls all = {body, context, count};
  GOMP_parallel(run_calls, &all, (unsigned)plan->threads, 0);
}

static inline float float_of(uint16_t brain_float) {
  const uint32_t bits = (uint32_t)brain_float << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// Rounds to the nearest, ties to even.
static inline uint16_t brain_float_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// Up to three buffers to read, and one to write, which may be one of the others.
typedef struct {
  const void *a, *b, *y;
  void *into;
} buffers;

WIDE static void add_floats(const void *context, size_t from, size_t to) {
  const buffers *s = context;
  const float *a = s->a, *b = s->b;
  float *into = s->into;
  for (size_t i = from; i < to; i++) into[i] = a[i] + b[i];
}

WIDE static void add_brain_floats(const void *context, size_t from, size_t to) {
  const buffers *s = context;
  const uint16_t *a = s->a, *b = s->b;
  uint16_t *into = s->into;
  for (size_t i = from; i < to; i++) into[i] = brain_float_of(float_of(a[i]) + float_of(b[i]));
}

WIDE static void add_rectified_floats(const void *context, size_t from, size_t to) {
  const buffers *s = context;
  const float *a = s->a, *b = s->b;
  float *into = s->into;
  for (size_t i = from; i < to; i++) {
    const float sum = a[i] + b[i];
    into[i] = sum > 0 ? sum : sum != sum ? sum : 0;
  }
}

WIDE static void add_rectified_brain_floats(const void *context, size_t from, size_t to) {
  const buffers *s = context;
  const uint16_t *a = s->a, *b = s->b;
  uint16_t *into = s->into;
  for (size_t i = from; i < to; i++) {
    const float sum = float_of(a[i]) + float_of(b[i]);
    into[i] = brain_float_of(sum > 0 ? sum : sum != sum ? sum : 0);
  }
}

WIDE static void rectify_floats(const void *context, size_t from, size_t to) {
  const buffers *s = context;
  const float *a = s->a;
  float *into = s->into;
  for (size_t i = from; i < to; i++) into[i] = a[i] > 0 ? a[i] : a[i] != a[i] ? a[i] : 0;
}

// A brain float is positive where its bits, as a signed number, are.
WIDE static void rectify_brain_floats(const void *context, size_t from, size_t to) {
  const buffers *s = context;
  const int16_t *a = s->a;
  int16_t *into = s->into;
  for (size_t i = from; i < to; i++) into[i] = a[i] > 0 ? a[i] : 0;
}

WIDE static void pass_floats(const void *context, size_t from, size_t to) {
  const buffers *s = context;
  const float *a = s->a, *y = s->y;
  float *into = s->into;
  for (size_t i = from; i < to; i++) into[i] = y[i] > 0 ? a[i] : 0;
}

WIDE static void pass_brain_floats(const void *context, size_t from, size_t to) {
  const buffers *s = context;
  const int16_t *a = s->a, *y = s->y;
  int16_t *into = s->into;
  for (size_t i = from; i < to; i++) into[i] = y[i] > 0 ? a[i] : 0;
}

WIDE static void pass_sum_of_floats(const void *context, size_t from, size_t to) {
  const buffers *s = context;
  const float *a = s->a, *b = s->b, *y = s->y;
  float *into = s->into;
  for (size_t i = from; i < to; i++) into[i] = y[i] > 0 ? a[i] + b[i] : 0;
}

WIDE static void pass_sum_of_brain_floats(const void *context, size_t from, size_t to) {
  const buffers *s = context;
  const uint16_t *a = s->a, *b = s->b;
  const int16_t *y = s->y;
  uint16_t *into = s->into;
  for (size_t i = from; i < to; i++) {
    into[i] = y[i] > 0 ? brain_float_of(float_of(a[i]) + float_of(b[i])) : 0;
  }
}

WIDE static void multiply_floats(const void *context, size_t from, size_t to) {
  const buffers *s = context;
  const float *a = s->a, *b = s->b;
  float *into = s->into;
  for (size_t i = from; i < to; i++) into[i] = a[i] * b[i];
}

static void *data_of(const ck_plan *plan, const step *step, int role) {
  for (int i = 0; i < step->use_count; i++) {
    if (step->uses[i].role == role) return plan_tensor(plan, step->uses[i].tensor)->data;
  }
  return NULL;
}

typedef void (*body)(const void *, size_t, size_t);

static void run(const ck_plan *plan, const step *step, body floats, body brain_floats) {
  const layout *layout = &step->uses[0].layout;
  const bool narrow = layout->data_type == dnnl_bf16;
  const size_t count = dnnl_memory_desc_get_size(layout) / (narrow ? 2 : 4);
  const buffers all = {data_of(plan, step, loop_a), data_of(plan, step, loop_b),
                       data_of(plan, step, loop_y), data_of(plan, step, loop_into)};
  plan_over_threads(plan, count, narrow ? brain_floats : floats, &all);
}

void plan_run_sum(const ck_plan *plan, const step *step) {
  run(plan, step, add_floats, add_brain_floats);
}

void plan_run_rectified_sum(const ck_plan *plan, const step *step) {
  run(plan, step, add_rectified_floats, add_rectified_brain_floats);
}

void plan_run_rectify(const ck_plan *plan, const step *step) {
  run(plan, step, rectify_floats, rectify_brain_floats);
}

void plan_run_product(const ck_plan *plan, const step *step) {
  run(plan, step, multiply_floats, NULL);
}

void plan_run_pass(const ck_plan *plan, const step *step) {
  run(plan, step, pass_floats, pass_brain_floats);
}

void plan_run_pass_of_sum(const ck_plan *plan, const step *step) {
  run(plan, step, pass_sum_of_floats, pass_sum_of_brain_floats);
}

static void run_tracking(const ck_plan *plan, const step *step) {
  float *running = data_of(plan, step, loop_into);
  const float *fresh = data_of(plan, step, loop_a);
  const int64_t count = plan_tensor(plan, step->uses[0].tensor)->count;
  for (int64_t i = 0; i < count; i++) {
    running[i] = 0.9f * running[i] + step->factor * fresh[i];
  }
}

void plan_add_tracking(ck_plan *plan, ck_tensor running, ck_tensor fresh, float factor) {
  step *made = plan_add_step(plan);
  if (made == NULL) return;
  const layout layout = plan_tensor(plan, running)->layout;
  made->loop = run_tracking;
  made->factor = factor;
  plan_use(made, loop_into, running, &layout);
  plan_use(made, loop_a, fresh, &layout);
}

ck_tensor plan_add_loop(ck_plan *plan, own_loop loop, ck_tensor a, ck_tensor b, ck_tensor y,
                        ck_tensor into) {
  if (plan_failed(plan)) return 0;
  const layout layout = plan_tensor(plan, a)->layout;
  const ck_tensor made = into != 0 ? into : plan_add_tensor(plan, &layout, in_arena);
  step *added = plan_add_step(plan);
  if (added == NULL) return 0;
  added->loop = loop;
  plan_use(added, loop_a, a, &layout);
  plan_use(added, loop_b, b, &layout);
  plan_use(added, loop_y, y, &layout);
  plan_use(added, loop_into, made, &layout);
  return made;
}
