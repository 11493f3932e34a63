// Drawing allocates nothing: a longer run makes no more allocations than a shorter one, but for a few in the sentences that tell of it.
#include <gtest/gtest.h>

#include <starling/inference/kernels/barker.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/run_gradient.hpp>

#include "closed_form_targets.hpp"
#include "support/counted_allocations.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

std::size_t made_by(const kernels::gradient_kernel& k, std::size_t draws) {
  const closed_form::gaussian f{{1, -2, 3, 0, 0.5}, {0.1, 1, 2, 10, 1}, 0.6};
  const closed_form::identity_view view(5);
  const std::size_t before = allocations_made;
  sl::run_gradient(k, sl::target::of<sl::native_pack<double>>(f), view, {.chains = 2, .draws = draws, .warmup = 100, .threads = 1, .summaries_only = true}, sl::key(1));
  return allocations_made - before;
}

}  // namespace

TEST(gradient_allocation, the_counter_counts) { EXPECT_GT(made_by(kernels::nuts(), 10), 20u); }

TEST(gradient_allocation, draws_are_free) {
  for (const auto metric : {kernels::metric_kind::diag_e, kernels::metric_kind::dense_e, kernels::metric_kind::low_rank_e}) {
    made_by(kernels::nuts({.metric = metric}), 45);
    EXPECT_LT(made_by(kernels::nuts({.metric = metric}), 90), made_by(kernels::nuts({.metric = metric}), 45) + 20);
    EXPECT_LT(made_by(kernels::hmc({.metric = metric}), 90), made_by(kernels::hmc({.metric = metric}), 45) + 20);
    EXPECT_LT(made_by(kernels::barker({.metric = metric}), 90), made_by(kernels::barker({.metric = metric}), 45) + 20);
  }
}
