// Metropolis–Hastings by hand, over `values` and `random` only: what `mh` is set beside.
#include <memory>

#include <starling/random/stream.hpp>
#include <starling/values/math.hpp>
#include <starling/values/pack.hpp>

#include "works/line_regression.hpp"

namespace bench {

namespace {

namespace sl = starling;
using pack = sl::native_pack<double>;

// Log density of the posterior, up to a constant.
pack line_density(const std::vector<double>& xs, const std::vector<double>& ys, pack slope, pack intercept) {
  pack sum = 0.25 * (slope * slope + intercept * intercept), more(0.0);
  for (std::size_t i = 0; i < xs.size(); i += 2) {
    const pack r = (ys[i] - intercept) - xs[i] * slope, q = (ys[i + 1] - intercept) - xs[i + 1] * slope;
    sum = sl::fma(r, r, sum);
    more = sl::fma(q, q, more);
  }
  return -0.5 * (sum + more);
}

struct estimates {
  double slope, intercept;
};

estimates chains_loop(const std::vector<double>& xs, const std::vector<double>& ys, std::size_t chains, std::size_t steps, const sl::key& k) {
  constexpr std::size_t width = sl::lanes_of<pack>;
  double slopes = 0, intercepts = 0;
  const sl::key start = k.scope(1), walk = k.scope(2);
  for (std::size_t first = 0; first < chains; first += width) {
    sl::stream<pack> prior(start, first);
    pack a = 2.0 * prior.normal();
    prior.visit(1);
    pack b = 2.0 * prior.normal();
    pack density = line_density(xs, ys, a, b), sum_a(0.0), sum_b(0.0);
    for (std::size_t step = 0; step < steps; ++step) {
      sl::stream<pack> numbers(fold_in(walk, step), first);
      numbers.visit(0);
      const pack next_a = a + 0.25 * numbers.normal();
      numbers.visit(1);
      const pack next_b = b + 0.25 * numbers.normal();
      numbers.visit(2);
      const pack coin = numbers.uniform();
      const pack next = line_density(xs, ys, next_a, next_b);
      const auto accepted = coin < sl::exp(sl::min(next - density, pack(0.0)));
      a = sl::where(accepted, next_a, a), b = sl::where(accepted, next_b, b), density = sl::where(accepted, next, density);
      sum_a += a, sum_b += b;
    }
    slopes += sl::sum(sum_a), intercepts += sl::sum(sum_b);
  }
  const auto n = static_cast<double>(chains * steps);
  return {slopes / n, intercepts / n};
}

}  // namespace

prepared_work prepare_chains_loop(const work_options&) {
  struct state {
    std::vector<double> xs = line_xs(), ys = line_ys();
    estimates last{};
  };
  const auto s = std::make_shared<state>();
  return {[=] { s->last = chains_loop(s->xs, s->ys, 1000, 1000, sl::key(1)); },
          [=] { return judge_line(s->last.slope, s->last.intercept, 0.05); }};
}

}  // namespace bench
