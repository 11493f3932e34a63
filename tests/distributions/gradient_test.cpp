// The derivatives of every log density with respect to its value and its parameters, in every value type, by finite differences.
#include <cmath>

#include "distributions/rows.hpp"
#include "support/expect_gradient.hpp"

#include <starling/values/matrix.hpp>

namespace {

namespace sl = starling;
using gradients::expect_gradient;

// Anything numbers can be taken from, from place `first` on.
template <class R> sl::vector<R> part(const sl::vector<R>& x, std::size_t first, std::size_t n) { return sl::vector<R>(x.data() + first, n); }

}  // namespace

TEST(gradient, of_every_scalar_density) {
  int compared = 0, all = 0;
  rows::for_each_distribution([&](const std::string& name, auto arity, auto make) {
    constexpr std::size_t n = decltype(arity)::value;
    for (const auto& c : rows::row(name).at("cases")) {
      const auto parameters = rows::numbers(c.at("parameters"));
      const auto with = [&](const auto& x, std::size_t first) {
        if constexpr (n == 1) return make(x[first]);
        else if constexpr (n == 2) return make(x[first], x[first + 1]);
        else return make(x[first], x[first + 1], x[first + 2]);
      };
      const bool discrete = c.at("discrete");
      const bool counts = name == "binomial";  // the first parameter is a whole number
      int row = 0;
      for (const auto& point : c.at("points")) {
        if (++row > 8) break;
        const double x = rows::number(point[0]);
        if (std::abs(x) > 1e150 || (x != 0 && std::abs(x) < 1e-150)) continue;  // squares of reciprocals overflow on the way
        const auto what = name + c.at("parameters").dump() + " at " + point.dump();
        if (counts) {
          if constexpr (n == 2) {
            const double trials = parameters[0];
            compared += expect_gradient([&](const auto& v) { return make(trials, v[0]).log_density(x); }, {parameters[1]}, what);
            all += 1;
          }
        } else if (discrete) {
          compared += expect_gradient([&](const auto& v) { return with(v, 0).log_density(x); }, parameters, what);
          all += static_cast<int>(n);
        } else {
          std::vector<double> at{x};
          at.insert(at.end(), parameters.begin(), parameters.end());
          compared += expect_gradient([&](const auto& v) { return with(v, 1).log_density(v[0]); }, at, what);
          all += static_cast<int>(n) + 1;
        }
      }
    }
  });
  EXPECT_GT(compared, 600);
  EXPECT_GT(compared, all * 6 / 10) << "of " << all;  // at extreme points differences are worth nothing
}

TEST(gradient, of_vectors_of_elements_in_all_mixtures_of_constants_and_variables) {
  int compared = 0;
  const std::vector<double> ys{0.3, 1.2, 0.7, 2.0, 0.1, 0.9, 1.4, 0.2, 0.6, 1.1, 0.4};
  const std::vector<double> scales{1, 2, 1, 0.5, 1, 1, 3, 1, 2, 1, 0.7};
  std::vector<double> at = ys;
  at.push_back(0.8);
  const std::size_t n = ys.size();
  const auto check = [&](const char* name, auto f) { compared += expect_gradient(f, at, name); };
  check("variable value and scale", [&](const auto& x) { return sl::normal(scales, x[n]).log_density(part(x, 0, n)); });
  check("variable locations", [&](const auto& x) { return sl::normal(part(x, 0, n), x[n]).log_density(ys); });
  check("all variable", [&](const auto& x) { return sl::normal(part(x, 0, n), part(x, 1, n)).log_density(part(x, 0, n) * x[n]); });
  check("constant value, variable number", [&](const auto& x) { return sl::normal(x[n], scales).log_density(ys); });
  check("cells that are not side by side", [&](const auto& x) { return sl::student_t(x[n], part(x, 0, n) * x[n], scales).log_density(ys); });
  check("chains of one number", [&](const auto& x) { return sl::gamma(sl::map_elements(part(x, 0, n), [](const auto& a) { return sl::exp(a); }), 2.0).log_density(ys); });
  check("iid", [&](const auto& x) { return sl::iid(sl::gamma(x[n], x[0]), n).log_density(ys); });
  check("iid of variables", [&](const auto& x) { return sl::iid(sl::log_normal(x[n], x[0]), n).log_density(part(x, 0, n)); });
  check("iid with constant parameters", [&](const auto& x) { return sl::iid(sl::cauchy(0.3, 2.0), n).log_density(part(x, 0, n)); });
  const std::vector<int> hits{1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 1};
  check("bernoulli_logit", [&](const auto& x) { return sl::bernoulli_logit(part(x, 0, n) * x[n]).log_density(hits); });
  check("poisson", [&](const auto& x) { return sl::poisson(part(x, 0, n) * x[n]).log_density(hits); });
  EXPECT_GT(compared, 100);
}

TEST(gradient, of_other_densities) {
  int compared = 0;
  const auto check = [&](const char* name, auto f, std::vector<double> at) { compared += expect_gradient(f, at, name); };
  check("categorical_logit", [](const auto& x) { return sl::categorical_logit(x).log_density(1L); }, {0.3, 2.0, -1, 0.5});
  check("categorical", [](const auto& x) {
    auto p = x + 0.0;
    const auto total = sl::sum(p);
    for (auto& q : p) q = q / total;
    return sl::categorical(p).log_density(2L);
  }, {0.3, 2.0, 1, 0.5});
  check("dirichlet's concentration", [](const auto& x) { return sl::dirichlet(x).log_density(std::vector<double>{0.2, 0.3, 0.5}); }, {0.3, 2.0, 20.0});
  check("multivariate_normal", [](const auto& x) {
    using R = std::remove_cvref_t<decltype(x[0])>;
    sl::matrix<R> covariance(3, 3);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) covariance(i, j) = i == j ? x[i] : x[3 + i + j - 1];
    return sl::multivariate_normal(part(x, 6, 3), covariance).log_density(part(x, 9, 3));
  }, {2, 3, 4, 0.3, -0.2, 0.5, 0.1, 0.2, 0.3, 0.7, -1, 2});
  check("multivariate_normal_cholesky", [](const auto& x) {
    using R = std::remove_cvref_t<decltype(x[0])>;
    sl::matrix<R> factor(3, 3);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) factor(i, j) = i == j ? x[i] : i > j ? x[3 + i + j - 1] : R(0);
    return sl::multivariate_normal_cholesky(part(x, 6, 3), factor).log_density(part(x, 9, 3));
  }, {2, 3, 4, 0.3, -0.2, 0.5, 0.1, 0.2, 0.3, 0.7, -1, 2});
  EXPECT_GE(compared, 34);
}

// A density outside its support is constant: no derivative, and no NaN.
TEST(gradient, outside_the_support_it_is_zero_in_lanes) {
  using V = sl::native_pack<double>;
  sl::tape_scope<V> scope;
  V at(0.5);
  at.set(0, -1.0);
  const auto x = scope.variable(at), rate = scope.variable(V(2.0)), shape = scope.variable(V(3.0));
  scope.differentiate(sl::adjoint<V>(sl::gamma(shape, rate).log_density(x)));
  EXPECT_EQ(x.derivative()[0], 0);
  EXPECT_EQ(rate.derivative()[0], 0);
  EXPECT_NEAR(x.derivative()[1], 2 / 0.5 - 2, 1e-14);
  EXPECT_NEAR(rate.derivative()[1], 3 / 2.0 - 0.5, 1e-14);
}
