// Extreme parameters, over the table of distributions of vectors and matrices: draws are finite numbers, their densities never NaN.
#include <algorithm>
#include <cmath>
#include <limits>

#include "distributions/structured_table.hpp"

namespace {

namespace sl = starling;
using rows::doubles;
using rows::numbers_of;

const numbers_of extremes{-1e200, -1e8, -1e-200, 0, 1e-300, 1e-200, 1e-8, 0.01, 0.999, 1, 1e8, 1e12, 1e200};

// Calls f with the parameters, one or two of them replaced by what is extreme.
template <class F> void for_each_extreme(const numbers_of& p, F f) {
  for (std::size_t i = 0; i < p.size(); ++i)
    for (const double a : extremes) {
      numbers_of q = p;
      q[i] = a;
      f(q);
      for (std::size_t j = i + 1; j < p.size(); ++j)
        for (const double b : extremes) {
          q[j] = b;
          f(q);
          q[j] = p[j];
        }
    }
}
std::string text(const std::string& name, const numbers_of& p, const rows::json& x) { return name + rows::json(p).dump() + " drew " + x.dump(); }

}  // namespace

TEST(structured_ends, draws_of_extreme_parameters_are_finite) {
  std::map<std::string, int> looked_at, wrong;
  structured::for_each([&](const structured::entry& e, const rows::json& row) {
    for_each_extreme(rows::numbers(row.at("cases")[0].at("parameters")), [&](const numbers_of& p) {
      if (!e.bad_parameters(p).empty()) return;
      for (const auto& x : e.draws(structured::drawing::in_lanes, p, {}, sl::key(5), 0, 2, doubles::lanes)) {
        ++looked_at[e.name];
        const bool good = std::none_of(x.begin(), x.end(), [](double d) { return !std::isfinite(d); }) && !std::isnan(e.log_density(p, x));
        if (!good && ++wrong[e.name] < 3) ADD_FAILURE() << text(e.name, p, x) << " of log density " << e.log_density(p, x);
      }
    });
  });
  for (const auto& [name, n] : wrong) ADD_FAILURE() << name << ": " << n << " of " << looked_at[name];
}
