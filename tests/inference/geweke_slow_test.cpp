// Geweke's joint distribution tests (2004): parameters from the prior and data given them (the marginal-conditional simulator) are
// distributed like the states of a chain that in turn moves the parameters by a kernel given the data and draws data afresh given the
// parameters (the successive-conditional simulator). A kernel that does not leave the posterior unchanged for every data set, or a density
// that differs from the sampler, makes them differ.
//
// Many short chains, each started from the prior, so that the states after `rounds` rounds are independent: two samples of each function of
// parameters and data, by Kolmogorov and Smirnov's test at 1e-6.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include <starling/distributions/distributions.hpp>
#include <starling/inference/kernels/composition.hpp>
#include <starling/inference/kernels/drift.hpp>
#include <starling/inference/kernels/at.hpp>
#include <starling/inference/kernels/gibbs.hpp>
#include <starling/inference/kernels/involution.hpp>
#include <starling/inference/kernels/nuts.hpp>
#include <starling/inference/run.hpp>
#include <starling/models/regenerate.hpp>

namespace sl = starling;
namespace kernels = sl::kernels;

namespace {

constexpr std::size_t chains = 8'000;

// A location, a scale and a label, with data that depend on all of them. `data` scales the noise of simulated data: 1 but for the controls.
constexpr auto parameters_and_data = [](auto& trace) {
  const auto m = trace("m", sl::normal(0.5, 1.2));
  const auto s = trace("s", sl::gamma(3.0, 2.5));
  const auto z = trace("z", sl::bernoulli(0.35));
  trace("y", sl::iid(sl::normal(m + sl::where(z, 1.5, 0.0), s), 3));
};
constexpr auto model = sl::gen(parameters_and_data);
constexpr auto dynamic_model = sl::gen(sl::dynamic, parameters_and_data);

// [function][chain]: m, log s, z with a coin, the mean of the data, m times the mean, log of the spread of the data.
using sample = std::array<std::vector<double>, 6>;
void add(sample& to, double m, double s, double z, const std::vector<double>& y, double u) {
  const double mean = (y[0] + y[1] + y[2]) / 3;
  double spread = 0;
  for (const double x : y) spread += (x - mean) * (x - mean);
  const double values[] = {m, std::log(s), z + u, mean, m * mean, 0.5 * std::log(spread) - std::log(s) * (z == 1 ? 1 : -1)};
  for (std::size_t f = 0; f < to.size(); ++f) to[f].push_back(values[f]);
}
double coin(const sl::key& k) {
  sl::stream<double> numbers(k.scope(sl::hash_text("ties")));
  numbers.visit(0);
  return numbers.uniform();
}
template <class Trace>
void add(sample& to, const Trace& t, const sl::key& k) {
  add(to, t["m"], t["s"], t["z"], t.template get<std::vector<double>>("y"), coin(k));
}

template <class Model>
sample marginal_conditional(const Model& body, const sl::key& k) {
  sample s;
  for (std::uint64_t c = 0; c < chains; ++c) add(s, sl::simulate(body, sl::args(), sl::fold_in(k, c)), sl::fold_in(k, c));
  return s;
}

// One chain alone, as the kernels see it: its start is the trace of the round before.
template <class V, class Post>
class started_chain {
 public:
  started_chain(const Post& post, const sl::choice_map& start) : layout_(sl::find_layout<V>(post)), chains(post, layout_, {0, 1}) {
    chains.start(sl::key(0));
    chains.begin_candidate();
    for (const auto k : layout_.latents) {
      const sl::site& s = layout_.structure->sites()[k];
      const auto from = start.find(layout_.structure->path_of(k));
      for (std::size_t e = 0; e < s.type.size(); ++e) chains.candidate(k)[e] = V(from.at(e, 0));
    }
    chains.candidate_score();
    chains.accept(sl::mask_of<V>(true));
  }
  sl::choice_map choices() const {
    sl::choice_map c;
    for (const auto k : layout_.latents) {
      const sl::site& s = layout_.structure->sites()[k];
      c.set(layout_.structure->path_of(k), sl::choice_value(s.type, {sl::number_in(*chains.current(k), 0)}));
    }
    return c;
  }

 private:
  sl::posterior_layout<V> layout_;

