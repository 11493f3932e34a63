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

// A location, a scale and a label, with data that depend on all of them.
template <class Trace>
void location_and_label(Trace& trace, double noise) {
  const auto m = trace("m", sl::normal(0.5, 1.2));
  const auto s = trace("s", sl::gamma(3.0, 2.5));
  const auto z = trace("z", sl::bernoulli(0.35));
  trace("y", sl::iid(sl::normal(m + sl::where(z, 1.5, 0.0), noise * s), 3));
}
constexpr auto model = sl::gen([](auto& trace) { location_and_label(trace, 1.0); });
constexpr auto wrong_noise = sl::gen([](auto& trace) { location_and_label(trace, 1.1); });
// Two groups of data with one variance or two.
constexpr auto variances = sl::gen(sl::dynamic, [](auto& trace) {
  double a, b;
  if (trace("two", sl::bernoulli(0.4))) {
    a = trace({"v", 0}, sl::gamma(4.0, 4.0));
    b = trace({"v", 1}, sl::gamma(4.0, 4.0));
  } else {
    a = b = trace("common", sl::gamma(5.0, 6.0));
  }
  trace({"y", 0}, sl::iid(sl::normal(0.0, std::sqrt(a)), 3));
  trace({"y", 1}, sl::iid(sl::normal(0.0, std::sqrt(b)), 3));
});

using numbers = std::vector<double>;
using sample = std::vector<numbers>;  // [function][chain]

// Functions of parameters and data; u breaks the ties of discrete ones.
numbers functions(const decltype(model)&, const sl::choice_map& c, double u) {
  const auto y = c.get<numbers>("y");
  const double m = c["m"], s = c["s"], z = c["z"], mean = (y[0] + y[1] + y[2]) / 3;
  double spread = 0;
  for (const double x : y) spread += (x - mean) * (x - mean);
  return {m, s, z + u, mean, m * mean, std::log(spread), std::log(spread) - 2 * std::log(s), (z - 0.35) * (mean - m)};
}
numbers functions(const decltype(variances)&, const sl::choice_map& c, double u) {
  const double two = c["two"], a = two == 1 ? c[{"v", 0}] : c["common"], b = two == 1 ? c[{"v", 1}] : a;
  double first = 0, second = 0;
  for (const double x : c.get<numbers>({"y", 0})) first += x * x;
  for (const double x : c.get<numbers>({"y", 1})) second += x * x;
  return {two + u, a, b, std::log(a / b) + 1e-9 * u, first, second, std::log(first / second) * (two - 0.4), first / a, second / b};
}
template <class Model>
void add(sample& to, const Model& body, const sl::choice_map& c, const sl::key& k) {
  sl::stream<double> coins(k.scope(sl::hash_text("ties")));
  coins.visit(0);
  const numbers values = functions(body, c, coins.uniform());
  to.resize(values.size());
  for (std::size_t f = 0; f < values.size(); ++f) to[f].push_back(values[f]);
}
// The data among the choices, or everything else.
sl::choice_map part(const sl::choice_map& all, bool data) {
  sl::choice_map c;
  for (const auto& e : all.entries())
    if ((e.where.str().front() == 'y') == data) c.set(e.where, e.value);
  return c;
}

template <class Model>
sample marginal_conditional(const Model& body, const sl::key& k) {
  sample s;
  for (std::uint64_t c = 0; c < chains; ++c) add(s, body, sl::simulate(body, sl::args(), sl::fold_in(k, c)).choices(), sl::fold_in(k, c));
  return s;
}

