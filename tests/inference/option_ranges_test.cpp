// Numbers among options that a step cannot be made of: refused with the range and what came, before anything runs.
#include <starling/inference/advi.hpp>
#include <starling/inference/evaluate.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/kernels/slice.hpp>
#include <starling/inference/maximize.hpp>
#include <starling/inference/pathfinder.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

struct bell {
  std::size_t dimension() const { return 1; }
  double log_density_and_gradient(const double* q, double* g) const { return g[0] = -q[0], -0.5 * q[0] * q[0]; }
};

template <class Call> std::string refusal(Call call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "none";
}

const double wrong[] = {1e-320, 1e200, -1, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()};
const char* const written[] = {"9.99989e-321", "1e+200", "-1", "inf", "nan"};

}  // namespace

TEST(option_ranges, of_kernels) {
  for (int i = 0; i < 5; ++i) {
    const double x = wrong[i];
    const std::string end = std::string(", got ") + (x < 1e-300 && x > 0 ? written[0] : written[i]);
    const std::string or_found = " must be from 1e-150 to 1e150, or 0 to have it found" + end;
    EXPECT_EQ(refusal([&] { kernels::nuts({.step_size = x}); }), "nuts: step_size" + or_found);
    EXPECT_EQ(refusal([&] { kernels::hmc({.step_size = x}); }), "hmc: step_size" + or_found);
    EXPECT_EQ(refusal([&] { kernels::nuts({.initial_radius = x}); }), "nuts: initial_radius must be from 1e-150 to 1e150, or 0 to start at the origin" + end);
    EXPECT_EQ(refusal([&] { kernels::drift({.scale = x}); }), "drift: scale" + or_found);
    EXPECT_EQ(refusal([&] { kernels::drift({.scales = {{"mu", x}}}); }), "drift: the scale at mu must be from 1e-150 to 1e150" + end);
    EXPECT_EQ(refusal([&] { kernels::slice({.width = x}); }), "slice: width" + or_found);
  }
  EXPECT_EQ(refusal([] { kernels::nuts({.target_acceptance = 1 - 1e-12}); }), "nuts: target_acceptance must be between 0 and 1 (from 0.001 to 0.99999), got 1");
  EXPECT_EQ(refusal([] { kernels::hmc({.jitter = 1.5}); }), "hmc: jitter must be from 0 to 1, got 1.5");
  EXPECT_EQ(refusal([] { kernels::nuts({.step_size = 1e-9}), kernels::drift(), kernels::slice({.width = 1e140}); }), "none");
}

TEST(option_ranges, of_searches) {
  const auto t = sl::target::of<double>(bell());
  const std::string range = " must be from 1e-150 to 1e150, got inf";
  const double inf = wrong[3];
  EXPECT_EQ(refusal([&] { sl::maximize(t, {.rate = inf}, sl::key(1)); }), "maximize: rate" + range);
  EXPECT_EQ(refusal([&] { sl::maximize(t, {.initial_radius = inf}, sl::key(1)); }), "starting points: initial_radius must be from 1e-150 to 1e150, or 0 to start at the origin, got inf");
  EXPECT_EQ(refusal([&] { sl::find_pathfinder_points(t, {.initial_radius = inf}, sl::key(1)); }),
            "starting points: initial_radius must be from 1e-150 to 1e150, or 0 to start at the origin, got inf");
}