 public:
  sl::lane_chains<V, Post> chains;
};

// `rounds` rounds of: the kernel given the data, new data given the parameters.
template <class Kernel>
sample successive_conditional(const Kernel& kernel, std::size_t rounds, const sl::key& k) {
  sample result;
  for (std::uint64_t c = 0; c < chains; ++c) {
    const sl::key own = sl::fold_in(k, c).scope(sl::hash_text("chain"));
    auto t = sl::simulate(model, sl::args(), own);
    for (std::uint64_t r = 0; r < rounds; ++r) {
      const sl::key round = own.scope(r + 1);
      const sl::posterior post(model, sl::args(), sl::observe("y", t.get<std::vector<double>>("y")));
      started_chain<double, std::decay_t<decltype(post)>> chain(post, t.choices());
      auto state = kernel.start(chain.chains);
      kernel.step(round.scope(sl::hash_text("move")), chain.chains, state, {});
      t = sl::generate(model, sl::args(), chain.choices(), round.scope(sl::hash_text("data"))).trace;
    }
    add(result, t, own);
  }
  return result;
}

// √(n/2) times the greatest distance of two empirical distributions of n numbers: above 2.7 with probability 2 exp(−2 · 2.7²) < 1e-6.
double distance(std::vector<double> a, std::vector<double> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  double d = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double x = std::min(a[i], b[j]);
    while (i < a.size() && a[i] <= x) ++i;
    while (j < b.size() && b[j] <= x) ++j;
    d = std::max(d, std::abs(static_cast<double>(i) / static_cast<double>(a.size()) - static_cast<double>(j) / static_cast<double>(b.size())));
  }
  return d * std::sqrt(static_cast<double>(a.size()) / 2);
}
double worst(const sample& a, const sample& b) {
  double d = 0;
  for (std::size_t f = 0; f < a.size(); ++f) d = std::max(d, distance(a[f], b[f]));
  return d;
}
const sample& exact() {
  static const sample s = marginal_conditional(model, sl::key(1));
  return s;
}

const sl::selection continuous = sl::select("m", "s");
// Moves the location and the label together: the label flips, the location makes up for it; s scales by what came before.
constexpr auto step = sl::gen([](auto& trace, const auto& current) { trace("u", sl::normal(0.2 * current["m"], 0.4)); });
constexpr auto flip_and_shift = [](auto& move) {
  const auto z = move.model.boolean("z");
  const auto m = move.model["m"], s = move.model["s"], u = move.auxiliary["u"];
  move.model.set("z", !z);
  move.model.set("m", m + sl::where(z, 1.5, -1.5) * sl::exp(-0.2 * s));
  move.model.set("s", s);
  move.auxiliary.set("u", u);
};
constexpr auto rescale = [](auto& move) {
  const auto m = move.model["m"], s = move.model["s"], u = move.auxiliary["u"];
  move.model.set("m", m + u);
  move.model.set("s", s * (1.0 + m * m) / (1.0 + (m + u) * (m + u)));
  move.auxiliary.set("u", -u);
};

}  // namespace

TEST(geweke, the_marginal_conditional_simulator_agrees_with_itself) { EXPECT_LT(worst(exact(), marginal_conditional(model, sl::key(2))), 2.7); }
TEST(geweke, drift) { EXPECT_LT(worst(exact(), successive_conditional(kernels::cycle(kernels::drift({.scale = 0.6, .at = continuous}), kernels::drift({.scale = 0.3, .at = "m"})), 8, sl::key(3))), 2.7); }
TEST(geweke, nuts) { EXPECT_LT(worst(exact(), successive_conditional(kernels::at(continuous, kernels::nuts({.step_size = 0.4})), 5, sl::key(4))), 2.7); }
TEST(geweke, gibbs) { EXPECT_LT(worst(exact(), successive_conditional(kernels::cycle(kernels::gibbs({.at = "z"}), kernels::drift({.scale = 0.6, .at = continuous})), 8, sl::key(5))), 2.7); }
TEST(geweke, involution) { EXPECT_LT(worst(exact(), successive_conditional(kernels::cycle(kernels::involution(step, flip_and_shift), kernels::involution(step, rescale)), 8, sl::key(6))), 2.7); }
