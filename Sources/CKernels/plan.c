// A plan's parts: tensors, steps, and how a plan begins, runs and ends.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "plan_internal.h"

// Of GNU OpenMP, whose header clang does not find.
void omp_set_num_threads(int threads);

// Grows an array to hold one more; doubles at powers of two. False where memory is missing.
static bool grow(ck_plan *plan, void *array, int count, size_t size) {
  if (count & (count - 1)) return true;
  void **place = array;
  void *larger = realloc(*place, (size_t)(count == 0 ? 1 : 2 * count) * size);
  if (larger == NULL) return plan_ok(plan, dnnl_out_of_memory, "the plan itself");
  *place = larger;
  return true;
}

static const char *reason(dnnl_status_t status) {
  switch (status) {
    case dnnl_out_of_memory: return "out of memory";
    case dnnl_invalid_arguments: return "sizes that do not fit";
    case dnnl_unimplemented: return "not offered for these sizes on this processor";
    default: return "failed";
  }
}

bool plan_ok(ck_plan *plan, dnnl_status_t status, const char *what) {
  if (status == dnnl_success) return true;
  if (plan->failure[0] == 0) {
    snprintf(plan->failure, sizeof plan->failure, "%s: %s", what, reason(status));
  }
  return false;
}

bool plan_failed(const ck_plan *plan) { return plan->failure[0] != 0; }

const char *ck_plan_failure(const ck_plan *plan) {
  return plan_failed(plan) ? plan->failure : NULL;
}

// The switch that chooses our own kernels limits oneDNN's, too, so that one setting makes results
// comparable between processors. oneDNN heeds it until its first primitive.
static void limit_instructions(void) {
  if (strcmp(ck_kernels_name(), "avx2") == 0) dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2);
  if (strcmp(ck_kernels_name(), "default") == 0) dnnl_set_max_cpu_isa(dnnl_cpu_isa_sse41);
}

bool ck_multiplies_brain_floats(void) {
  limit_instructions();
  return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_bf16) ==
         dnnl_cpu_isa_avx512_core_bf16;
}

void ck_plan_library(int32_t version[3]) {
  const dnnl_version_t *found = dnnl_version();
  version[0] = found->major;
  version[1] = found->minor;
  version[2] = found->patch;
}

ck_plan *ck_plan_new(int32_t batch, bool training, int32_t precision, int32_t threads) {
  ck_plan *plan = calloc(1, sizeof *plan);
  if (plan == NULL) return NULL;
  limit_instructions();
  plan->batch = batch;
  plan->training = training;
  plan->type = precision == ck_brain_floats ? dnnl_bf16 : dnnl_f32;
  plan->transforms = precision == ck_floats;
  plan->threads = threads;
  omp_set_num_threads(threads);  // oneDNN divides the work when a primitive is described
  const layout nothing = {0};
  if (!plan_ok(plan, dnnl_engine_create(&plan->engine, dnnl_cpu, 0), "oneDNN")) return plan;
  plan_ok(plan, dnnl_stream_create(&plan->stream, plan->engine, dnnl_stream_default_flags),
          "oneDNN");
  plan_add_tensor(plan, &nothing, in_arena);  // number 0: no tensor
  return plan;
}

static void free_step(step *step) {
  for (int i = 0; i < step->use_count + 1; i++) {
    if (step->arguments[i].memory != NULL) dnnl_memory_destroy(step->arguments[i].memory);
  }
  if (step->primitive != NULL) dnnl_primitive_destroy(step->primitive);
}

static void free_node(const node *node) {
  if (node->to_inputs != NULL) dnnl_primitive_desc_destroy(node->to_inputs);
  if (node->to_weights != NULL) dnnl_primitive_desc_destroy(node->to_weights);
}

void ck_plan_free(ck_plan *plan) {
  if (plan == NULL) return;
  for (int i = 0; i < plan->step_count; i++) free_step(&plan->steps[i]);
  for (int i = 0; i < plan->node_count; i++) free_node(&plan->nodes[i]);
  for (int i = 1; i < plan->tensor_count; i++) {
    if (plan->tensors[i].owned) free(plan->tensors[i].data);
  }
  for (int i = 0; i < PARTS; i++) free(plan->parameters[i]);
  free(plan->arena);
  free(plan->scratch);
  if (plan->stream != NULL) dnnl_stream_destroy(plan->stream);
  if (plan->engine != NULL) dnnl_engine_destroy(plan->engine);
  free(plan->tensors);
  free(plan->steps);
  free(plan->nodes);
  free(plan);
}

// After a failure everything is tensor 0, so that no caller has to ask.
tensor *plan_tensor(const ck_plan *plan, ck_tensor index) { return &plan->tensors[index]; }

