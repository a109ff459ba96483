// Where tensors lie: tensors that live at different times share memory, parameters lie side by side.

#include <stdlib.h>
#include <string.h>

#include "plan_internal.h"

enum { ALIGNMENT = 64 };

static size_t bytes_of(const layout *layout) {
  return (dnnl_memory_desc_get_size(layout) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

// Zeroed memory; NULL after a failure. Pages are touched by the threads that use them first.
static void *zeroed(ck_plan *plan, size_t bytes) {
  if (plan_failed(plan)) return NULL;
  void *memory = NULL;
  if (posix_memalign(&memory, ALIGNMENT, bytes > 0 ? bytes : ALIGNMENT) != 0) {
    plan_ok(plan, dnnl_out_of_memory, "memory for the network");
    return NULL;
  }
  memset(memory, 0, bytes);
  plan->own_bytes += bytes;
  return memory;
}

static void note_lives(ck_plan *plan) {
  for (int s = 0; s < plan->step_count; s++) {
    for (int u = 0; u < plan->steps[s].use_count; u++) {
      tensor *t = plan_tensor(plan, plan->steps[s].uses[u].tensor);
      if (t->first < 0) t->first = s;
      t->last = s;
    }
  }
}

static bool meet(const tensor *a, const tensor *b) {
  return a->first <= b->last && b->first <= a->last;
}

// The lowest offset at which `t` overlaps none of the placed tensors, which are in ascending order
// of their offsets, that live when it does.
static size_t lowest_offset(const ck_plan *plan, const tensor *t, const int *placed, int count) {
  size_t offset = 0;
  const size_t bytes = bytes_of(&t->layout);
  for (int i = 0; i < count; i++) {
    const tensor *other = &plan->tensors[placed[i]];
    if (!meet(t, other) || other->offset + bytes_of(&other->layout) <= offset) continue;
    if (other->offset >= offset + bytes) break;
    offset = other->offset + bytes_of(&other->layout);
  }
  return offset;
}

static void insert_by_offset(const ck_plan *plan, int *placed, int count, int index) {
  int at = count;
  while (at > 0 && plan->tensors[placed[at - 1]].offset > plan->tensors[index].offset) at--;
  memmove(placed + at + 1, placed + at, (size_t)(count - at) * sizeof *placed);
  placed[at] = index;
}

// Largest first, each as low as it goes: close to the least possible for networks.
static void place_in_arena(ck_plan *plan) {
  int *placed = calloc((size_t)plan->tensor_count, sizeof *placed);
  if (placed == NULL) {
    plan_ok(plan, dnnl_out_of_memory, "the plan itself");
    return;
  }
  for (int count = 0;; count++) {
    int next = 0;
    for (int i = 1; i < plan->tensor_count; i++) {
      const tensor *t = &plan->tensors[i];
      if (t->home != in_arena || t->first < 0 || t->placed) continue;
      if (next == 0 || bytes_of(&t->layout) > bytes_of(&plan->tensors[next].layout)) next = i;
    }
    if (next == 0) break;
    tensor *t = &plan->tensors[next];
    t->offset = lowest_offset(plan, t, placed, count);
    t->placed = true;
    insert_by_offset(plan, placed, count, next);
    const size_t end = t->offset + bytes_of(&t->layout);
    if (end > plan->arena_bytes) plan->arena_bytes = end;
  }
  free(placed);
}

// In training the values of all parameters are one array, and their gradients another, in the same
// order, so that an optimiser is one pass over both.
static void place_parameters(ck_plan *plan) {
  size_t offset = 0;
  for (int i = 1; i < plan->tensor_count; i++) {
    tensor *t = &plan->tensors[i];
    if (t->gradient == 0 || !t->learned) continue;
    t->offset = offset;
    plan_tensor(plan, t->gradient)->offset = offset;
    offset += bytes_of(&t->layout) / sizeof(float);
  }
  plan->parameter_floats = offset;
  if (offset == 0) return;
  for (int part = ck_values; part <= ck_gradients; part++) {
    plan->parameters[part] = zeroed(plan, offset * sizeof(float));
  }
  for (int i = 1; i < plan->tensor_count && !plan_failed(plan); i++) {
    tensor *t = &plan->tensors[i];
    if (t->gradient == 0 || !t->learned) continue;
    t->data = plan->parameters[ck_values] + t->offset;
    plan_tensor(plan, t->gradient)->data = plan->parameters[ck_gradients] + t->offset;
  }
}

static void address_tensors(ck_plan *plan) {
  plan->arena = zeroed(plan, plan->arena_bytes);
  if (plan->scratch_bytes > 0) plan->scratch = zeroed(plan, plan->scratch_bytes);
  for (int i = 1; i < plan->tensor_count && !plan_failed(plan); i++) {
    tensor *t = &plan->tensors[i];
    if (t->home == in_arena) {
      t->data = t->first < 0 ? NULL : (float *)(plan->arena + t->offset);
    } else if (t->data == NULL) {
      t->data = zeroed(plan, bytes_of(&t->layout));
      t->owned = true;
      for (int64_t k = 0; t->ones && t->data != NULL && k < t->count; k++) t->data[k] = 1;
    }
  }
}

static void give_arguments(ck_plan *plan, step *step) {
  if (step->loop != NULL) return;
  for (int u = 0; u < step->use_count && !plan_failed(plan); u++) {
    const use *use = &step->uses[u];
    step->arguments[u].arg = use->role;
    plan_ok(plan,
            dnnl_memory_create(&step->arguments[u].memory, &use->layout, plan->engine,
                               plan_tensor(plan, use->tensor)->data),
            "memory for the network");
  }
  if (plan->scratch == NULL || plan_failed(plan)) return;
  const_dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_get_primitive_desc(step->primitive, &description);
  const layout *scratch = dnnl_primitive_desc_query_md(description, dnnl_query_scratchpad_md, 0);
  step->arguments[step->use_count].arg = DNNL_ARG_SCRATCHPAD;
  plan_ok(plan,
          dnnl_memory_create(&step->arguments[step->use_count].memory, scratch, plan->engine,
                             plan->scratch),
          "memory for the network");
}

void plan_place(ck_plan *plan) {
  if (plan_failed(plan)) return;
  note_lives(plan);
  place_in_arena(plan);
  place_parameters(plan);
  address_tensors(plan);
  for (int s = 0; s < plan->step_count; s++) give_arguments(plan, &plan->steps[s]);
  plan->finished = !plan_failed(plan);
}

float *ck_plan_floats(const ck_plan *plan, ck_tensor index) {
  const tensor *t = plan_tensor(plan, index);
  return plan->finished && t->home == on_its_own && !t->learned ? t->data : NULL;
}

float *ck_plan_gradient(const ck_plan *plan, ck_tensor index) {
  const tensor *t = plan_tensor(plan, index);
  return t->learned || t->gradient == 0 ? NULL : ck_plan_floats(plan, t->gradient);
}

int64_t ck_plan_count(const ck_plan *plan, ck_tensor index) {
  return plan_tensor(plan, index)->count;
}

int64_t ck_plan_bytes(const ck_plan *plan) { return (int64_t)plan->own_bytes; }

// Copies between a plain array and a tensor's own layout.
static bool copy(ck_plan *plan, const layout *from, void *source, const layout *to, void *target) {
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t primitive = NULL;
  dnnl_exec_arg_t arguments[2] = {{DNNL_ARG_FROM, NULL}, {DNNL_ARG_TO, NULL}};
  dnnl_status_t status = dnnl_reorder_primitive_desc_create(&description, from, plan->engine, to,
                                                            plan->engine, NULL);
  if (status == dnnl_success) status = dnnl_primitive_create(&primitive, description);
  if (status == dnnl_success) {
    status = dnnl_memory_create(&arguments[0].memory, from, plan->engine, source);
  }
  if (status == dnnl_success) {
    status = dnnl_memory_create(&arguments[1].memory, to, plan->engine, target);
  }
  if (status == dnnl_success) {
    status = dnnl_primitive_execute(primitive, plan->stream, 2, arguments);
  }
  for (int i = 0; i < 2; i++) {
    if (arguments[i].memory != NULL) dnnl_memory_destroy(arguments[i].memory);
  }
  if (primitive != NULL) dnnl_primitive_destroy(primitive);
  if (description != NULL) dnnl_primitive_desc_destroy(description);
  return plan_ok(plan, status, "copying numbers");
}

// One part of all parameters; the moments are made when they are first asked for.
float *plan_part(ck_plan *plan, int32_t part) {
  if (plan->parameters[part] == NULL) {
    plan->parameters[part] = zeroed(plan, plan->parameter_floats * sizeof(float));
  }
  return plan->parameters[part];
}

static float *part_of(ck_plan *plan, const tensor *t, int32_t part) {
  if (part == ck_values) return t->data;
  if (t->gradient == 0 || !t->learned) return NULL;
  float *all = plan_part(plan, part);
  return all == NULL ? NULL : all + t->offset;
}

bool ck_plan_write(ck_plan *plan, ck_tensor index, int32_t part, const float *plain) {
  if (plan_failed(plan) || !plan->finished) return false;
  const tensor *t = plan_tensor(plan, index);
  float *target = part_of(plan, t, part);
  if (target == NULL) return false;
  return copy(plan, &t->plain, (void *)plain, &t->layout, target);  // only read from
}

bool ck_plan_read(ck_plan *plan, ck_tensor index, int32_t part, float *plain) {
  if (plan_failed(plan) || !plan->finished) return false;
  const tensor *t = plan_tensor(plan, index);
  float *source = part_of(plan, t, part);
  return source != NULL && copy(plan, &t->layout, source, &t->plain, plain);
}
