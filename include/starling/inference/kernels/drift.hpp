// Random-walk Metropolis: real-valued latents move by Gaussian steps, as they are (outside the support the density is −∞).
//
// x' = x + S u, u standard normal; accepted with probability min(1, p(x')/p(x)). S is fixed, or found during the warm-up, for each
// chain by itself:
//   adapt::scale        S = s·diag(scales); log s follows the acceptance rate (Robbins–Monro)
//   adapt::covariance   S lower triangular: robust adaptive Metropolis (Vihola, Statistics and Computing 22, 2012): after a step
//                       with acceptance rate α,  S Sᵀ ← S (I + η (α − α*) u uᵀ/|u|²) Sᵀ,  η = min(1, d·n^(−2/3)).
// α* = 0.234, or 0.44 in one dimension (Gelman, Roberts, Gilks 1996).
#pragma once

#include <cmath>
#include <utility>

#include <starling/inference/kernels/kernel.hpp>
#include <starling/values/log.hpp>

namespace starling::kernels {

enum class adapt { automatic, none, scale, covariance };

struct drift_options {
  double scale = 0;                                   // of every step; 0: 2.4/√d to begin with, and adapt the covariance
  std::vector<std::pair<path, double>> scales = {};   // of single addresses, instead
  std::vector<double> covariance = {};                // of the steps, d × d, row-major, in the order of the latents
  selection at = starling::all;                       // which latents
  adapt adaptation = adapt::automatic;                // none where a scale, scales or a covariance are given
};

class drift : public kernel {
 public:
  static constexpr const char* name = "drift";
  explicit drift(drift_options options = {});

  template <class V>
  struct state {
    std::vector<std::uint32_t> sites;    // that move
    std::vector<std::uint32_t> others;   // latents that stay
    std::vector<std::uint32_t> sizes;
    bool triangular = false;
    std::vector<V> factor;               // S: the diagonal, or the lower triangle by rows
    std::vector<V> step;                 // u
    std::vector<V> spare;
    V coin;                              // uniform: decides about the step
    bool is_ahead = false;               // the same for the step of `key_ahead`
    key key_ahead = key(0);
    std::vector<V> step_ahead;
    V coin_ahead;
  };

  // Chains of a dynamic model: the latents that the trace has just now move, all by `scale` (1 to begin with, and adapted, where none
  // is given) or by the scales of their addresses. Scales do not depend on how many latents there are, or moves would not be symmetric.
  template <class Chains>
  auto start(Chains& chains) const {
    if constexpr (Chains::is_dynamic) {
      if (!options_.covariance.empty()) refuse_covariance();
      return options_.scale > 0 ? options_.scale : 1.0;
    } else {
      return start_lanes(chains);
    }
  }
  template <class Chains, class State>
  auto step(const key& k, Chains& chains, State& s, const phase& p) const {
    if constexpr (Chains::is_dynamic) return step_trace(k, chains, s, p);
    else return step_lanes(k, chains, s, p);
  }

 private:
  template <class Chains>
  auto start_lanes(Chains& chains) const {
    using V = typename Chains::real;
    state<V> s;
    s.sites = selected_latents(chains.layout(), options_.at, name);
    std::size_t d = 0;
    for (const auto k : s.sites) {
      const auto& site = chains.structure().sites()[k];
      if (site.type.kind != value_kind::real) refuse_kind(chains.structure().path_of(k), site.type);
      s.sizes.push_back(static_cast<std::uint32_t>(site.type.size()));
      d += site.type.size();
    }
    for (const auto k : chains.layout().latents)
      if (std::find(s.sites.begin(), s.sites.end(), k) == s.sites.end()) s.others.push_back(k);
    std::vector<path> paths;
    for (const auto k : s.sites) paths.push_back(chains.structure().path_of(k));
    s.triangular = is_triangular();
    for (const double x : initial_factor(paths, s.sizes, d)) s.factor.push_back(V(static_cast<scalar_of<V>>(x)));
    s.step.resize(d);
    s.spare.resize(d);
    s.step_ahead.resize(d);
    return s;
  }

  template <class Chains, class State>
  auto step_lanes(const key& k, Chains& chains, State& s, const phase& p) const {
    using V = typename Chains::real;
    if (s.is_ahead && s.key_ahead == k) {
      s.step.swap(s.step_ahead);
      s.coin = s.coin_ahead;
    } else {
      draw(k, chains.place().first_lane, s.step, s.coin);
    }
    std::size_t i = 0;
    for (std::size_t j = 0; j < s.sites.size(); ++j) {
      const V* now = chains.current(s.sites[j]);
      V* next = chains.candidate(s.sites[j]);
      for (std::uint32_t e = 0; e < s.sizes[j]; ++e, ++i) next[e] = now[e] + move(s, i);
    }
    for (const auto other : s.others) {
      const std::size_t n = chains.structure().sites()[other].type.size();
      std::copy_n(chains.current(other), n, chains.candidate(other));
    }
    // The numbers of the next step, drawn while the processor is at this one: neither waits for the other.
    s.is_ahead = k.step_word() != 0;
    if (s.is_ahead) {
      s.key_ahead = k.following();
      draw(s.key_ahead, chains.place().first_lane, s.step_ahead, s.coin_ahead);
    }
    const V ratio = chains.candidate_score() - chains.score();
    const auto info = metropolis<V>(ratio, s.coin);
    chains.accept(info.accepted, s.sites);
    if (p.warmup && adaptation_ != adapt::none) tune(s, info.acceptance_rate, p.step);
    return info;
  }