ck_tensor plan_add_tensor(ck_plan *plan, const layout *layout, home home) {
  if (plan_failed(plan)) return 0;
  if (!grow(plan, &plan->tensors, plan->tensor_count, sizeof(tensor))) return 0;
  int64_t count = layout->ndims > 0;
  for (int i = 0; i < layout->ndims; i++) count *= layout->dims[i];
  plan->tensors[plan->tensor_count] = (tensor){.layout = *layout,
                                               .plain = *layout,
                                               .count = count,
                                               .home = home,
                                               .bound = true,
                                               .first = -1,
                                               .last = -1};
  return plan->tensor_count++;
}

layout plan_layout(const ck_plan *plan, int dimensions, const int64_t *sizes,
                   dnnl_data_type_t type, dnnl_format_tag_t order) {
  layout made = {0};
  if (dnnl_memory_desc_init_by_tag(&made, dimensions, sizes, type, order) != dnnl_success) {
    plan_ok((ck_plan *)plan, dnnl_invalid_arguments, "a tensor");
  }
  return made;
}

ck_tensor ck_plan_input(ck_plan *plan, int32_t channels, int32_t height, int32_t width,
                        bool differentiable) {
  if (plan_failed(plan)) return 0;
  const int64_t sizes[] = {plan->batch, channels, height, width};
  const layout plain = plan_layout(plan, 4, sizes, dnnl_f32, dnnl_nchw);
  const ck_tensor input = plan_add_tensor(plan, &plain, on_its_own);
  if (!differentiable || input == 0) return input;
  const ck_tensor gradient = plan_add_tensor(plan, &plain, on_its_own);
  plan->tensors[input].differentiable = true;
  plan->tensors[input].gradient = gradient;
  return input;
}

static ck_tensor numbers(ck_plan *plan, int64_t count) {
  if (plan_failed(plan)) return 0;
  const layout plain = plan_layout(plan, 1, &count, dnnl_f32, dnnl_a);
  return plan_add_tensor(plan, &plain, on_its_own);
}

ck_tensor ck_plan_parameter(ck_plan *plan, int64_t count) {
  const ck_tensor made = numbers(plan, count);
  const ck_tensor gradient = made != 0 && plan->training ? numbers(plan, count) : 0;
  if (plan_failed(plan)) return 0;
  tensor *t = plan_tensor(plan, made);
  t->learned = true;
  t->bound = false;
  t->gradient = gradient;
  if (gradient != 0) plan_tensor(plan, gradient)->learned = true;
  return made;
}

ck_tensor ck_plan_statistic(ck_plan *plan, int64_t count) { return numbers(plan, count); }

// In training, parameters are floats in the order of their gradients; otherwise they are what their
// layer wants.
void plan_bind(ck_plan *plan, ck_tensor parameter, const layout *wanted, const layout *plain) {
  if (plan_failed(plan) || parameter == 0) return;
  tensor *t = plan_tensor(plan, parameter);
  int64_t count = 1;
  for (int i = 0; i < plain->ndims; i++) count *= plain->dims[i];
  if (!t->learned || t->bound || count != t->count) {
    plan_ok(plan, dnnl_invalid_arguments, "a parameter");
    return;
  }
  t->layout = *wanted;
  t->plain = *plain;
  t->bound = true;
  if (t->gradient == 0) return;
  tensor *gradient = plan_tensor(plan, t->gradient);
  gradient->layout = *wanted;
  gradient->plain = *plain;
}

step *plan_add_step(ck_plan *plan) {
  if (plan_failed(plan)) return NULL;
  if (!grow(plan, &plan->steps, plan->step_count, sizeof(step))) return NULL;
  step *made = &plan->steps[plan->step_count++];
  *made = (step){0};
  return made;
}

void plan_use(step *step, int role, ck_tensor tensor, const layout *layout) {
  if (step == NULL || tensor == 0) return;
  step->uses[step->use_count++] = (use){role, tensor, *layout};
}

void plan_add_node(ck_plan *plan, const node *made) {
  if (!plan_failed(plan) && plan->training &&
      grow(plan, &plan->nodes, plan->node_count, sizeof(node))) {
    plan->nodes[plan->node_count++] = *made;
  } else {
    free_node(made);
  }
}

// The first implementation whose name does not begin with `avoided`.
static dnnl_status_t first_but(const char *avoided, dnnl_primitive_desc_t *made,
                               const ck_plan *plan, const void *operation,
                               const_dnnl_primitive_attr_t attributes,
                               dnnl_primitive_desc_t forward) {
  dnnl_primitive_desc_iterator_t all = NULL;
  dnnl_status_t status =
      dnnl_primitive_desc_iterator_create(&all, operation, attributes, plan->engine, forward);
  while (status == dnnl_success) {
    *made = dnnl_primitive_desc_iterator_fetch(all);
    const char *name = "";
    if (*made != NULL && avoided != NULL) {
      dnnl_primitive_desc_query(*made, dnnl_query_impl_info_str, 0, &name);
    }
    if (*made == NULL || avoided == NULL || strncmp(name, avoided, strlen(avoided)) != 0) break;
    dnnl_primitive_desc_destroy(*made);
    *made = NULL;
    status = dnnl_primitive_desc_iterator_next(all);
  }
  if (status == dnnl_success && *made == NULL) status = dnnl_out_of_memory;
  if (status == dnnl_iterator_ends) status = dnnl_unimplemented;
  if (all != NULL) dnnl_primitive_desc_iterator_destroy(all);
  return status;
}

