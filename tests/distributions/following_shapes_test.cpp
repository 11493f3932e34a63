// Draws that follow their parameters, for shapes from 0.01 to 10,000: the mean of f(x)'s derivative is that of E f(x), in closed form.
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <starling/distributions/beta.hpp>
#include <starling/distributions/dirichlet.hpp>
#include <starling/distributions/gamma.hpp>
#include <starling/distributions/inverse_gamma.hpp>
#include <starling/distributions/student_t.hpp>
#include <starling/distributions/von_mises.hpp>
#include <starling/random/adjoint_stream.hpp>
#include <starling/values/math.hpp>

namespace sl = starling;

namespace {

using pack = sl::native_pack<double>;
using number = sl::adjoint<pack>;
constexpr std::size_t width = static_cast<std::size_t>(pack::lanes), draws = 40'000;

// ψ′(x): by ψ′(x) = ψ′(x + 1) + 1/x² up to where the asymptotic series is exact.
double trigamma(double x) {
  double sum = 0;
  for (; x < 30; ++x) sum += 1 / (x * x);
  const double y = 1 / (x * x);
  return sum + 1 / x + 0.5 * y + y / x * (1.0 / 6 - y * (1.0 / 30 - y / 42));
}
// I₁(x)/I₀(x), by its continued fraction.
double bessel_ratio(double x) {
  double r = 0;
  for (int n = 20'000; n > 0; --n) r = 1 / (2 * n / x + r);
  return r;
}

// f(parameters as adjoints, stream) gives f(x); its mean derivatives must be `exact`.
template <class F> void expect_means(const std::string& what, const std::vector<double>& at, const std::vector<double>& exact, F f) {
  std::vector<double> sum(at.size(), 0), squares(at.size(), 0);
  for (std::size_t first = 0; first < draws; first += width) {
    const sl::arena_scope memory;
    sl::tape_scope<pack> tape;
    sl::stream<number> numbers(sl::key(3), first);
    numbers.visit(0);
    std::vector<number> p;
    for (const double x : at) p.push_back(tape.variable(pack(x)));
    tape.differentiate(f(p, numbers));
    for (std::size_t i = 0; i < at.size(); ++i)
      for (std::size_t l = 0; l < width; ++l) {
        const double d = p[i].derivative()[static_cast<int>(l)] - exact[i];
        sum[i] += d, squares[i] += d * d;
      }
  }
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double mean = sum[i] / draws, error = std::sqrt((squares[i] / draws - mean * mean) / draws);
    EXPECT_LT(std::abs(mean), 4.5 * error + 1e-8 * std::abs(exact[i])) << what << " at " << at[0] << ", parameter " << i << ": " << mean + exact[i] << " +- " << error << ", exactly " << exact[i];
    EXPECT_LT(error, 0.1 * std::abs(exact[i])) << what << " at " << at[0] << ", parameter " << i << ": the test tells little";
  }
}

const std::vector<double> shapes{0.01, 0.1, 0.6, 1, 3, 40, 1000, 10'000};

}  // namespace

TEST(following_shapes, gamma_and_its_inverse) {
  for (const double a : shapes) {
    expect_means("gamma", {a, 2.0}, {0.5, -a / 4}, [](const auto& p, auto& s) { return number(sl::gamma(p[0], p[1]).sample(s)); });
    if (a >= 0.1) expect_means("log gamma", {a}, {trigamma(a)}, [](const auto& p, auto& s) { return number(sl::log(sl::gamma(p[0], 1.0).sample(s))); });
    if (a >= 0.1) expect_means("1/inverse_gamma", {a, 1.0}, {1, -a}, [](const auto& p, auto& s) { return number(1.0 / sl::inverse_gamma(p[0], p[1]).sample(s)); });
  }
}

TEST(following_shapes, beta_and_dirichlet) {
  for (const double a : shapes)
    for (const double b : {0.3 * a, 2.0 * a}) {
      const double all = a + b;
      expect_means("beta", {a, b}, {b / (all * all), -a / (all * all)}, [](const auto& p, auto& s) { return number(sl::beta(p[0], p[1]).sample(s)); });
      const double three = all + a;
      expect_means("dirichlet", {a, b, a}, {(three - a) / (three * three), -a / (three * three), -a / (three * three)}, [](const auto& p, auto& s) {
        sl::vector<number> shape(3);
        for (std::size_t i = 0; i < 3; ++i) shape[i] = p[i];
        return number(sl::dirichlet(shape).sample(s)[0]);
      });
    }
}

// E log(1 + x²/ν) = ψ((ν + 1)/2) − ψ(ν/2).
TEST(following_shapes, degrees_of_freedom) {
  for (const double v : {0.2, 1.0, 3.0, 40.0, 1000.0}) {
    expect_means("student_t", {v}, {0.5 * (trigamma((v + 1) / 2) - trigamma(v / 2))}, [](const auto& p, auto& s) {
      const number x(sl::student_t(p[0], 0.0, 1.0).sample(s));
      return number(sl::log(1.0 + x * x / p[0]));
    });
  }
}

// E cos(x − μ) = A(κ) = I₁(κ)/I₀(κ), A′ = 1 − A/κ − A².
TEST(following_shapes, concentration) {
  for (const double c : {0.01, 0.3, 2.0, 50.0, 1000.0}) {
    const double a = bessel_ratio(c), by = c > 500 ? 1 / (2 * c * c) + 1 / (4 * c * c * c) : 1 - a / c - a * a;
    expect_means("von_mises", {c}, {by}, [](const auto& p, auto& s) { return number(sl::cos(sl::von_mises(0.0, p[0]).sample(s))); });
  }
}
