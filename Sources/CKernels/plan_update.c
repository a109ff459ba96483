// The optimisers: one pass over the values, gradients and moments of all parameters. The padding of
// blocked layouts is 0 in all of them and stays so.

#include <math.h>
#include <string.h>

#include "plan_internal.h"

#if defined(__x86_64__)
#define WIDE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDE
#endif
#pragma clang fp contract(off)

typedef struct {
  float *values, *first, *second;
  const float *gradients;
  float rate, momentum, decay;
  float own_share, velocity_share;  // of the gradient and of v in a step of descent
  float first_correction, second_correction;
} update;

WIDE static void descend(const void *context, size_t from, size_t to) {
  const update u = *(const update *)context;
  float *restrict p = u.values, *restrict v = u.first;
  const float *restrict gradients = u.gradients;
  for (size_t i = from; i < to; i++) {
    const float g = gradients[i] + u.decay * p[i];
    v[i] = u.momentum * v[i] + g;
    p[i] -= u.rate * (u.own_share * g + u.velocity_share * v[i]);
  }
}

typedef struct {
  float *gradients, *held;
} holding;

static void hold(const void *context, size_t from, size_t to) {
  const holding h = *(const holding *)context;
  memcpy(h.held + from, h.gradients + from, (to - from) * sizeof(float));
}

WIDE static void add_held(const void *context, size_t from, size_t to) {
  const holding h = *(const holding *)context;
  float *restrict gradients = h.gradients;
  const float *restrict held = h.held;
  for (size_t i = from; i < to; i++) gradients[i] += held[i];
}

static void with_held(ck_plan *plan, void (*body)(const void *context, size_t from, size_t to)) {
  if (plan_failed(plan) || plan->parameter_floats == 0) return;
  const holding h = {plan->parameters[ck_gradients], plan_part(plan, ck_held_gradients)};
  if (h.held != NULL) plan_over_threads(plan, plan->parameter_floats, body, &h);
}

void ck_plan_hold_gradients(ck_plan *plan) { with_held(plan, hold); }

void ck_plan_add_held_gradients(ck_plan *plan) { with_held(plan, add_held); }

void ck_plan_descend(ck_plan *plan, float rate, float momentum, bool nesterov, float decay) {
  if (plan_failed(plan) || plan->parameter_floats == 0) return;
  const update u = {.values = plan->parameters[ck_values],
                    .first = plan_part(plan, ck_first_moments),
                    .gradients = plan->parameters[ck_gradients],
                    .rate = rate,
                    .momentum = momentum,
                    .decay = decay,
                    .own_share = nesterov ? 1 : 0,
                    .velocity_share = nesterov ? momentum : 1};
  if (u.first != NULL) plan_over_threads(plan, plan->parameter_floats, descend, &u);
}

static const float beta1 = 0.9f, beta2 = 0.999f, tiny = 1e-8f;

WIDE static void adapt(const void *context, size_t from, size_t to) {
  const update u = *(const update *)context;
  float *restrict p = u.values, *restrict m = u.first, *restrict v = u.second;
  const float *restrict gradients = u.gradients;
  for (size_t i = from; i < to; i++) {
    const float g = gradients[i] + u.decay * p[i];
    m[i] = beta1 * m[i] + (1 - beta1) * g;
    v[i] = beta2 * v[i] + (1 - beta2) * g * g;
    const float spread = __builtin_elementwise_sqrt(v[i]) * u.second_correction + tiny;
    p[i] -= u.rate * u.first_correction * m[i] / spread;
  }
}

void ck_plan_adapt(ck_plan *plan, float rate, float decay, int64_t step) {
  if (plan_failed(plan) || plan->parameter_floats == 0) return;
  const update u = {.values = plan->parameters[ck_values],
                    .first = plan_part(plan, ck_first_moments),
                    .second = plan_part(plan, ck_second_moments),
                    .gradients = plan->parameters[ck_gradients],
                    .rate = rate,
                    .decay = decay,
                    .first_correction = (float)(1 / (1 - pow(0.9, (double)step))),
                    .second_correction = (float)(1 / sqrt(1 - pow(0.999, (double)step)))};
  if (u.first == NULL || u.second == NULL) return;
  plan_over_threads(plan, plan->parameter_floats, adapt, &u);
}
