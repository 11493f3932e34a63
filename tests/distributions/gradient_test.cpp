// The derivatives of every log density with respect to its value and its parameters, in every value type, by finite differences.
#include <algorithm>
#include <cmath>

#include <starling/distributions/distributions.hpp>
#include <starling/values/matrix.hpp>

#include "distributions/table.hpp"
#include "support/expect_gradient.hpp"

namespace {

namespace sl = starling;
using gradients::expect_gradient;

// Anything numbers can be taken from, from place `first` on.
template <class R> sl::vector<R> part(const sl::vector<R>& x, std::size_t first, std::size_t n) { return sl::vector<R>(x.data() + first, n); }

}  // namespace

namespace {

// A row's density as a function of x and the parameters, those that have derivatives.
struct density_of {
  const rows::entry& d;
  std::vector<double> numbers;       // x, then the parameters
  std::vector<std::size_t> variable;  // which of them
  template <class R> R operator()(const sl::vector<R>& v) const {
    sl::vector<R> all(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) all[i] = R(numbers[i]);
    for (std::size_t i = 0; i < variable.size(); ++i) all[variable[i]] = v[i];
    return d.log_density_of(all);
  }
};

}  // namespace

TEST(gradient, of_every_scalar_density) {
  int compared = 0, all = 0;
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& reference) {
    for (const auto& c : reference.at("cases")) {
      const auto parameters = rows::numbers(c.at("parameters"));
      int row = 0;
      for (const auto& point : c.at("points")) {
        if (++row > 8) break;
        const double x = rows::number(point[0]);
        if (std::abs(x) > 1e150 || (x != 0 && std::abs(x) < 1e-150)) continue;  // squares of reciprocals overflow on the way
        density_of f{d, parameters, {}};
        f.numbers.insert(f.numbers.begin(), x);
        const std::vector<std::size_t> constants = reference.value("constants", std::vector<std::size_t>(d.name == "binomial", 0));
        std::vector<double> at;
        for (std::size_t i = d.discrete; i < f.numbers.size(); ++i) {
          if (std::count(constants.begin(), constants.end(), i - 1) || !std::isfinite(f.numbers[i])) continue;
          f.variable.push_back(i);
          at.push_back(f.numbers[i]);
        }
        compared += expect_gradient(f, at, d.name + c.at("parameters").dump() + " at " + point.dump());
        all += static_cast<int>(at.size());
      }
    }
  });
  EXPECT_GT(compared, 600);
  EXPECT_GT(compared, all * 6 / 10) << "of " << all;  // at extreme points differences are worth nothing
}

// Data under random parameters.
TEST(gradient, of_every_scalar_density_at_a_constant) {
  rows::for_each_distribution([&](const rows::entry& d, const rows::json& reference) {
    const sl::arena_scope memory;
    const auto& c = reference.at("cases")[0];
    const auto parameters = rows::numbers(c.at("parameters"));
    for (const auto& point : c.at("points")) {
      const double x = rows::number(point[0]);
      const auto derivatives = [&](bool constant) {
        sl::tape_scope<double> scope;
        sl::vector<sl::adjoint<double>> all(parameters.size() + 1);
        all[0] = scope.variable(x);
        for (std::size_t i = 0; i < parameters.size(); ++i) all[i + 1] = scope.variable(parameters[i]);
        const sl::vector<sl::adjoint<double>> p(all.data() + 1, parameters.size());
        const sl::adjoint<double> lp = constant ? d.log_density_of_constant(x, p) : d.log_density_of(all);
        scope.differentiate(lp);
        std::vector<double> found{lp.value()};
        for (const auto& q : p) found.push_back(q.derivative());
        return found;
      };
      const auto found = derivatives(true), expected = derivatives(false);
      for (std::size_t i = 0; i < found.size(); ++i)
        EXPECT_NEAR(found[i], expected[i], 1e-10 * (1 + std::abs(expected[i]))) << d.name << " at " << x << ", number " << i;
    }
  });
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
  },
        {0.3, 2.0, 1, 0.5});
  check("dirichlet's concentration", [](const auto& x) { return sl::dirichlet(x).log_density(std::vector<double>{0.2, 0.3, 0.5}); }, {0.3, 2.0, 20.0});
  check("multivariate_normal", [](const auto& x) {
    using R = std::remove_cvref_t<decltype(x[0])>;
    sl::matrix<R> covariance(3, 3);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) covariance(i, j) = i == j ? x[i] : x[3 + i + j - 1];
    return sl::multivariate_normal(part(x, 6, 3), covariance).log_density(part(x, 9, 3));
  },
        {2, 3, 4, 0.3, -0.2, 0.5, 0.1, 0.2, 0.3, 0.7, -1, 2});
  check("multivariate_normal_cholesky", [](const auto& x) {
    using R = std::remove_cvref_t<decltype(x[0])>;
    sl::matrix<R> factor(3, 3);
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t j = 0; j < 3; ++j) factor(i, j) = i == j ? x[i] : i > j ? x[3 + i + j - 1]
                                                                               : R(0);
    return sl::multivariate_normal_cholesky(part(x, 6, 3), factor).log_density(part(x, 9, 3));
  },
        {2, 3, 4, 0.3, -0.2, 0.5, 0.1, 0.2, 0.3, 0.7, -1, 2});
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
