// The same filter by hand, over `values` and `random` only, with the same history, resampler and generator.
#include <cmath>
#include <memory>
#include <vector>

#include <starling/inference/ancestors.hpp>
#include <starling/random/stream.hpp>
#include <starling/values/math.hpp>
#include <starling/values/pack.hpp>

#include "works/volatility.hpp"

namespace bench {

namespace {

namespace sl = starling;
using pack = sl::native_pack<double>;
constexpr std::size_t width = sl::lanes_of<pack>;

struct history {
  std::vector<std::vector<pack>> x;
  std::vector<std::vector<std::uint32_t>> ancestors;
};

double filter_loop(const std::vector<double>& ys, std::size_t n, const sl::key& k, history& past) {
  const double half_log_two_pi = 0.91893853320467274178;
  const std::size_t blocks = (n + width - 1) / width;
  std::vector<pack> state(blocks, pack(0.0)), log_weights(blocks), weights(blocks);
  past = {};
  double log_evidence = 0, total = 0;
  for (std::size_t t = 0; t < ys.size(); ++t) {
    const sl::key now = sl::fold_in(k, t);
    std::vector<pack> x(blocks);
    if (t > 0) {
      sl::stream<double> numbers(now.scope(1));
      numbers.visit(0);
      std::vector<std::uint32_t> from(n + sl::ancestor_slack);
      sl::systematic_ancestors(reinterpret_cast<const double*>(weights.data()), n, total, numbers.uniform(), from.data());
      from.resize(n);
      const double* before = reinterpret_cast<const double*>(past.x.back().data());
      double* now_at = reinterpret_cast<double*>(state.data());
      for (std::size_t i = 0; i < n; ++i) now_at[i] = before[from[i]];
      past.ancestors.push_back(std::move(from));
    }
    pack top(-INFINITY);
    for (std::size_t b = 0; b < blocks; ++b) {
      sl::stream<pack> numbers(now, b * width);
      numbers.visit(0);
      x[b] = 0.95 * state[b] + 0.25 * numbers.normal();
      const pack scale = sl::exp(0.5 * x[b]), z = ys[t] / scale;
      log_weights[b] = -0.5 * z * z - 0.5 * x[b] - half_log_two_pi;
      if ((b + 1) * width > n) log_weights[b] = sl::where(pack::iota(static_cast<double>(b * width)) < static_cast<double>(n), log_weights[b], pack(-INFINITY));
      top = sl::max(top, log_weights[b]);
    }
    const double highest = sl::max_lane(top);
    pack sum(0.0);
    for (std::size_t b = 0; b < blocks; ++b) sum += weights[b] = sl::exp(sl::max(log_weights[b] - highest, pack(-340.0)));
    total = sl::sum(sum);
    log_evidence += highest + std::log(total) - std::log(static_cast<double>(n));
    past.x.push_back(std::move(x));
  }
  return log_evidence;
}

}  // namespace

prepared_work prepare_filter_loop(const work_options& o) {
  struct state {
    std::vector<double> ys = volatility_ys();
    std::uint64_t seed = 0;
    double log_evidence = 0;
    history past;
  };
  const auto s = std::make_shared<state>();
  return {[=, n = o.lanes] { s->log_evidence = filter_loop(s->ys, n, sl::key(++s->seed), s->past); },
          [=, n = o.lanes] { return judge_volatility(s->log_evidence, n); }};
}

}  // namespace bench
