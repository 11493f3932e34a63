// Draws with derivatives with respect to the parameters: they are the plain draws, lanes as one lane, and their derivatives are those of
// expectations.
#include "distributions/table.hpp"

#include <algorithm>
#include <cmath>

namespace {

namespace sl = rows::sl;
using rows::drawing;
using rows::numbers;

// For each row's first good parameters.
template <class F> void for_each_case(F f) {
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& row) {
    int cases = 0;
    for (const auto& c : row.at("cases")) {
      if (cases++ < 4) f(d, numbers(c.at("parameters")), d.name + c.at("parameters").dump());
    }
  });
}

}  // namespace

TEST(following_draws, are_the_plain_draws_and_lanes_are_as_one_lane) {
  const sl::key k(5);
  for_each_case([&](const rows::entry& d, const std::vector<double>& p, const std::string& where) {
    const int n = 4 * rows::sl::lanes_of<rows::doubles>;
    const auto plain = d.draws(drawing::in_lanes, p, {}, k, 0, 3, n);
    const auto lanes = d.following_draws(true, p, k, n), one = d.following_draws(false, p, k, n);
    for (int i = 0; i < n; ++i) {
      const auto s = static_cast<std::size_t>(i);
      const double allowed = 1e-13 * (1 + std::abs(plain[s]));
      if (std::isnan(plain[s])) {
        EXPECT_TRUE(std::isnan(lanes[s].x)) << where;
        continue;
      }
      EXPECT_NEAR(lanes[s].x, plain[s], allowed) << where << " draw " << i;
      if (i >= n / 4) continue;
      EXPECT_NEAR(one[s].x, lanes[s].x, allowed) << where;
      for (std::size_t j = 0; j < p.size(); ++j) {
        if (!std::isfinite(lanes[s].by[j])) continue;
        EXPECT_NEAR(one[s].by[j], lanes[s].by[j], 1e-9 * (1 + std::abs(lanes[s].by[j]))) << where << " draw " << i << " parameter " << j;
      }
    }
  });
}

namespace {

// Where one side only has derivatives, or where the score, by which is compared, hardly ever has the values that make its mean.
bool is_at_an_end(const std::string& name, const std::vector<double>& p, std::size_t j) {
  if (name == "beta_uniform_mixture") return p[0] == 0 || p[0] == 1;
  if (name == "asymmetric_laplace") return p[2] < 1e-3 || p[2] > 1e3;
  if (name == "triangular") return p[2] == p[0] || p[2] == p[1];
  return name == "piecewise_uniform" && 2 * j > p.size();  // one probability alone cannot change
}

}  // namespace

// For smooth f that settles far out, E[f′(x) ∂x/∂θ] = ∂E f(x)/∂θ: the latter from quantiles, ∂/∂θ ∫ f(Q(u; θ)) du, else as E[f(x) ∂ log p(x; θ)/∂θ].
TEST(following_draws, have_the_derivatives_of_expectations) {
  int compared = 0;
  for_each_case([&](const rows::entry& d, const std::vector<double>& p, const std::string& where) {
    if (d.discrete || !d.can_follow) return;
    if (d.name == "piecewise_uniform" || d.name == "truncated") return;  // below
    constexpr int n = 20'000;
    const auto draws = d.following_draws(true, p, sl::key(11), n);
    std::vector<double> xs;
    for (const auto& x : draws) xs.push_back(x.x);
    std::sort(xs.begin(), xs.end());
    const double middle = xs[n / 2], scale = std::max(xs[3 * n / 4] - xs[n / 4], 1e-300);
    if (!(scale < 1e100) || scale < 1e-100) return;
    const bool on_circle = d.name == "von_mises" || d.name.rfind("wrapped", 0) == 0;
    const auto f = [&](double x) { return on_circle ? std::cos(x - 1) : std::tanh((x - middle) / scale); };
    const auto slope = [&](double x) { return on_circle ? -std::sin(x - 1) : (1 - f(x) * f(x)) / scale; };
    for (std::size_t j = 0; j < p.size(); ++j) {
      if (is_at_an_end(d.name, p, j)) continue;
      double expected = 0;
      if (d.has_quantile) {
        // The first of these steps that moves the quartiles by little, but by more than rounding.
        auto up = p, down = p;
        double h = 0;
        for (const double step : {1e-4 * std::abs(p[j]), 1e-4 * scale, 1e-4}) {
          h = step;
          up[j] = p[j] + h, down[j] = p[j] - h;
          const double moved = std::abs(d.quantile(up, 0.75) - d.quantile(down, 0.75)) / scale;
          if (moved > 1e-6 && moved < 1e-2) break;
          h = 0;
        }
        if (h == 0) continue;
        const int points = 4000;
        for (int i = 0; i < points; ++i) expected += (f(d.quantile(up, (i + 0.5) / points)) - f(d.quantile(down, (i + 0.5) / points))) / (2 * h * points);
        if (!std::isfinite(expected)) continue;
      }
      double sum = 0, squares = 0;
      for (const auto& x : draws) {
        double difference = slope(x.x) * x.by[j] - expected;
        if (!d.has_quantile) {
          const sl::arena_scope memory;
          sl::tape_scope<double> tape;
          sl::vector<sl::adjoint<double>> all(p.size());
          for (std::size_t i = 0; i < p.size(); ++i) all[i] = i == j ? tape.variable(p[i]) : sl::adjoint<double>(p[i]);
          tape.differentiate(d.log_density_of_constant(x.x, all));
          difference -= f(x.x) * all[j].derivative();
        }
        sum += difference, squares += difference * difference;
      }
      const double mean = sum / n, error = std::sqrt((squares / n - mean * mean) / n);
      EXPECT_LT(std::abs(mean), 5 * error + 1e-4 * std::abs(expected) + 1e-12) << where << " parameter " << j << ": " << mean << " +- " << error << " of " << expected;
      ++compared;
    }
  });
  EXPECT_GT(compared, 100);
}