  template <class Chains>
  step_info<double> step_trace(const key& k, Chains& chains, double& scale, const phase& p) const {
    stream<double> numbers(k.scope(hash_text(name)), chains.place().first_lane);
    std::uint32_t visits = 0;
    choice_map proposed;
    const auto marks = chains.selected(options_.at);
    const auto& sites = chains.structure().sites();
    for (std::uint32_t j = 0; j < marks.size(); ++j) {
      if (!marks[j]) continue;
      const path where = chains.structure().path_of(j);
      if (sites[j].type.kind != value_kind::real) refuse_kind(where, sites[j].type);
      const double one = scale_at(where, scale);
      std::vector<double> next(sites[j].type.size());
      for (std::size_t e = 0; e < next.size(); ++e) {
        numbers.visit(visits++);
        next[e] = chains.state().numbers.values[sites[j].offset + e] + one * numbers.normal();
      }
      proposed.set(where, choice_value(sites[j].type, std::move(next)));
    }
    const double ratio = chains.candidate_by_update(proposed, k.scope(hash_text("update")));
    numbers.visit(visits);
    const auto info = metropolis<double>(ratio, numbers.uniform());
    chains.accept(info.accepted);
    if (p.warmup && adaptation_ != adapt::none)
      scale *= std::exp(std::min(1.0, 2 * std::pow(static_cast<double>(p.step) + 1, -2.0 / 3.0)) * (info.acceptance_rate - 0.234));
    return info;
  }
  double scale_at(const path& where, double scale) const {
    for (const auto& [address, given] : options_.scales)
      if (where.starts_with(address)) return given;
    return scale;
  }
  [[noreturn]] static void refuse_covariance();

  bool is_triangular() const { return adaptation_ == adapt::covariance || !options_.covariance.empty(); }
  std::vector<double> initial_factor(const std::vector<path>& paths, const std::vector<std::uint32_t>& sizes, std::size_t d) const;
  [[noreturn]] static void refuse_kind(const path& where, const choice_type& type);

  // First all uniforms, then the quantiles: none waits for another.
  template <class V>
  [[gnu::always_inline]] static void draw(const key& k, std::size_t first_lane, std::vector<V>& step, V& coin) {
    stream<V> numbers(k.scope(hash_text(name)), first_lane);
    for (std::size_t i = 0; i < step.size(); ++i) {
      numbers.visit(static_cast<std::uint32_t>(i));
      step[i] = numbers.uniform();
    }
    numbers.visit(static_cast<std::uint32_t>(step.size()));
    coin = numbers.uniform();
    for (V& u : step) u = normal_quantile(u);
  }

  template <class V>
  static V move(const state<V>& s, std::size_t i) {
    if (!s.triangular) return s.factor[i] * s.step[i];
    const V* row = s.factor.data() + i * (i + 1) / 2;
    V sum = row[0] * s.step[0];
    for (std::size_t j = 1; j <= i; ++j) sum += row[j] * s.step[j];
    return sum;
  }

  template <class V>
  [[gnu::noinline]] void tune(state<V>& s, const V& rate, std::size_t n) const {
    using T = scalar_of<V>;
    const std::size_t d = s.step.size();
    const double target = d == 1 ? 0.44 : 0.234;
    const double pace = std::pow(static_cast<double>(n) + 1, -2.0 / 3.0);
    if (adaptation_ == adapt::scale) {
      const V factor = exp(V(static_cast<T>(std::min(1.0, 2 * pace))) * (rate - V(static_cast<T>(target))));
      for (auto& f : s.factor) f *= factor;
      return;
    }
    const V eta(static_cast<T>(std::min(1.0, static_cast<double>(d) * pace) * 0.999));
    V length(0);
    for (const V& u : s.step) length += u * u;
    const V gain = eta * (rate - V(static_cast<T>(target)));
    const V size = sqrt(abs(gain) / length);
    const V sign = where(gain < V(0), V(-1), V(1));
    for (std::size_t i = 0; i < d; ++i) s.spare[i] = move(s, i) * size;
    // S Sᵀ ± v vᵀ, one column after the other.
    for (std::size_t j = 0; j < d; ++j) {
      V& diagonal = s.factor[j * (j + 1) / 2 + j];
      const V v = s.spare[j];
      const V radius = sqrt(diagonal * diagonal + sign * v * v);
      const V c = radius / diagonal, w = v / diagonal;
      diagonal = radius;
      for (std::size_t i = j + 1; i < d; ++i) {
        V& below = s.factor[i * (i + 1) / 2 + j];
        below = (below + sign * w * s.spare[i]) / c;
        s.spare[i] = c * s.spare[i] - w * below;
      }
    }
  }

  drift_options options_;
  adapt adaptation_;
};

}  // namespace starling::kernels
