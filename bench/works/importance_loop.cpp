// Importance sampling by hand, over `values` and `random` only: what `is` is set beside.
#include <array>
#include <cmath>
#include <memory>

#include <starling/random/stream.hpp>
#include <starling/values/math.hpp>
#include <starling/values/pack.hpp>

#include "works/line_regression.hpp"

namespace bench {

namespace {

namespace sl = starling;
using pack = sl::native_pack<double>;

struct estimates {
  double slope, intercept, log_evidence, ess;
};

estimates importance_loop(const std::vector<double>& xs, const std::vector<double>& ys, std::size_t particles, const sl::key& k) {
  constexpr std::size_t width = sl::lanes_of<pack>, batch = 64;
  const double half_log_two_pi = 0.91893853320467274178;
  double top = -INFINITY, weight = 0, square = 0, slopes = 0, intercepts = 0;
  for (std::size_t first = 0; first < particles; first += batch * width) {
    std::array<pack, batch> a, b, w;
    pack highest(-INFINITY);
    for (std::size_t j = 0; j < batch; ++j) {
      sl::stream<pack> numbers(k, first + j * width);
      numbers.visit(0);
      a[j] = 2.0 * numbers.normal();
      numbers.visit(1);
      b[j] = 2.0 * numbers.normal();
      pack sum(0.0), more(0.0);
      for (std::size_t i = 0; i < xs.size(); i += 2) {
        const pack r = (ys[i] - b[j]) - xs[i] * a[j], q = (ys[i + 1] - b[j]) - xs[i + 1] * a[j];
        sum = sl::fma(r, r, sum);
        more = sl::fma(q, q, more);
      }
      w[j] = -0.5 * (sum + more) - static_cast<double>(xs.size()) * half_log_two_pi;
      if (first + (j + 1) * width > particles)
        w[j] = sl::where(pack::iota(static_cast<double>(first + j * width)) < static_cast<double>(particles), w[j], pack(-INFINITY));
      highest = sl::max(highest, w[j]);
    }
    const double next = std::max(top, sl::max_lane(highest));
    pack sum(0.0), squares(0.0), first_a(0.0), first_b(0.0);
    for (std::size_t j = 0; j < batch; ++j) {
      const pack e = sl::exp(sl::max(w[j] - next, pack(-350.0)));
      sum += e, squares += e * e, first_a += e * a[j], first_b += e * b[j];
    }
    const double scale = std::exp(top - next);
    weight = weight * scale + sl::sum(sum), square = square * scale * scale + sl::sum(squares);
    slopes = slopes * scale + sl::sum(first_a), intercepts = intercepts * scale + sl::sum(first_b);
    top = next;
  }
  return {slopes / weight, intercepts / weight, top + std::log(weight / static_cast<double>(particles)), weight * weight / square};
}

}  // namespace

prepared_work prepare_importance_loop(const work_options&) {
  struct state {
    std::vector<double> xs = line_xs(), ys = line_ys();
    std::uint64_t seed = 0;
    estimates last{};
  };
  const auto s = std::make_shared<state>();
  return {[=] { s->last = importance_loop(s->xs, s->ys, 1'000'000, sl::key(++s->seed)); },
          [=] {
            verdict v = judge_line(s->last.slope, s->last.intercept, 0.05, s->last.log_evidence);
            v.text += " ESS " + std::to_string(static_cast<long>(s->last.ess));
            return v;
          }};
}

}  // namespace bench
