// Generalised linear models: the reference, derivatives, draws like those of the element by element form, wrong sizes.
#include <cmath>

#include "distributions/rows.hpp"

#include <starling/distributions/distributions.hpp>
#include "support/expect_gradient.hpp"

#include <starling/distributions/generalised_linear.hpp>
#include <starling/distributions/iid.hpp>

namespace {

namespace sl = starling;
using doubles = sl::native_pack<double>;

struct reference {
  std::vector<double> x, coefficients;
  std::vector<std::vector<double>> ys;
  std::vector<double> expected;
  double intercept, scale;
  reference() {
    const auto& row = rows::row("generalised_linear");
    const auto& p = row.at("parameters");
    for (const auto& line : p[0])
      for (const double v : rows::numbers(line)) x.push_back(v);
    intercept = p[1];
    coefficients = rows::numbers(p[2]);
    scale = p[3];
    for (const auto& point : row.at("points")) {
      ys.push_back(rows::numbers(point[0]));
      expected.push_back(rows::number(point[1]));
    }
  }
  sl::matrix_view<double> design() const { return {x.data(), 5, 2}; }
};

}  // namespace

TEST(generalised_linear, equals_the_reference) {
  const reference r;
  const sl::arena_scope memory;
  EXPECT_NEAR(sl::bernoulli_logit_glm(r.design(), r.intercept, r.coefficients).log_density(r.ys[0]), r.expected[0], 1e-13 * -r.expected[0]);
  EXPECT_NEAR(sl::poisson_log_glm(r.design(), r.intercept, r.coefficients).log_density(r.ys[1]), r.expected[1], 1e-13 * -r.expected[1]);
  EXPECT_NEAR(sl::normal_glm(r.design(), r.intercept, r.coefficients, r.scale).log_density(r.ys[2]), r.expected[2], 1e-13 * -r.expected[2]);
  const sl::vector<doubles> lanes{doubles(r.coefficients[0]), doubles(r.coefficients[1])};
  const doubles lp = sl::normal_glm(r.design(), doubles(r.intercept), lanes, r.scale).log_density(r.ys[2]);
  EXPECT_NEAR(lp[1], r.expected[2], 1e-13 * -r.expected[2]);
}

TEST(generalised_linear, derivatives) {
  // More rows than a block, and a number that is no multiple of anything; few columns, which have loops of their own, and more.
  const std::size_t n = 75;
  for (const std::size_t d : {2u, 3u, 5u}) {
    std::vector<double> x, y, hits, counts;
    for (std::size_t i = 0; i < n * d; ++i) x.push_back(std::sin(static_cast<double>(i)));
    for (std::size_t i = 0; i < n; ++i) {
      y.push_back(std::cos(static_cast<double>(3 * i)));
      hits.push_back(i % 3 == 0 ? 1 : 0);
      counts.push_back(static_cast<double>(i % 23));
    }
    const sl::matrix_view<double> design(x.data(), n, d);
    const auto b = [d](const auto& v) { return sl::vector(v.data() + 2, d); };
    int compared = 0;
    const auto check = [&](const char* name, auto f) { compared += gradients::expect_gradient(f, {0.3, 1.2, 0.5, -0.4, 0.8, 0.2, -0.1}, name); };
    check("bernoulli", [&](const auto& v) { return v[1] * sl::bernoulli_logit_glm(design, v[0], b(v)).log_density(hits); });
    check("poisson", [&](const auto& v) { return v[1] * sl::poisson_log_glm(design, v[0], b(v)).log_density(counts); });
    check("normal", [&](const auto& v) { return sl::normal_glm(design, v[0], b(v), v[1]).log_density(y); });
    check("a constant intercept", [&](const auto& v) { return sl::normal_glm(design, 0.5, b(v) * v[0], v[1] * v[1]).log_density(y); });
    check("numbers that depend on two others each", [&](const auto& v) {
      sl::vector<std::remove_cvref_t<decltype(v[0] * v[1])>> products(d);
      for (std::size_t j = 0; j < d; ++j) products[j] = v[0] * v[j + 2];
      return sl::normal_glm(design, v[0] * v[1], products, v[0] + v[1]).log_density(y);
    });
    EXPECT_EQ(compared, 35);
  }
}

// What handlers use that want the derivatives of the score: they go to the cells without an entry.
template <class V, class D, class Y>
void expect_passed_on(const D& make, const Y& y, const std::vector<double>& at) {
  std::vector<V> slopes[2], values;
  for (const bool at_once : {false, true}) {
    const sl::arena_scope memory;
    sl::tape_scope<V> tape;
    sl::vector<sl::adjoint<V>> v(at.size());
    for (std::size_t i = 0; i < at.size(); ++i) v[i] = tape.variable(V(at[i]));
    if constexpr (sl::lanes_of<V> == 1) {
      ASSERT_NE(v[1].cell(), v[0].cell() + 1);  // not in a row
    }
    const auto d = make(v);
    if (at_once) {
      values.push_back(d.pass_on_log_density(y(v)));
      tape.sweep();
    } else {
      const auto lp = d.log_density(y(v));
      values.push_back(lp.value());
      tape.differentiate(lp);
    }
    for (const auto& one : v) slopes[at_once].push_back(one.derivative());
  }
  EXPECT_EQ(sl::min_lane(values[0]), sl::min_lane(values[1]));
  for (std::size_t i = 0; i < at.size(); ++i) {
    EXPECT_NE(sl::min_lane(slopes[0][i]), 0.0);
    EXPECT_NEAR(sl::min_lane(slopes[0][i]), sl::min_lane(slopes[1][i]), 1e-12 * (1 + std::abs(sl::min_lane(slopes[0][i]))));
  }
}

