// The particles of a filter as the last step has left them, and what can be read from them and from their histories.
#pragma once

#include <concepts>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <starling/diagnostics/quantile.hpp>
#include <starling/inference/ancestors.hpp>
#include <starling/inference/filter_report.hpp>
#include <starling/models/generate.hpp>

namespace starling {

struct particle_filter_options {
  std::size_t particles = 1000;
  double resample_below = 0.5;  // resampled where the effective sample size is below this share of the particles; 1: at every step
  bool history = true;          // keep the choices of all steps, not of the last only
  std::size_t threads = 0;      // 0: all cores
};

// Of a kernel(t, state, parameters…) that is run in lanes: numbers in packs of T.
template <class T, generative_function Kernel, class State, class... Parameters>
class filter_population {
 public:
  using V = native_pack<T>;
  using S = lift<V, State>;
  static constexpr std::size_t width = lanes_of<V>;

  std::size_t steps() const { return count_; }
  std::size_t particles() const { return options_.particles; }
  double log_evidence() const { return log_evidence_; }  // log p(all observations so far), estimated
  double ess() const { return ess_; }
  // The weights of the particles, which sum to 1.
  std::vector<double> weights() const {
    auto w = starling::column(weights_, options_.particles);
    for (double& x : w) x /= weight_sum_;
    return w;
  }
  // Where weights or ancestors have collapsed: a sentence for each kind, with the worst step.
  std::vector<std::string> warnings() const { return report_.warnings(); }

  // Of the last step, a number a particle: a scalar choice or note (NaN where a particle does not have it), or f(what the kernel returned),
  // where f takes the state with packs for numbers.
  std::vector<double> values(const path& where) const {
    if (columns_.empty()) throw std::logic_error("particle_filter: no step was made");
    const column& c = columns_.back();
    if (c.structure->find(where.hash()) < 0)
      if (auto x = note_values(where); !x.empty()) return x;
    return column_values(columns_.size() - 1, where);
  }
  template <std::invocable<const S&> F>
  std::vector<double> values(const F& f) const {
    std::vector<double> x(options_.particles);
    for (std::size_t b = 0; b < blocks_; ++b) {
      const arena_scope scope;
      const auto y = f(states_[b]);
      for (std::size_t l = 0; l < width && b * width + l < x.size(); ++l) x[b * width + l] = static_cast<double>(lane_of(y, static_cast<int>(l)));
    }
    return x;
  }
  // Their weighted mean, and the quantile of probability p, over the particles that have them; NaN where none has.
  double mean(const path& where) const { return weighted_mean(values(where), weights()); }
  template <std::invocable<const S&> F>
  double mean(const F& f) const { return weighted_mean(values(f), weights()); }
  double quantile(const path& where, double p) const { return weighted_quantile(values(where), weights(), p); }
  template <std::invocable<const S&> F>
  double quantile(const F& f, double p) const { return weighted_quantile(values(f), weights(), p); }
  // The mean of f(number).
  template <class F>
  double mean(const path& where, F&& f) const {
    auto x = values(where);
    for (double& e : x) e = f(e);
    return weighted_mean(x, weights());
  }
  // A scalar choice of all steps along the history of each particle (of the last step), [particle][step].
  std::vector<double> history(const path& where) const {
    if (!options_.history) throw std::logic_error("particle_filter: no history was kept (.history = false)");
    const std::size_t n = options_.particles;
    std::vector<double> h(n * count_);
    std::vector<std::uint32_t> at(n);
    for (std::uint32_t i = 0; i < n; ++i) at[i] = i;
    for (std::size_t t = count_; t-- > 0;) {
      const auto x = column_values(t, where);
      for (std::size_t i = 0; i < n; ++i) h[i * count_ + t] = x[at[i]];
      if (columns_[t].ancestors)
        for (auto& a : at) a = columns_[t].ancestors[a];
    }
    return h;
  }