dnnl_primitive_desc_t plan_describe(ck_plan *plan, const void *operation,
                                    const_dnnl_primitive_attr_t attributes,
                                    dnnl_primitive_desc_t forward, const char *avoided,
                                    const char *what) {
  if (plan_failed(plan)) return NULL;
  dnnl_primitive_attr_t own = NULL;
  dnnl_primitive_desc_t made = NULL;
  dnnl_status_t status = attributes == NULL ? dnnl_primitive_attr_create(&own)
                                            : dnnl_primitive_attr_clone(&own, attributes);
  // One scratchpad for all steps, instead of one that oneDNN keeps for each.
  if (status == dnnl_success) {
    status = dnnl_primitive_attr_set_scratchpad_mode(own, dnnl_scratchpad_mode_user);
  }
  if (status == dnnl_success) {
    status = first_but(avoided, &made, plan, operation, own, forward);
  }
  if (own != NULL) dnnl_primitive_attr_destroy(own);
  if (what == NULL && status == dnnl_unimplemented) return NULL;
  return plan_ok(plan, status, what) ? made : NULL;
}

layout plan_wanted(dnnl_primitive_desc_t description, dnnl_query_t what) {
  const layout *found =
      description == NULL ? NULL : dnnl_primitive_desc_query_md(description, what, 0);
  return found == NULL ? (layout){0} : *found;
}

step *plan_add_primitive(ck_plan *plan, dnnl_primitive_desc_t description) {
  step *made = plan_add_step(plan);
  if (made == NULL || description == NULL) return NULL;
  const layout scratch = plan_wanted(description, dnnl_query_scratchpad_md);
  const size_t bytes = dnnl_memory_desc_get_size(&scratch);
  if (bytes > plan->scratch_bytes) plan->scratch_bytes = bytes;
  plan_ok(plan, dnnl_primitive_create(&made->primitive, description), "a primitive");
  return made;
}

ck_tensor plan_add_result(ck_plan *plan, const layout *layout, bool differentiable) {
  const ck_tensor made = plan_add_tensor(plan, layout, in_arena);
  if (made != 0) plan_tensor(plan, made)->differentiable = differentiable;
  return made;
}

void plan_copy(ck_plan *plan, ck_tensor from, ck_tensor to) {
  if (plan_failed(plan) || from == 0 || to == 0) return;
  const layout given = plan_tensor(plan, from)->layout, wanted = plan_tensor(plan, to)->layout;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t description = NULL;
  dnnl_status_t status = dnnl_primitive_attr_create(&attributes);
  if (status == dnnl_success) {
    dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
    status = dnnl_reorder_primitive_desc_create(&description, &given, plan->engine, &wanted,
                                                plan->engine, attributes);
    dnnl_primitive_attr_destroy(attributes);
  }
  if (!plan_ok(plan, status, "a change of layout")) return;
  step *made = plan_add_primitive(plan, description);
  plan_use(made, DNNL_ARG_FROM, from, &given);
  plan_use(made, DNNL_ARG_TO, to, &wanted);
  dnnl_primitive_desc_destroy(description);
}

ck_tensor plan_as(ck_plan *plan, ck_tensor from, const layout *wanted) {
  if (plan_failed(plan) || from == 0) return 0;
  if (dnnl_memory_desc_equal(&plan_tensor(plan, from)->layout, wanted)) return from;
  const ck_tensor to = plan_add_tensor(plan, wanted, in_arena);
  plan_copy(plan, from, to);
  return to;
}

int32_t ck_plan_forward_steps(const ck_plan *plan) { return plan->forward_steps; }

int32_t ck_plan_steps(const ck_plan *plan) { return plan->step_count; }

bool ck_plan_run(ck_plan *plan, int32_t index) {
  if (plan_failed(plan) || !plan->finished) return false;
  step *step = &plan->steps[index];
  omp_set_num_threads(plan->threads);  // holds for the calling thread alone, so say it each time
  if (step->loop != NULL) {
    step->loop(plan, step);
    return true;
  }
  const int count = step->use_count + (plan->scratch != NULL);
  return plan_ok(plan,
                 dnnl_primitive_execute(step->primitive, plan->stream, count, step->arguments),
                 "a layer");
}