// The parameters after one step of a kernel from `parameters`.
template <class Kernel, class Post>
sl::choice_map after_a_step(const Kernel& kernel, const Post& post, const sl::choice_map& parameters, const sl::key& k) {
  if constexpr (Post::model_type::is_dynamic) {
    sl::trace_chain<Post> chain(post, 0, 1);
    chain.start(k.scope(sl::hash_text("start")));
    chain.candidate_by_update(parameters, k);
    chain.accept(true);
    auto state = kernel.start(chain);
    kernel.step(k, chain, state, {});
    return part(sl::choices_of(chain.state()), false);
  } else {
    const auto layout = sl::find_layout<double>(post);
    sl::lane_chains<double, Post> chain(post, layout, {0, 1});
    chain.start(k.scope(sl::hash_text("start")));
    chain.begin_candidate();
    for (const auto site : layout.latents) *chain.candidate(site) = parameters.find(layout.structure->path_of(site)).at(0, 0);
    chain.candidate_score();
    chain.accept(true);
    auto state = kernel.start(chain);
    kernel.step(k, chain, state, {});
    sl::choice_map c;
    for (const auto site : layout.latents) c.set(layout.structure->path_of(site), sl::choice_value(layout.structure->sites()[site].type, {*chain.current(site)}));
    return c;
  }
}
// `rounds` rounds of: a step of the kernel given the data, under the posterior of `inferred`; new data from `body` given the parameters.
template <class Model, class Inferred, class Kernel>
sample successive_conditional(const Model& body, const Inferred& inferred, const Kernel& kernel, std::size_t rounds, const sl::key& k) {
  sample result;
  for (std::uint64_t c = 0; c < chains; ++c) {
    const sl::key own = sl::fold_in(k, c).scope(sl::hash_text("chain"));
    auto state = sl::simulate(body, sl::args(), own).choices();
    for (std::uint64_t r = 0; r < rounds; ++r) {
      const sl::key round = own.scope(r + 1);
      const sl::posterior post(inferred, sl::args(), part(state, true));
      const auto moved = after_a_step(kernel, post, part(state, false), round.scope(sl::hash_text("move")));
      state = sl::generate(body, sl::args(), moved, round.scope(sl::hash_text("data"))).trace.choices();
    }
    add(result, body, state, own);
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
template <class Kernel>
void expect_agreement(const Kernel& kernel, std::size_t rounds, std::uint64_t seed) {
  EXPECT_LT(worst(marginal_conditional(model, sl::key(seed)), successive_conditional(model, model, kernel, rounds, sl::key(seed + 100))), 2.7);
}

const sl::selection continuous = sl::select("m", "s");
// Moves location and label together: the label flips, the location makes up for it.
constexpr auto nothing = sl::gen([](auto&, const auto&) {});
constexpr auto flip_and_shift = [](auto& move) {
  const auto z = move.model.boolean("z");
  move.model.set("z", !z);
  move.model.set("m", move.model["m"] + sl::where(z, 1.5, -1.5) * sl::exp(-0.2 * move.model["s"]));
};
// Moves location and scale: |det J| = (1 + m²) / (1 + (m + u)²).
constexpr auto step = sl::gen([](auto& trace, const auto& current) { trace("u", sl::normal(0.2 * current["m"], 0.4)); });
constexpr auto rescale = [](auto& move) {
  const auto m = move.model["m"], s = move.model["s"], u = move.auxiliary["u"];
  move.model.set("m", m + u);
  move.model.set("s", s * (1.0 + m * m) / (1.0 + (m + u) * (m + u)));
  move.auxiliary.set("u", -u);
};
// Reversible jump: s into s r and s / r, and back. |det J| = 2 s / r.
constexpr auto ratio = sl::gen(sl::dynamic, [](auto& trace, const auto& current) {
  if (current["two"] == 0) trace("r", sl::log_normal(0.2, 0.7));
});
template <class Move>
void split_and_merge(Move& move, double power) {
  const bool two = move.model.boolean("two");
  move.model.set("two", !two);
  if (two) {
    const auto a = move.model[{"v", 0}], b = move.model[{"v", 1}];
    move.model.set("common", sl::sqrt(a * b));
    move.auxiliary.set("r", sl::pow(a / b, 0.5 / power));
  } else {
    const auto s = move.model["common"], r = sl::pow(move.auxiliary["r"], power);
    move.model.set({"v", 0}, s * r);
    move.model.set({"v", 1}, s / r);
  }
}
constexpr auto jump = [](auto& move) { split_and_merge(move, 1.3); };

}  // namespace

TEST(geweke, drift) { expect_agreement(kernels::cycle(kernels::drift({.scale = 0.6, .at = continuous}), kernels::drift({.scale = 0.3, .at = "m"})), 8, 1); }
TEST(geweke, nuts) { expect_agreement(kernels::at(continuous, kernels::nuts({.step_size = 0.4})), 5, 2); }
TEST(geweke, gibbs) { expect_agreement(kernels::cycle(kernels::gibbs({.at = "z"}), kernels::drift({.scale = 0.6, .at = continuous})), 8, 3); }
TEST(geweke, involution) { expect_agreement(kernels::cycle(kernels::involution(nothing, flip_and_shift), kernels::involution(step, rescale)), 8, 4); }
TEST(geweke, reversible_jump) {
  const auto kernel = kernels::cycle(kernels::involution(ratio, jump), kernels::drift({.scale = 0.4, .at = !sl::select("two")}));
  EXPECT_LT(worst(marginal_conditional(variances, sl::key(5)), successive_conditional(variances, variances, kernel, 6, sl::key(105))), 2.7);
}
TEST(geweke, sees_a_kernel_of_the_wrong_posterior) {
  const auto kernel = kernels::drift({.scale = 0.6, .at = continuous});
  EXPECT_GT(worst(marginal_conditional(model, sl::key(6)), successive_conditional(model, wrong_noise, kernel, 8, sl::key(106))), 2.7);
}
