// Random-walk Metropolis: real-valued latents move by Gaussian steps, as they are (outside the support the density is −∞).
//
// x' = x + S u, u standard normal; accepted with probability min(1, p(x')/p(x)). S is fixed, or found during the warm-up, for each
// chain by itself:
//   adapt::scale        S = s·diag(scales); log s follows the acceptance rate (Robbins–Monro)
//   adapt::covariance   S lower triangular: robust adaptive Metropolis (Vihola, Statistics and Computing 22, 2012): after a step
//                       with acceptance rate α,  S Sᵀ ← S (I + η (α − α*) u uᵀ/|u|²) Sᵀ,  η = min(1, d·n^(−2/3)).
// α* = 0.234, or 0.44 in one dimension (Gelman, Roberts, Gilks 1996). Scales that are far off are found first (far_off_scales.hpp).
#pragma once

#include <utility>

#include <starling/inference/kernels/far_off_scales.hpp>
#include <starling/inference/kernels/kernel.hpp>
#include <starling/random/step_stream.hpp>
#include <starling/values/log.hpp>

namespace starling::kernels {

enum class adapt { automatic,
                   none,
                   scale,
                   covariance };

struct drift_options {
  double scale = 0;                                   // of every step; 0: 2.4/√d to begin with, and adapt the covariance
  std::vector<std::pair<path, double>> scales = {};   // of single addresses, instead
  std::vector<double> covariance = {};                // of the steps, d × d, row-major, in the order of the latents
  selection at = starling::all;                       // which latents
  adapt adaptation = adapt::automatic;                // none where a scale, scales or a covariance are given
};

// The numbers of steps, drawn ahead of their use so that no step waits for its own: in lanes those of the next step, of a single chain
// those of as many steps as a pack has lanes. Of each step d standard normal numbers and the coin: in lanes a uniform number, of a single
// chain its logarithm.
template <class V>
class drift_numbers {
 public:
  static constexpr bool single = lanes_of<V> == 1;
  static constexpr std::size_t steps = single ? lanes_of<native_pack<scalar_of<V>>> : 1;

  explicit drift_numbers(std::size_t d) : d_(d), rows_((d + numbers_of_step::per_block) / numbers_of_step::per_block), numbers_(2 * length()) {}
  bool holds(const key& k) const { return now_ && k.state() == first_.state() && k.step_word() - first_.step_word() < steps; }
  // The numbers of the step of k: number i is at [i · steps].
  const V* of(const key& k) const { return now_ + (k.step_word() - first_.step_word()); }

  // Draws for the step of k and those that follow it; what `of` gave stays until the next time. First all uniforms, then the quantiles:
  // none waits for another.
  [[gnu::always_inline]] void draw(const key& k, std::size_t lane) {
    if (k == first_.following()) scope_ = scope_.following();
    else scope_ = k.scope(hash_text("drift"));
    first_ = k;
    now_ = now_ == numbers_.data() ? numbers_.data() + length() : numbers_.data();
    const numbers_of_step numbers(scope_, lane);
    V* to = now_;
    for (std::size_t row = 0; row < rows_; ++row)
      for (const P& u : numbers.uniforms(static_cast<std::uint32_t>(row))) {
        put(to, u);
        to += steps;
      }
    to = now_;
    for (std::size_t i = 0; i < d_; ++i, to += steps) put(to, normal_quantile(take(to)));
    if constexpr (single) put(to, log(take(to)));
  }

 private:
  using P = std::conditional_t<single, native_pack<scalar_of<V>>, V>;
  using numbers_of_step = std::conditional_t<single, step_stream<P>, stream<P>>;
  static void put(V* to, const P& x) {
    if constexpr (single) x.store(to);
    else *to = x;
  }
  static P take(const V* from) {
    if constexpr (single) return P::load(from);
    else return *from;
  }
  std::size_t length() const { return rows_ * numbers_of_step::per_block * steps; }

  std::size_t d_, rows_;
  std::vector<V> numbers_;  // [number][step], twice
  V* now_ = nullptr;
  key first_ = key(0), scope_ = key(0);
};

class drift : public kernel {
 public:
  static constexpr const char* name = "drift";
  explicit drift(drift_options options = {});
  std::string mark() const;
  drift within(const selection& which) const { return drift(options_within(options_, which)); }

