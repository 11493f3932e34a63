// The derivatives of an expectation: three enumerated flips and a normal that follows, 10,000 lanes, one thread.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <tuple>

#include <starling/inference/expectations/expectation.hpp>
#include <starling/distributions/distributions.hpp>
#include <starling/values/math.hpp>

#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr std::size_t lanes = 10'000;
constexpr std::array<double, 5> at{0.3, 0.6, 0.8, 0.4, 0.7};

constexpr auto body = sl::gen([](auto& trace, const auto& p1, const auto& p2, const auto& p3, const auto& m, const auto& s) {
  const auto b1 = sl::as_real(trace("b1", sl::bernoulli(p1))), b2 = sl::as_real(trace("b2", sl::bernoulli(p2))), b3 = sl::as_real(trace("b3", sl::bernoulli(p3)));
  const auto x = trace("x", sl::normal(m + (b1 - 0.5 * b2 + 0.25 * b3), s));
  return (1.0 + b2) * sl::exp(-0.5 * x * x) + (b3 - 0.5) * x * x;
});

// In closed form, x being normal given the flips.
double exactly(const std::array<double, 5>& t) {
  double sum = 0;
  for (int k = 0; k < 8; ++k) {
    const double b1 = k & 1, b2 = k >> 1 & 1, b3 = k >> 2 & 1, middle = t[3] + b1 - 0.5 * b2 + 0.25 * b3, s2 = t[4] * t[4];
    const double weight = (b1 != 0 ? t[0] : 1 - t[0]) * (b2 != 0 ? t[1] : 1 - t[1]) * (b3 != 0 ? t[2] : 1 - t[2]);
    sum += weight * ((1 + b2) * std::exp(-middle * middle / (2 * (1 + s2))) / std::sqrt(1 + s2) + (b3 - 0.5) * (middle * middle + s2));
  }
  return sum;
}

struct run {
  std::uint64_t seed = 0;
  std::array<double, 5> found{}, errors{};
  void operator()() {
    const auto g = sl::expectation(body, sl::args(at[0], at[1], at[2], at[3], at[4])).gradient(sl::key(++seed), sl::lanes(lanes));
    std::apply([&](const auto&... d) { found = {d...}; }, g.arguments);
    std::apply([&](const auto&... d) { errors = {d...}; }, g.argument_errors);
  }
};

}  // namespace

prepared_work prepare_adev(const work_options&) {
  const auto work = std::make_shared<run>();
  return {[work] { (*work)(); },
          [work] {
            double largest = 0;
            for (std::size_t i = 0; i < 5; ++i) {
              auto up = at, down = at;
              up[i] += 1e-5, down[i] -= 1e-5;
              const double exact = (exactly(up) - exactly(down)) / 2e-5;
              largest = std::max(largest, std::abs(work->found[i] - exact) / (work->errors[i] + 1e-9));
            }
            return verdict{"largest |z| of the derivatives " + std::to_string(largest), largest < 5};
          }};
}

}  // namespace bench
