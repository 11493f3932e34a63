// Fits of closed-form targets, and the comparison with their moments.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <starling/inference/run_gradient.hpp>

#include "closed_form_targets.hpp"

namespace gradient_fits {

namespace sl = starling;
namespace kernels = sl::kernels;
using kernels::metric_kind;

using pack = sl::native_pack<double>;
inline constexpr metric_kind all_metrics[] = {metric_kind::unit_e, metric_kind::diag_e, metric_kind::dense_e, metric_kind::fisher_diag_e,
                                              metric_kind::low_rank_e};

template <class V = pack, class Density>
sl::result fit(const kernels::gradient_kernel& kernel, const Density& density, const sl::run_options& o, std::uint64_t seed = 1) {
  const closed_form::identity_view view(density.dimension());
  return sl::run_gradient(kernel, sl::target::of<V>(density), view, o, sl::key(seed));
}

// Means and standard deviations within 5 standard errors (a false alarm of 6e-7 a comparison), and sharp enough to see an error of 10 %.
inline void expect_moments(const sl::result& r, const std::vector<double>& mean, const std::vector<double>& sd, const std::string& what) {
  const auto rows = sl::summarise(r);
  ASSERT_EQ(rows.size(), mean.size()) << what;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_NEAR(rows[i].mean, mean[i], 5 * rows[i].mcse_mean) << what << " " << rows[i].name;
    EXPECT_NEAR(rows[i].sd, sd[i], 5 * rows[i].mcse_sd) << what << " " << rows[i].name;
    EXPECT_LT(rows[i].mcse_mean, 0.1 * sd[i]) << what << " " << rows[i].name;
    EXPECT_LT(rows[i].mcse_sd, 0.1 * sd[i]) << what << " " << rows[i].name;
  }
}

}  // namespace gradient_fits
