// Gradient kernels one step at a time: as parts of a Gibbs sampler, whose target is another one at each step.
#include <gtest/gtest.h>

#include <cmath>

#include <starling/diagnostics/mcse.hpp>
#include <starling/diagnostics/moments.hpp>
#include <starling/inference/gradient_steps.hpp>
#include <starling/inference/kernels/barker.hpp>
#include <starling/inference/kernels/hmc.hpp>
#include <starling/inference/kernels/nuts.hpp>

#include "closed_form_targets.hpp"

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

constexpr double rho = 0.5;
// x | y ~ normal(ρ y, 1 − ρ²), a lane's own y.
template <class V>
struct conditional {
  V given;
  std::size_t dimension() const { return 1; }
  V log_density_and_gradient(const V* q, V* gradient) const {
    const V z = (q[0] - V(rho) * given) * V(1 / (1 - rho * rho));
    gradient[0] = -z;
    return V(-0.5 * (1 - rho * rho)) * z * z;
  }
};

// Correlated normals by Gibbs sampling: x by one kernel, y by another. Draws of all lanes, [lane][draw] of x and of y.
template <class V>
std::array<std::vector<double>, 2> gibbs(const kernels::gradient_kernel& first, const kernels::gradient_kernel& second, std::size_t draws, std::size_t first_chain = 0) {
  constexpr std::size_t lanes = static_cast<std::size_t>(sl::lanes_of<V>), warmup = 300;
  sl::gradient_steps of_x(first, 1, lanes, first_chain, warmup), of_y(second, 1, lanes, first_chain, warmup);
  double x[lanes] = {}, y[lanes] = {};
  double *xs[lanes], *ys[lanes];
  for (std::size_t l = 0; l < lanes; ++l) {
    xs[l] = x + l;
    ys[l] = y + l;
  }
  sl::gradient_step_info info[lanes];
  const auto load = [](const double* from) {
    if constexpr (lanes == 1) return *from;
    else return V::load(from);
  };
  std::array<std::vector<double>, 2> all{std::vector<double>(lanes * draws), std::vector<double>(lanes * draws)};
  for (std::size_t s = 0; s < warmup + draws; ++s) {
    const sl::key k = sl::fold_in(sl::key(4), s);
    const conditional<V> given_y{load(y)};
    of_x.step(k.scope(1), sl::target::of<V>(given_y), xs, info);
    const conditional<V> given_x{load(x)};
    of_y.step(k.scope(2), sl::target::of<V>(given_x), ys, info);
    for (std::size_t l = 0; l < lanes && s >= warmup; ++l) {
      all[0][l * draws + s - warmup] = x[l];
      all[1][l * draws + s - warmup] = y[l];
      EXPECT_GT(info[l].n_steps, 0);
    }
  }
  return all;
}

}  // namespace

TEST(gradient_steps, kernels_of_a_gibbs_sampler_reach_the_joint_distribution) {
  using V = sl::native_pack<double>;
  const kernels::nuts nuts;
  const kernels::hmc hmc({.steps = 3, .jitter = 0.5});
  const kernels::barker barker;
  const std::pair<const kernels::gradient_kernel*, const kernels::gradient_kernel*> pairs[] = {{&nuts, &nuts}, {&nuts, &barker}, {&hmc, &nuts}};
  for (const auto& [first, second] : pairs) {
    const auto [x, y] = gibbs<V>(*first, *second, 3000);
    constexpr auto lanes = static_cast<std::size_t>(sl::lanes_of<V>);
    std::vector<double> xx, xy;
    for (std::size_t i = 0; i < x.size(); ++i) {
      xx.push_back(x[i] * x[i]);
      xy.push_back(x[i] * y[i]);
    }
    // 5 standard errors: a false alarm of 6e-7 a comparison.
    EXPECT_NEAR(sl::mean(x), 0, 5 * sl::mcse_mean(x, lanes));
    EXPECT_NEAR(sl::mean(xx), 1, 5 * sl::mcse_mean(xx, lanes));
    EXPECT_NEAR(sl::mean(xy), rho, 5 * sl::mcse_mean(xy, lanes));
    EXPECT_LT(sl::mcse_mean(xy, lanes), 0.05);
  }
}

TEST(gradient_steps, a_lane_is_the_same_alone) {
  using V = sl::native_pack<double>;
  const kernels::nuts nuts;
  const auto together = gibbs<V>(nuts, nuts, 50);
  for (std::size_t l = 0; l < static_cast<std::size_t>(sl::lanes_of<V>); ++l) {
    const auto alone = gibbs<double>(nuts, nuts, 50, l);
    for (std::size_t i = 0; i < 50; ++i) ASSERT_EQ(alone[0][i], together[0][l * 50 + i]) << l;
  }
}