TEST(generalised_linear, derivatives_that_are_passed_on_at_once_are_the_same) {
  const std::vector<double> x{1, 2, -1, 0.5, 3, -2, 0.3, 0.7, 1.1, -0.4, 2, 0.1}, data{0.5, -1, 2, 1, 0.2, 1.4}, at{0.3, 1.2, 0.5, -0.4};
  const auto constant = [&](const auto&) -> const std::vector<double>& { return data; };
  const auto check = [&](const auto& make, const auto& y) {
    expect_passed_on<double>(make, y, at);
    expect_passed_on<sl::native_pack<double>>(make, y, at);
  };
  check([&](const auto& v) { return sl::normal_glm(sl::matrix_view<double>(x.data(), 6, 2), v[0], sl::vector(v.data() + 2, 2), v[1]); }, constant);
  check([&](const auto& v) { return sl::normal_glm(sl::matrix_view<double>(x.data(), 3, 4), 0.5, v * v, v[1]); }, [&](const auto&) { return std::vector<double>{1, 2, 0.5}; });
  check([&](const auto& v) { return sl::iid(sl::normal(v[0], v[1] * v[1]), 4); }, [&](const auto& v) { return v; });
  check([&](const auto& v) { return sl::normal(v, 1.0 + v[1]); }, [&](const auto& v) { return v * v[0]; });
}

// Chains of four lanes take two rows at once where registers hold eight numbers: the same as each lane alone. An odd number of rows.
TEST(generalised_linear, each_of_four_lanes_is_what_it_is_alone) {
  using four = std::conditional_t<sl::lanes_of<doubles> == 8, sl::pack<double, 4, sl::isa::avx2>, doubles>;
  constexpr std::size_t n = 37, d = 4, parameters = d + 2;
  std::vector<double> x, reals, hits, counts;
  for (std::size_t i = 0; i < n * d; ++i) x.push_back(std::sin(static_cast<double>(i)));
  for (std::size_t i = 0; i < n; ++i) {
    reals.push_back(std::cos(static_cast<double>(3 * i)));
    hits.push_back(i % 3 == 0);
    counts.push_back(static_cast<double>(i % 7));
  }
  const sl::matrix_view<double> design(x.data(), n, d);
  const auto at = [](std::size_t k, int lane) { return 0.3 + 0.2 * static_cast<double>(k) - 0.05 * lane * static_cast<double>(k % 3); };
  const auto evaluate = [&]<class V>(const auto& make, const auto& y, std::vector<V>& slopes, const auto& parameter) {
    const sl::arena_scope memory;
    sl::tape_scope<V> tape;
    sl::vector<sl::adjoint<V>> v(parameters);
    for (std::size_t k = 0; k < parameters; ++k) v[k] = tape.variable(parameter(k));
    const auto lp = make(v).log_density(y);
    tape.differentiate(lp);
    for (const auto& one : v) slopes.push_back(one.derivative());
    return lp.value();
  };
  const auto check = [&](const char* name, const auto& make, const auto& data, const auto& in_lanes) {
    std::vector<four> together;
    const four lp = evaluate.template operator()<four>(make, in_lanes, together, [&](std::size_t k) {
      four p(0.0);
      for (int l = 0; l < sl::lanes_of<four>; ++l) p.set(l, at(k, l));
      return p;
    });
    for (int l = 0; l < sl::lanes_of<four>; ++l) {
      std::vector<double> alone;
      const double expected = evaluate.template operator()<double>(make, data, alone, [&](std::size_t k) { return at(k, l); });
      EXPECT_NEAR(lp[l], expected, 1e-12 * std::abs(expected)) << name;
      for (std::size_t k = 0; k < parameters; ++k) EXPECT_NEAR(together[k][l], alone[k], 1e-11 * (1 + std::abs(alone[k]))) << name << " " << k;
    }
  };
  const auto lifted = [](const std::vector<double>& from, auto convert) {
    std::vector<decltype(convert(0.0))> to;
    for (const double y : from) to.push_back(convert(y));
    return to;
  };
  const auto b = [](const auto& v) { return sl::vector(v.data() + 2, d); };
  check(
      "normal", [&](const auto& v) { return sl::normal_glm(design, v[0], b(v), v[1]); }, reals, lifted(reals, [](double y) { return four(y); }));
  check(
      "bernoulli", [&](const auto& v) { return sl::bernoulli_logit_glm(design, v[0] * v[1], b(v)); }, hits, lifted(hits, [](double y) { return sl::mask_of<four>(y != 0); }));
  check(
      "poisson", [&](const auto& v) { return sl::poisson_log_glm(design, v[0] - v[1], b(v)); }, counts,
      lifted(counts, [](double y) { return sl::whole_of<four>(static_cast<long>(y)); }));
}

TEST(generalised_linear, draws_are_those_of_its_elements) {
  const reference r;
  const auto glm = sl::draw(sl::normal_glm(r.design(), r.intercept, r.coefficients, r.scale), sl::key(3), 2);
  std::vector<double> eta;
  for (std::size_t i = 0; i < 5; ++i) eta.push_back(r.intercept + r.x[2 * i] * r.coefficients[0] + r.x[2 * i + 1] * r.coefficients[1]);
  const auto plain = sl::draw(sl::normal(eta, r.scale), sl::key(3), 2);
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(glm[k][i], plain[k][i], 1e-12);
}

TEST(generalised_linear, refuses_wrong_sizes) {
  const reference r;
  EXPECT_THROW(sl::bernoulli_logit_glm(r.design(), 0.0, std::vector<double>{1}), std::invalid_argument);
  EXPECT_THROW(sl::normal_glm(r.design(), 0.0, r.coefficients, 1.0).log_density(std::vector<double>{1}), std::invalid_argument);
}
