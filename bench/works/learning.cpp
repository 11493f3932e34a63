// Learning from independent data, each with latents of its own: a mixture of four normals with a discrete guide by vimco and by wake-sleep, and a linear model of two
// hidden numbers by doubly reparameterised gradients. As the peers' programs: 128 data, 16 samples of each, Adam.
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <starling/distributions/categorical_logit.hpp>
#include <starling/distributions/iid.hpp>
#include <starling/distributions/normal.hpp>
#include <starling/inference/variational/items.hpp>
#include <starling/values/linear_algebra.hpp>
#include <starling/values/math.hpp>
#include <starling/values/pick.hpp>
#include <starling/values/vector_math.hpp>

#include "works/hash01.hpp"
#include "works/work.hpp"

namespace bench {

namespace sl = starling;

namespace {

constexpr std::size_t data = 128, samples = 16;

// Where parameters begin: made once.
const std::vector<double> four(4, 0.0), middles{-6, -2, 2, 6};

// The mixture.
const auto mixture = sl::gen([](auto& trace) {
  const auto z = trace("z", sl::categorical_logit(trace.param("weights", four)));
  trace("x", sl::normal(sl::pick(trace.param("at", middles), z), 1.0));
});
const auto which = sl::gen([](auto& trace, const auto& seen) {
  trace("z", sl::categorical_logit(trace.param("slopes", four) * seen["x"] + trace.param("shifts", four)));
});
double seen_of_mixture(std::size_t n) { return 0.9 * std::sin(static_cast<double>(n) + 1) + (n % 2 == 1 ? 4 : -4); }
double log_likelihood_of_mixture(const sl::parameter_store& p) {
  double total = 0, sum = 0;
  for (const double w : p["weights"]) total += std::exp(w);
  for (std::size_t n = 0; n < data; ++n) {
    double density = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const double r = seen_of_mixture(n) - p["at"][k];
      density += std::exp(p["weights"][k] - 0.5 * r * r) / total;
    }
    sum += std::log(density) - 0.91893853320467274178;
  }
  return sum / data;
}

// x = W z + m + e^s noise.
constexpr std::size_t wide = 10, narrow = 2;
std::vector<double> first_weights() {
  std::vector<double> w;
  for (std::size_t i = 0; i < wide; ++i)
    for (std::size_t k = 0; k < narrow; ++k) w.push_back(0.5 * std::cos(static_cast<double>(i + 2 * k)));
  return w;
}
const std::vector<double> weights_at_first = first_weights(), of_wide(wide, 0.0), of_narrow(narrow, 0.0), of_both(wide* narrow, 0.0);
const auto linear = sl::gen([](auto& trace) {
  const auto z = trace("z", sl::iid(sl::normal(0.0, 1.0), narrow));
  const auto w = trace.param("w", weights_at_first);
  trace("x", sl::normal(sl::matvec(sl::matrix(w.data(), wide, narrow), z) + trace.param("m", of_wide), sl::exp(trace.param("s", 0.0))));
});
const auto linear_guide = sl::gen([](auto& trace, const auto& seen) {
  const auto a = trace.param("a", of_both);
  trace("z", sl::normal(sl::matvec(sl::matrix(a.data(), narrow, wide), seen.get("x")) + trace.param("c", of_narrow),
                        sl::exp(trace.param("l", of_narrow))));
});
std::vector<double> seen_of_linear(std::size_t n) {
  std::vector<double> x;
  for (std::size_t i = 0; i < wide; ++i) {
    const auto at = static_cast<double>(i);
    double sum = 0.3 * std::sin(at) + 0.5 * std::sqrt(12.0) * (hash01(n, i + 310) - 0.5);
    for (std::size_t k = 0; k < narrow; ++k) sum += std::sqrt(12.0) * (hash01(n, k + 300) - 0.5) * std::cos(1.3 * at + 2.1 * static_cast<double>(k));
    x.push_back(sum);
  }
  return x;
}

// A fit of `steps` steps, and what it must reach: the mean of its objective over the last tenth, or a log likelihood in closed form.
template <class Items, class Guide, class Objective> prepared_work learn(Items of, const Guide& guide, const Objective& objective, std::size_t steps, double least, double most, bool exactly) {
  struct state {
    Items of;
    sl::fit_result last;
    std::uint64_t seed = 0;
  };
  const auto s = std::make_shared<state>(state{std::move(of), {}});
  return {[=] { s->last = sl::fit(objective, s->of, guide, sl::adam{.rate = 0.01}, {.steps = steps, .samples = 1, .threads = 1}, sl::key(++s->seed)); },
          [=] {
            const double reached = exactly ? log_likelihood_of_mixture(s->last.last) : s->last.value;
            return verdict{(exactly ? "log likelihood of a datum " : "bound of a datum ") + std::to_string(reached), reached > least && reached < most};
          },
          steps};
}
constexpr double best_of_mixture = -1.8158;  // by EM: ../shared/peers/w5b.py

auto mixture_data() {
  std::vector<double> x;
  for (std::size_t n = 0; n < data; ++n) x.push_back(seen_of_mixture(n));
  return sl::items(mixture, sl::args(), {{"x", sl::per_lane(x)}}, {.batch = data});
}
auto linear_data() {
  std::vector<double> x;
  for (std::size_t n = 0; n < data; ++n)
    for (const double y : seen_of_linear(n)) x.push_back(y);
  return sl::items(linear, sl::args(), {{"x", sl::per_lane(x, wide)}}, {.batch = data});
}

}  // namespace

prepared_work prepare_vimco(const work_options&) {
  return learn(mixture_data(), sl::amortised(which), sl::objectives::vimco(samples), 2000, best_of_mixture - 0.05, best_of_mixture + 0.001, true);
}
prepared_work prepare_wake_sleep(const work_options&) {
  return learn(mixture_data(), sl::amortised(which), sl::objectives::wake_sleep(samples), 2000, best_of_mixture - 0.05, best_of_mixture + 0.001, true);
}
prepared_work prepare_doubly(const work_options&) {
  return learn(linear_data(), sl::amortised(linear_guide), sl::objectives::iwelbo(samples), 1000, -10.1, -9.9, false);
}

}  // namespace bench