  template <class V>
  struct state {
    std::vector<element_run> moved;      // the latents that move
    std::vector<std::uint32_t> others;   // latents that stay
    bool triangular = false;
    std::vector<V> factor;               // S: the diagonal, or the lower triangle by rows
    std::vector<V> spare;
    drift_numbers<V> numbers;
    far_off_scale<V> scale;              // adapt::scale
    far_off_scales<V> scales;            // adapt::covariance

    template <class Archive>
    void archive(Archive& a) {
      a(factor, scale, scales);
    }
  };
  // Of a chain of a dynamic model.
  struct trace_state {
    double scale;
    far_off_scale<double> far_off = {};
    template <class Archive>
    void archive(Archive& a) {
      a(scale, far_off);
    }
  };

  // Chains of a dynamic model: the latents that the trace has just now move, all by `scale` (1 to begin with, and adapted, where none
  // is given) or by the scales of their addresses. Scales do not depend on how many latents there are, or moves would not be symmetric.
  template <class Chains>
  auto start(Chains& chains) const {
    if constexpr (Chains::is_dynamic) {
      if (!options_.covariance.empty()) refuse_covariance();
      return trace_state{options_.scale > 0 ? options_.scale : 1.0};
    } else {
      return start_lanes(chains);
    }
  }
  template <class Chains, class State>
  [[gnu::always_inline]] auto step(const key& k, Chains& chains, State& s, const phase& p) const {
    if constexpr (Chains::is_dynamic) return step_trace(k, chains, s, p);
    else return step_lanes(k, chains, s, p);
  }

 private:
  template <class Chains>
  auto start_lanes(Chains& chains) const {
    using V = typename Chains::real;
    const auto sites = selected_latents(chains.layout(), options_.at, name);
    std::size_t d = 0;
    std::vector<std::uint32_t> sizes;
    for (const auto k : sites) {
      const auto& site = chains.structure().sites()[k];
      if (site.type.kind != value_kind::real) refuse_kind(chains.structure().path_of(k), site.type);
      sizes.push_back(static_cast<std::uint32_t>(site.type.size()));
      d += site.type.size();
    }
    std::vector<path> paths;
    for (const auto k : sites) paths.push_back(chains.structure().path_of(k));
    state<V> s{element_runs(chains.structure(), sites), {}, is_triangular(), {}, std::vector<V>(d), drift_numbers<V>(d), {}, far_off_scales<V>(adaptation_ == adapt::covariance ? d : 0)};
    for (const auto k : chains.layout().latents)
      if (!holds(sites, k)) s.others.push_back(k);
    for (const double x : initial_factor(paths, sizes, d)) s.factor.push_back(V(static_cast<scalar_of<V>>(x)));
    return s;
  }

  template <class Chains, class State>
  [[gnu::always_inline]] auto step_lanes(const key& k, Chains& chains, State& s, const phase& p) const {
    using V = typename Chains::real;
    if (!s.numbers.holds(k)) s.numbers.draw(k, chains.place().first_lane);
    const V* const u = s.numbers.of(k);
    using numbers = decltype(State::numbers);
    constexpr std::size_t stride = numbers::steps;
    const V* const now = chains.current_values();
    V* const next = chains.candidate_values();
    std::size_t i = 0;
    for (const auto [first, size] : s.moved) {
      if (p.warmup && s.scales.searches(p.step, p.steps)) [[unlikely]]
        for (std::uint32_t e = first; e < first + size; ++e, ++i) next[e] = now[e] + searching_move(s, u, i, p);
      else if (s.triangular)
        for (std::uint32_t e = first; e < first + size; ++e, ++i) next[e] = now[e] + triangular_move(s, u, i);
      else
        for (std::uint32_t e = first; e < first + size; ++e, ++i) next[e] = now[e] + s.factor[i] * u[i * stride];
    }
    for (const auto other : s.others) {
      const std::size_t n = chains.structure().sites()[other].type.size();
      std::copy(chains.current(other), chains.current(other) + n, chains.candidate(other));
    }
    // The numbers of the next step, drawn while the processor is at this one: neither waits for the other.
    if constexpr (!numbers::single) s.numbers.draw(k.following(), chains.place().first_lane);
    V ratio;
    if (chains.is_conditional()) [[unlikely]]
      ratio = chains.candidate_by_update(s.moved, k.scope(hash_text("update")));
    else ratio = chains.candidate_score() - chains.score();
    const V coin = u[s.spare.size() * stride];
    const auto info = numbers::single ? metropolis_by_log(ratio, coin) : metropolis(ratio, coin);
    chains.accept(info.accepted, s.moved);
    if (p.warmup && adaptation_ != adapt::none) tune(s, u, info.acceptance_rate, p);
    return info;
  }

