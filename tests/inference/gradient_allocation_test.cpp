// Drawing allocates nothing: a longer run makes as many allocations as a shorter one.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include <starling/inference/kernels/barker.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/run_gradient.hpp>

#include "allocation_counter.hpp"
#include "closed_form_targets.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

std::atomic<std::size_t> allocation_counter::made = 0;

// Out of line, or g++ sees malloc meet delete and warns.
[[gnu::noinline]] void* operator new(std::size_t n) {
  ++allocation_counter::made;
  if (void* p = std::malloc(n)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

std::size_t counted(const kernels::gradient_kernel& k, std::size_t draws) {
  const closed_form::gaussian f{{1, -2, 3, 0, 0.5}, {0.1, 1, 2, 10, 1}, 0.6};
  const closed_form::identity_view view(5);
  const std::size_t before = allocation_counter::made;
  // Few enough draws for one stretch of the view.
  sl::run_gradient(k, sl::target::of<sl::native_pack<double>>(f), view, {.chains = 2, .draws = draws, .warmup = 100, .threads = 1}, sl::key(1));
  return allocation_counter::made - before;
}

}  // namespace

TEST(gradient_allocation, the_counter_counts) { EXPECT_GT(counted(kernels::nuts(), 10), 20u); }

TEST(gradient_allocation, draws_are_free) {
  for (const auto metric : {kernels::metric_kind::diag_e, kernels::metric_kind::dense_e, kernels::metric_kind::low_rank_e}) {
    counted(kernels::nuts({.metric = metric}), 45);
    EXPECT_EQ(counted(kernels::nuts({.metric = metric}), 45), counted(kernels::nuts({.metric = metric}), 90));
    EXPECT_EQ(counted(kernels::hmc({.metric = metric}), 45), counted(kernels::hmc({.metric = metric}), 90));
    EXPECT_EQ(counted(kernels::barker({.metric = metric}), 45), counted(kernels::barker({.metric = metric}), 90));
  }
}
