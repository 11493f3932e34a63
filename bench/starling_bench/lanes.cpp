// Importance sampling and Metropolis–Hastings through the library.
#include <cmath>

#include <starling/starling.hpp>

#include "works.hpp"

namespace sl = starling;

namespace bench {
namespace {

constexpr auto line = sl::gen([](auto& trace, const auto& xs) {
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  const auto intercept = trace("intercept", sl::normal(0.0, 2.0));
  for (std::size_t i = 0; i < xs.size(); ++i) trace({"y", i}, sl::normal(slope * xs[i] + intercept, 1.0));
});

// All observations as one vector-valued choice.
constexpr auto vector_line = sl::gen([](auto& trace, const auto& xs) {
  using R = sl::real_of<decltype(trace)>;
  const auto slope = trace("slope", sl::normal(0.0, 2.0));
  const auto intercept = trace("intercept", sl::normal(0.0, 2.0));
  sl::vector<R> mean(xs.size());
  for (std::size_t i = 0; i < xs.size(); ++i) mean[i] = slope * xs[i] + intercept;
  trace("y", sl::normal(mean, 1.0));
});

auto line_posterior() { return sl::posterior(line, sl::args(std::span<const double>(line_xs())), sl::observe("y", line_ys())); }

std::string check(const sl::result& fit) {
  const auto rows = sl::summarise(fit);
  return number(rows[0].mean) + " " + number(rows[1].mean) + (fit.log_evidence ? " " + number(*fit.log_evidence) : "");
}

std::string importance(const settings& s) {
  const auto post = line_posterior();
  const sl::importance_options o{.threads = s.threads, .summaries_only = true};
  return check(s.f32 ? sl::importance<float>(post, s.particles, o, sl::key(1)) : sl::importance(post, s.particles, o, sl::key(1)));
}

std::string memory(const settings& s) {
  const auto fit = sl::importance(line_posterior(), s.particles, {.threads = s.threads, .summaries_only = s.summaries, .notes = false}, sl::key(1));
  return number(*fit.log_evidence);
}

const auto walk = sl::kernels::drift({.scale = 0.25});

std::string mh(const settings& s) {
  const sl::run_options o{.chains = 1000, .draws = 1000, .warmup = 0, .threads = s.threads, .summaries_only = true, .notes = false};
  return check(s.f32 ? sl::run<float>(walk, line_posterior(), o, sl::key(1)) : sl::run(walk, line_posterior(), o, sl::key(1)));
}

std::string mh_threads(const settings& s) {
  const auto fit = sl::run(walk, line_posterior(), {.chains = 1024, .draws = 10'000, .warmup = 0, .threads = s.threads, .summaries_only = true, .notes = false}, sl::key(1));
  std::string all;
  for (const auto& row : sl::summarise(fit)) all += number(row.mean) + number(row.sd);
  return all;
}

constexpr sl::run_options one_chain{.chains = 1, .draws = 200'000, .warmup = 0, .threads = 1, .summaries_only = true, .notes = false};

std::string mh1_sites(const settings&) { return check(sl::run(walk, line_posterior(), one_chain, sl::key(1))); }

std::string mh1_vector(const settings&) {
  const sl::posterior post(vector_line, sl::args(std::span<const double>(line_xs())), sl::observe("y", line_ys()));
  return check(sl::run(walk, post, one_chain, sl::key(1)));
}

std::string spin(const settings&) {
  double x = 1.0;
  for (int i = 0; i < 300'000'000; ++i) x = x * 1.0000000001 + 1e-12;
  return number(x);
}

}  // namespace

const std::vector<work>& lane_works() {
  static const std::vector<work> works = {{"is", importance},   {"memory", memory},         {"mh", mh},
                                          {"threads", mh_threads}, {"mh1_sites", mh1_sites}, {"mh1_vector", mh1_vector},
                                          {"spin", spin}};
  return works;
}

}  // namespace bench
