// The same by hand: what one would write without the library, over packs and addressed streams only.
#include <algorithm>
#include <cmath>

#include <starling/random/stream.hpp>
#include <starling/values/exp.hpp>
#include <starling/values/pack.hpp>
#include <starling/values/where.hpp>

#include "works.hpp"

namespace sl = starling;
using V = sl::native_pack<double>;
constexpr std::size_t W = static_cast<std::size_t>(sl::native_width<double>);

namespace bench {
namespace {

constexpr double c = 0.91893853320467274178;

V likelihood(V slope, V intercept) {
  const double* x = line_xs().data();
  const double* y = line_ys().data();
  V a(-20 * c), b(0);
  for (std::size_t i = 0; i < 20; i += 2) {
    const V z = y[i] - sl::multiply_add(slope, V(x[i]), intercept), u = y[i + 1] - sl::multiply_add(slope, V(x[i + 1]), intercept);
    a = sl::multiply_add(z * -0.5, z, a);
    b = sl::multiply_add(u * -0.5, u, b);
  }
  return a + b;
}

std::string importance(const settings& s) {
  double top = -INFINITY, weight = 0, squares = 0, slopes = 0, intercepts = 0;
  constexpr std::size_t batch = 64;
  V w[batch], slope[batch], intercept[batch];
  const sl::key k(1);
  for (std::size_t first = 0; first < s.particles; first += batch * W) {
    V highest(-INFINITY);
    const std::size_t n = std::min(batch, (s.particles - first) / W);
    for (std::size_t j = 0; j < n; ++j) {
      sl::stream<V> numbers(k, first + j * W);
      numbers.visit(0);
      slope[j] = 2.0 * numbers.normal();
      numbers.visit(1);
      intercept[j] = 2.0 * numbers.normal();
      w[j] = likelihood(slope[j], intercept[j]);
      highest = sl::max(highest, w[j]);
    }
    const double now = std::max(top, sl::max_lane(highest)), scale = std::exp(top - now);
    V e(0), e2(0), es(0), ei(0);
    for (std::size_t j = 0; j < n; ++j) {
      const V below = w[j] - now, p = sl::where(below > V(-340), sl::exp(below), V(0));
      e += p;
      e2 += p * p;
      es += p * slope[j];
      ei += p * intercept[j];
    }
    weight = weight * scale + sl::sum(e);
    squares = squares * scale * scale + sl::sum(e2);
    slopes = slopes * scale + sl::sum(es);
    intercepts = intercepts * scale + sl::sum(ei);
    top = now;
  }
  return number(slopes / weight) + " " + number(intercepts / weight) + " " + number(top + std::log(weight / static_cast<double>(s.particles)));
}

std::string mh(const settings&) {
  double slopes = 0, intercepts = 0;
  for (std::size_t chain = 0; chain < 1000; chain += W) {
    V slope(0), intercept(0), sum_slope(0), sum_intercept(0);
    V lp = likelihood(slope, intercept);
    const sl::key k(1);
    for (std::size_t t = 0; t < 1000; ++t) {
      sl::stream<V> numbers(sl::fold_in(k, t), chain);
      numbers.visit(0);
      const V s = sl::multiply_add(numbers.normal(), V(0.25), slope);
      numbers.visit(1);
      const V i = sl::multiply_add(numbers.normal(), V(0.25), intercept);
      const V next = likelihood(s, i) - 0.125 * (s * s + i * i);
      numbers.visit(2);
      const V ratio = next - lp;
      const auto accepted = numbers.uniform() < sl::exp(sl::min(ratio, V(0)));
      slope = sl::where(accepted, s, slope);
      intercept = sl::where(accepted, i, intercept);
      lp = sl::where(accepted, next, lp);
      sum_slope += slope;
      sum_intercept += intercept;
    }
    slopes += sl::sum(sum_slope);
    intercepts += sl::sum(sum_intercept);
  }
  return number(slopes / 1e6) + " " + number(intercepts / 1e6);
}

}  // namespace

const std::vector<work>& loop_works() {
  static const std::vector<work> works = {{"is_loop", importance}, {"mh_loop", mh}};
  return works;
}

}  // namespace bench
