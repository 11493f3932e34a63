// Metropolis–Hastings over many chains, and the loop that shows what two cores give.
#include <array>
#include <cmath>
#include <memory>
#include <numeric>

#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/run.hpp>

#include "works/line_regression.hpp"

namespace bench {

namespace sl = starling;

namespace {

prepared_work chains_work(const work_options& o, std::size_t chains, std::size_t steps, std::size_t threads) {
  struct state {
    sl::posterior<std::remove_cvref_t<decltype(line)>, sl::arguments<std::vector<double>>> posterior{
        line, sl::args(line_xs()), sl::observe("y", line_ys())};
    sl::kernels::drift kernel{{.scale = 0.25}};
    sl::result fit;
  };
  const auto s = std::make_shared<state>();
  const sl::run_options options{.chains = chains, .draws = steps, .warmup = 0, .threads = threads, .summaries_only = true, .notes = false};
  return {[=] {
            const sl::key k(1);
            if (o.single_precision) s->fit = sl::run<float>(s->kernel, s->posterior, options, k);
            else s->fit = sl::run<double>(s->kernel, s->posterior, options, k);
          },
          [=] {
            double slope = NAN, intercept = NAN;
            for (const auto& row : sl::summarise(s->fit)) (row.name == "slope" ? slope : intercept) = row.mean;
            verdict v = judge_line(slope, intercept, 0.05);
            char digits[80];
            std::snprintf(digits, sizeof digits, " bits %a %a", slope, intercept);
            v.text += digits;
            return v;
          }};
}

}  // namespace

prepared_work prepare_chains(const work_options& o) { return chains_work(o, 1000, 1000, 1); }

prepared_work prepare_threads(const work_options& o) { return chains_work(o, 4000, 4000, o.threads); }

// A loop in registers that keeps the vector units busy, as ours does: where two cores are the two threads of one, or clock lower together,
// both feel it.
prepared_work prepare_spin(const work_options&) {
  using pack = sl::native_pack<double>;
  const auto last = std::make_shared<double>(1.0);
  return {[=] {
            std::array<pack, 10> x;
            x.fill(pack(*last));
            for (long i = 0; i < 30'000'000; ++i)
              for (pack& each : x) each = sl::fma(each, pack(0.999), pack(0.001));
            *last = sl::sum(std::accumulate(x.begin(), x.end(), pack(0.0))) / (10.0 * sl::lanes_of<pack>);
          },
          [=] { return verdict{std::to_string(*last), std::abs(*last - 1.0) < 1e-6}; }};
}

}  // namespace bench
