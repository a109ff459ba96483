// The backward pass: gradients flow from the output to the parameters, and where a tensor has
// several consumers, their shares are added.

#include "plan_internal.h"

void plan_add_share(ck_plan *plan, ck_tensor of, ck_tensor part, bool exclusive) {
  if (plan_failed(plan) || of == 0 || part == 0) return;
  const layout wanted = plan_tensor(plan, of)->layout;
  const ck_tensor share = plan_as(plan, part, &wanted);
  if (plan_failed(plan)) return;
  tensor *t = plan_tensor(plan, of);
  if (t->share_count == MOST_SHARES) {
    plan_ok(plan, dnnl_unimplemented, "a tensor with so many consumers");
    return;
  }
  t->shares[t->share_count++] = (struct share){share, exclusive || share != part};
}

// The one of two that may be overwritten; 0 if neither.
static ck_tensor overwritable(const share *a, const share *b) {
  if (a->exclusive) return a->tensor;
  return b != NULL && b->exclusive ? b->tensor : 0;
}

ck_tensor plan_take_gradient(ck_plan *plan, ck_tensor of, bool rectified, bool *exclusive) {
  *exclusive = true;
  if (plan_failed(plan) || plan_tensor(plan, of)->share_count == 0) return 0;
  share shares[MOST_SHARES];
  int count = plan_tensor(plan, of)->share_count;
  for (int i = 0; i < count; i++) shares[i] = plan_tensor(plan, of)->shares[i];
  const int wanted = rectified ? 2 : 1;
  for (; count > wanted; count--) {
    share *a = &shares[count - 2], *b = &shares[count - 1];
    const ck_tensor into = overwritable(a, b);
    *a = (share){plan_add_loop(plan, plan_run_sum, a->tensor, b->tensor, 0, into), true};
  }
  *exclusive = rectified || shares[0].exclusive;
  if (!rectified) return shares[0].tensor;
  const share *b = count == 2 ? &shares[1] : NULL;
  return plan_add_loop(plan, b == NULL ? plan_run_pass : plan_run_pass_of_sum, shares[0].tensor,
                       b == NULL ? 0 : b->tensor, of, overwritable(&shares[0], b));
}

ck_tensor ck_plan_output(ck_plan *plan, ck_tensor x, bool differentiable) {
  if (plan_failed(plan) || x == 0) return 0;
  const tensor *t = plan_tensor(plan, x);
  const layout plain = plan_layout(plan, 4, t->layout.dims, dnnl_f32, dnnl_nchw);
  const ck_tensor output = plan_add_tensor(plan, &plain, on_its_own);
  plan_copy(plan, x, output);
  if (!differentiable || !plan->training) return output;
  const ck_tensor gradient = plan_add_tensor(plan, &plain, on_its_own);
  if (plan_failed(plan)) return 0;
  plan_tensor(plan, output)->gradient = gradient;
  plan->result = x;
  plan->result_gradient = gradient;
  return output;
}

void ck_plan_finish(ck_plan *plan) {
  plan->forward_steps = plan->step_count;
  if (plan->training && !plan_failed(plan)) {
    plan_add_share(plan, plan->result, plan->result_gradient, false);
    for (int i = plan->node_count - 1; i >= 0 && !plan_failed(plan); i--) {
      plan->nodes[i].backward(plan, &plan->nodes[i]);
    }
  }
  for (int i = 1; i < plan->tensor_count && plan->training && !plan_failed(plan); i++) {
    const tensor *t = plan_tensor(plan, i);
    if (!t->differentiable || t->gradient == 0) continue;
    const ck_tensor into = t->gradient;
    bool exclusive;
    const ck_tensor gradient = plan_take_gradient(plan, i, false, &exclusive);
    plan_copy(plan, gradient, into);
  }
  plan_place(plan);
}
