// One step of sl::fit: draws of the guide, the densities of model and guide at them, and from an objective's weights the derivatives with respect to parameters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/inference/posterior_layout.hpp>
#include <starling/inference/variational/guide_runs.hpp>
#include <starling/inference/variational/objectives.hpp>
#include <starling/inference/variational/sleep_step.hpp>
#include <starling/models/posterior.hpp>
#include <starling/traces/selection.hpp>

namespace starling {

template <class V, class Posterior, class Guide, class Objective> class fit_step {
 public:
  using A = adjoint<V>;
  static constexpr std::size_t width = lanes_of<V>;

  fit_step(const Objective& objective, const Guide& guide, std::size_t groups) : objective_(objective), guide_(guide), groups_(groups), samples_(objective.samples()) {}

  // count: how often the terms of `local` sites count; prior_weight: that of log p(z) − log q(z).
  fit_step_result run(const Posterior& post, double count, const selection& local, double prior_weight, const parameter_store& store, const key& k) {
    prepare(post, count, local, prior_weight, store);
    fit_step_result r;
    if constexpr (requires(std::span<const double> w, objectives::group_weights& g) { objective_.weigh(w, true, g); }) wake(post, prior_weight, store, k.scope(hash_text("wake")), r);
    if constexpr (requires { objective_.sleep(); }) {
      if constexpr (takes_data<Guide>) {
        constexpr bool awake = requires(std::span<const double> w, objectives::group_weights& g) { objective_.weigh(w, true, g); };
        if (objective_.sleep() > 0) {
          const double density = dreams_.run(post, guide_, *guide_structure_, groups_, objective_.sleep(), store, k.scope(hash_text("sleep")), r);
          if (!awake) r.value = density;
        }
      } else if (objective_.sleep() > 0) {
        throw std::invalid_argument("fit: an objective that sleeps draws data from the model, and its guide must take them: sl::amortised(guide)");
      }
    }
    return r;
  }

 private:
  struct block {
    tile_storage<A> draws;
    std::vector<V> plain, by;  // of the guide's elements: their values, and the derivatives of log p − log q
    V log_p = V(0), log_q = V(0);
    A discrete_scores = A(0.0);
    lane_parameters<V> of_model, of_guide;
  };
  // A latent of the model and the guide's choice that it is.
  struct pairing {
    std::uint32_t model, guide;
  };

  void prepare(const Posterior& post, double count, const selection& local, double prior_weight, const parameter_store& store) {
    if (prepared_for_ == &post && count == count_ && prior_weight == prior_weight_ && layout_) return;
    const bool same_model = layout_.has_value();
    layout_.emplace(find_layout<V>(post));
    prepared_for_ = &post, count_ = count, prior_weight_ = prior_weight;
    if (!same_model || !guide_structure_) find_guide(store);
    pair_choices();
    const auto how_often = [&](const schema& s, bool of_guide) {
      std::vector<double> counts(s.sites().size(), 1);
      const auto is_local = selected_sites(local, s);
      bool all_once = true;
      for (std::uint32_t k = 0; k < counts.size(); ++k) {
        if (count != 1 && is_local[k]) counts[k] *= count;
        if (!of_guide && prior_weight != 1 && layout_->is_latent(k)) counts[k] *= prior_weight;
        if (of_guide) counts[k] *= prior_weight;
        all_once = all_once && counts[k] == 1;
      }
      return all_once ? std::vector<double>() : counts;
    };
    model_counts_ = how_often(*layout_->structure, false);
    guide_counts_ = how_often(*guide_structure_, true);
    model_free_.assign(layout_->structure->sites().size(), 0);
    all_real_ = true;
    for (const auto k : layout_->latents) {
      model_free_[k] = 1;
      all_real_ = all_real_ && layout_->structure->sites()[k].type.kind == value_kind::real;
    }
    guide_free_.assign(guide_structure_->sites().size(), 1);
    for (auto& c : model_constants_) c = constant_values(layout_->structure->sites().size());
  }

  tile<const V> observed() const { return {nullptr, layout_->shared.data(), nullptr}; }

  void find_guide(const parameter_store& store) {
    const arena_scope memory;
    tape_scope<V> tape;
    tile_storage<A> storage;
    structure_walk walk(nullptr, false);
    parameter_variables<V> parameters(tape);
    guide_draw_handler<V> h(walk, key(0), storage, {0, width}, false, parameters);
    h.read_parameters(&store);
    run_guide<V>(guide_, h, *layout_->structure, observed());
    guide_structure_ = walk.finish();
    throw_if_bad(h.problem(), *guide_structure_);
  }

  void pair_choices() {
    pairs_.clear();
    const schema& of_guide = *guide_structure_;
    std::vector<std::uint8_t> used(of_guide.sites().size(), 0);
    for (const auto k : layout_->latents) {
      const site& s = layout_->structure->sites()[k];
      const auto j = of_guide.find(s.full, s.type);
      if (j < 0) throw std::invalid_argument("fit: the guide makes no choice at " + layout_->structure->path_of(k).str() + " of the type that the posterior has there, " + s.type.str());
      pairs_.push_back({k, static_cast<std::uint32_t>(j)});
      used[static_cast<std::size_t>(j)] = 1;
    }
    for (std::uint32_t j = 0; j < used.size(); ++j)
      if (!used[j] && of_guide.sites()[j].is_choice()) throw std::invalid_argument("fit: the guide's choice at " + of_guide.path_of(j).str() + " is no latent of the posterior");
  }

  void wake(const Posterior& post, double, const parameter_store& store, const key& k, fit_step_result& r) {
    const std::size_t lanes = groups_ * samples_, count = (lanes + width - 1) / width;
    constexpr bool follow = Objective::choices == objectives::choice_derivatives::follow;
    blocks_.resize(count);
    while (model_constants_.size() < count) model_constants_.emplace_back(layout_->structure->sites().size());
    const arena_scope memory;
    tape_scope<V> tape;
    parameter_variables<V> of_draws(tape);
    bool all_follow = true;
    for (std::size_t b = 0; b < count; ++b) {
      const run_place place{b * width, lanes};
      draw(blocks_[b], place, store, k, follow, of_draws, all_follow);
      score_model(post, blocks_[b], model_constants_[b], place, store, follow, r.trouble);
      score_guide(blocks_[b], place, store, follow, r.trouble);
    }
    std::vector<objectives::group_weights> weights;
    r.value = weigh(lanes, all_follow, weights, r.trouble);
    if (!r.trouble.empty()) return;
    const double share = 1.0 / static_cast<double>(groups_);
    for (std::size_t b = 0; b < count; ++b) {
      const auto of_lanes = [&](auto part) {
        V w(0);
        for (std::size_t l = 0; l < width && b * width + l < lanes; ++l) {
          const std::size_t lane = b * width + l;
          const double x = share * part(weights[lane / samples_])[lane % samples_];
          w.set(static_cast<int>(l), static_cast<scalar_of<V>>(x));
        }
        return w;
      };
      const V model = of_lanes([](const auto& g) -> const auto& { return g.model; }), score = of_lanes([](const auto& g) -> const auto& { return g.score; });
      blocks_[b].of_model.add_to(r.gradients, model);
      blocks_[b].of_guide.add_to(r.gradients, score);
      if constexpr (follow) {
        const V path = of_lanes([](const auto& g) -> const auto& { return g.path; });
        for (std::size_t e = 0; e < blocks_[b].by.size(); ++e) blocks_[b].draws.values[e].add_derivative(passed_on(blocks_[b].by[e], path));
        if (!all_follow) blocks_[b].discrete_scores.add_derivative(of_lanes([](const auto& g) -> const auto& { return g.discrete; }));
      }
    }
    if constexpr (follow) {
      tape.sweep();
      r.gradients += of_draws.gradients(width);
    }
  }

  void draw(block& b, const run_place& place, const parameter_store& store, const key& k, bool follow, parameter_variables<V>& parameters, bool& all_follow) {
    structure_walk walk(guide_structure_, true);
    b.draws.keep_densities = false;
    b.draws.fit(*guide_structure_);
    guide_draw_handler<V> h(walk, k, b.draws, place, follow, parameters);
    h.read_parameters(&store);
    run_guide<V>(guide_, h, *layout_->structure, observed());
    all_follow = all_follow && h.all_follow();
    b.discrete_scores = h.discrete_scores();
    const std::size_t n = b.draws.values.size();
    b.plain.resize(n);
    b.by.assign(n, V(0));
    for (std::size_t e = 0; e < n; ++e) b.plain[e] = b.draws.values[e].value();
  }

  void score_model(const Posterior& post, block& b, constant_values& constants, const run_place& place, const parameter_store& store, bool variable, std::string& trouble) {
    const schema& s = *layout_->structure;
    model_values_.resize(s.elements());
    for (const auto& p : pairs_) {
      const site& from = guide_structure_->sites()[p.guide];
      for (std::size_t e = 0; e < from.type.size(); ++e) model_values_[s.sites()[p.model].offset + e] = b.plain[from.offset + e];
    }
    const arena_scope memory;
    tape_scope<V> tape;
    frozen_walk walk(s);
    if (!variable || !all_real_) constants.forget();
    lane_density_handler<V> h(walk, {model_values_.data(), layout_->shared.data(), nullptr}, constants, place, model_free_, model_counts_, variable, tape);
    h.read_parameters(&store);
    with_arguments<V>(post.args(), place.first_lane, place.lanes, [&](const auto&... a) { post.model().run(h, a...); });
    tape.sweep();
    b.log_p = h.value();
    if (trouble.empty() && h.problem().found) trouble = h.problem().sentence(s);
    for (const auto& p : pairs_)
      if (const V* d = h.derivatives(p.model)) {
        const site& to = guide_structure_->sites()[p.guide];
        for (std::size_t e = 0; e < to.type.size(); ++e) b.by[to.offset + e] = d[e];
      }
    b.of_model.keep(h.parameters_read());
  }

  void score_guide(block& b, const run_place& place, const parameter_store& store, bool variable, std::string& trouble) {
    const arena_scope memory;
    tape_scope<V> tape;
    frozen_walk walk(*guide_structure_);
    constant_values constants(guide_structure_->sites().size());
    lane_density_handler<V> h(walk, {b.plain.data(), nullptr, nullptr}, constants, place, guide_free_, guide_counts_, variable, tape);
    h.read_parameters(&store);
    run_guide<V>(guide_, h, *layout_->structure, observed());
    tape.sweep();
    b.log_q = h.value();
    if (h.problem().is_error()) trouble = h.problem().sentence(*guide_structure_);  // which made what the model got
    for (std::uint32_t j = 0; j < guide_structure_->sites().size(); ++j)
      if (const V* d = h.derivatives(j)) {
        const site& to = guide_structure_->sites()[j];
        for (std::size_t e = 0; e < to.type.size(); ++e) b.by[to.offset + e] = b.by[to.offset + e] - d[e];
      }
    b.of_guide.keep(h.parameters_read());
  }

  // The objective's weights of each group; the mean value.
  double weigh(std::size_t lanes, bool all_follow, std::vector<objectives::group_weights>& weights, std::string& trouble) {
    std::vector<double> log_weights(lanes);
    for (std::size_t l = 0; l < lanes; ++l) {
      const auto& b = blocks_[l / width];
      const double p = static_cast<double>(b.log_p[static_cast<int>(l % width)]), q = static_cast<double>(b.log_q[static_cast<int>(l % width)]);
      log_weights[l] = p == negative_infinity ? p : p - q;
    }
    double sum = 0;
    weights.assign(groups_, objectives::group_weights(samples_));
    for (std::size_t s = 0; s < groups_; ++s) {
      const std::span<const double> of_group(log_weights.data() + s * samples_, samples_);
      bool possible = false;
      for (const double w : of_group) possible = possible || w > negative_infinity;
      if (!possible) {
        if (trouble.empty()) trouble = "the density of the model is 0 at the guide's draws";
        return negative_infinity;
      }
      if constexpr (requires { objective_.weigh(of_group, all_follow, weights[s]); }) objective_.weigh(of_group, all_follow, weights[s]);
      sum += weights[s].value;
    }
    trouble.clear();
    // One lane a group: the baseline is the mean of the other groups.
    if (samples_ == 1 && !all_follow && groups_ > 1)
      for (auto& g : weights) g.discrete[0] -= (sum - g.value) / static_cast<double>(groups_ - 1);
    return sum / static_cast<double>(groups_);
  }

  const Objective& objective_;
  const Guide& guide_;
  std::size_t groups_, samples_;
  const Posterior* prepared_for_ = nullptr;
  double count_ = 1, prior_weight_ = 1;
  bool all_real_ = true;  // the latents: what is constant for the model stays as it is
  std::optional<posterior_layout<V>> layout_;
  std::shared_ptr<const schema> guide_structure_;
  std::vector<pairing> pairs_;
  std::vector<double> model_counts_, guide_counts_;
  std::vector<std::uint8_t> model_free_, guide_free_;
  std::vector<constant_values> model_constants_;
  std::vector<block> blocks_;
  std::vector<V> model_values_;
  sleep_step<V, Posterior, Guide> dreams_;
};

}  // namespace starling