 protected:
  // Written once, then shared by copies of the filter.
  struct column {
    std::shared_ptr<const schema> structure;
    std::uint64_t observed = 0;  // hash of the observed addresses
    std::shared_ptr<V[]> values;
    std::vector<V> shared;
    std::shared_ptr<std::uint32_t[]> ancestors;  // of the particles before the step; null: themselves
  };

  filter_population(const Kernel& kernel, arguments<State, Parameters...> as, const particle_filter_options& o)
      : kernel_(kernel), arguments_(std::move(as)), options_(o), blocks_((o.particles + width - 1) / width), report_(o.particles) {}

  template <class Handler>
  S run_kernel(Handler& h, std::size_t t, const S& state) const {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return S(kernel_.run(h, t, state, std::get<I + 1>(arguments_.values)...));
    }(std::index_sequence_for<Parameters...>());
  }

  tile<V> place_of(const column& c, std::size_t b) const { return {c.values.get() + b * c.structure->elements(), const_cast<V*>(c.shared.data()), nullptr}; }

  Kernel kernel_;
  arguments<State, Parameters...> arguments_;
  particle_filter_options options_;
  std::size_t blocks_, count_ = 0;
  std::vector<S> states_, before_;  // as the last step left them, and what it began from
  std::vector<own_memory> memory_, before_memory_;  // where the vectors of states lie
  std::vector<V> weights_;                          // relative to the largest
  double weight_sum_ = 1, log_evidence_ = 0, ess_ = 0;
  std::vector<column> columns_;  // of each step; without history of the last
  filter_report report_;

 private:
  std::vector<double> column_values(std::size_t t, const path& where) const {
    const column& c = columns_[t];
    const std::uint32_t k = site_at(*c.structure, where);
    const site& s = c.structure->sites()[k];
    if (s.type.rank != 0) throw std::invalid_argument("particle_filter: expected a scalar at " + where.str() + ", it holds " + s.type.str());
    std::vector<double> x(options_.particles);
    for (std::size_t b = 0; b < blocks_; ++b) {
      V here = s.shared ? c.shared[s.offset] : c.values[b * c.structure->elements() + s.offset];
      if (s.is_conditional()) here = starling::where(lanes_present(*c.structure, place_of(c, b), k), here, V(std::numeric_limits<T>::quiet_NaN()));
      for (std::size_t l = 0; l < width && b * width + l < x.size(); ++l) x[b * width + l] = static_cast<double>(here[static_cast<int>(l)]);
    }
    return x;
  }

  // The notes of the last step are told by running it once more over its choices.
  class note_column final : public note_sink<V> {
   public:
    note_column(const path& where, std::vector<double>& values) : where_(where), values_(values) {}
    void note(const path& at, const choice_type& type, const V* x) override {
      if (!(at == where_)) return;
      if (type.rank != 0) throw std::invalid_argument("particle_filter: expected a scalar at " + at.str() + ", it holds " + type.str());
      found = true;
      for (std::size_t l = 0; l < width && first + l < values_.size(); ++l) {
        const double told = static_cast<double>((*x)[static_cast<int>(l)]);
        if (told == told) values_[first + l] = told;  // the branches of a switch_ may share a name
      }
    }
    bool found = false;
    std::size_t first = 0;

   private:
    const path& where_;
    std::vector<double>& values_;
  };
  // Empty where there is no such note.
  std::vector<double> note_values(const path& where) const {
    const column& c = columns_.back();
    const site_plan standing = stand_all(c.structure->sites().size());
    std::vector<double> x(options_.particles, std::numeric_limits<double>::quiet_NaN());
    note_column sink(where, x);
    for (std::size_t b = 0; b < blocks_; ++b) {
      const arena_scope scope;
      structure_walk walk(c.structure, true);
      deciding_handler<V> h(walk, place_of(c, b), {b * width, options_.particles}, standing);
      h.send_notes_to(&sink);
      sink.first = b * width;
      run_kernel(h, count_ - 1, before_[b]);
    }
    return sink.found ? x : std::vector<double>();
  }
};

}  // namespace starling