  template <class Chains>
  step_info<double> step_trace(const key& k, Chains& chains, trace_state& state, const phase& p) const {
    double& scale = state.scale;
    stream<double> numbers(k.scope(hash_text(name)), chains.place().first_lane);
    std::uint32_t visits = 0;
    choice_map proposed;
    const auto marks = chains.selected_to_move(options_.at);
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
      scale *= adapted_factor(p.step, info.acceptance_rate) * state.far_off.factor(info.acceptance_rate);
    return info;
  }
  double scale_at(const path& where, double scale) const {
    for (const auto& [address, given] : options_.scales)
      if (where.starts_with(address)) return given;
    return scale;
  }
  // (n + 1)^(−2/3); and by what a scale is multiplied after step n.
  static double adaptation_pace(std::size_t n);
  static double adapted_factor(std::size_t n, double acceptance_rate);
  [[noreturn]] static void refuse_covariance();

  bool is_triangular() const { return adaptation_ == adapt::covariance || !options_.covariance.empty(); }
  std::vector<double> initial_factor(const std::vector<path>& paths, const std::vector<std::uint32_t>& sizes, std::size_t d) const;
  [[noreturn]] static void refuse_kind(const path& where, const choice_type& type);

  // Row i of S u.
  template <class V>
  static V triangular_move(const state<V>& s, const V* u, std::size_t i) {
    const V* row = s.factor.data() + i * (i + 1) / 2;
    V sum = row[0] * u[0];
    for (std::size_t j = 1; j <= i; ++j) sum += row[j] * u[j * s.numbers.steps];
    return sum;
  }

  // The same; in the lanes that search, or try, of one element alone.
  template <class V>
  [[gnu::noinline]] static V searching_move(const state<V>& s, const V* u, std::size_t i, const phase& p) {
    const V step = s.factor[i * (i + 1) / 2 + i];
    const V alone = s.scales.steps_alone(i, p.step) * where(u[i * s.numbers.steps] < V(0), -step, step);
    return where(s.scales.alone(p.step, p.steps), alone, triangular_move(s, u, i));
  }

  // min(1, d n^(−2/3)), n from the end of a lane's search.
  template <class V>
  static V covariance_pace(const state<V>& s, std::size_t n) {
    const auto d = static_cast<double>(s.spare.size());
    V pace(static_cast<scalar_of<V>>(std::min(1.0, d * adaptation_pace(n)) * 0.999));
    if (!any(s.scales.began() > V(0))) [[likely]]
      return pace;
    V count = V(static_cast<scalar_of<V>>(n + 1)) - s.scales.began();
    return min(V(static_cast<scalar_of<V>>(d)) * exp(V(static_cast<scalar_of<V>>(-2.0 / 3)) * log(max(count, V(1)))), V(1)) * V(static_cast<scalar_of<V>>(0.999));
  }

  template <class V>
  [[gnu::noinline]] void tune(state<V>& s, const V* u, const V& rate, const phase& p) const {
    using T = scalar_of<V>;
    const std::size_t n = p.step;
    const std::size_t d = s.spare.size();
    const double target = d == 1 ? 0.44 : 0.234;
    if (adaptation_ == adapt::scale) {
      const V factor = exp(V(static_cast<T>(std::min(1.0, 2 * adaptation_pace(n)))) * (rate - V(static_cast<T>(target)))) * s.scale.factor(rate);
      for (auto& f : s.factor) f *= factor;
      return;
    }
    const V eta = covariance_pace(s, n);
    V length(0);
    for (std::size_t i = 0; i < d; ++i) length += u[i * s.numbers.steps] * u[i * s.numbers.steps];
    const V gain = where(s.scales.alone(n, p.steps), V(0), eta * (rate - V(static_cast<T>(target))));
    const V size = sqrt(abs(gain) / length);
    const V sign = where(gain < V(0), V(-1), V(1));
    for (std::size_t i = 0; i < d; ++i) s.spare[i] = triangular_move(s, u, i) * size;
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
    s.scales.learn(rate, n, p.steps, s.factor);
  }

  drift_options options_;
  adapt adaptation_;
};

}  // namespace starling::kernels
