// One step of sl::fit: draws of the guide, the densities of model and guide at them, and from an objective's weights the derivatives with respect to parameters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <starling/diagnostics/moments.hpp>
#include <starling/inference/variational/fit_layout.hpp>
#include <starling/inference/variational/fitted.hpp>
#include <starling/inference/variational/objectives.hpp>
#include <starling/inference/variational/sleep_step.hpp>

namespace starling {

template <class V, class Posterior, class Guide, class Objective> class fit_step {
 public:
  using A = adjoint<V>;
  static constexpr std::size_t width = lanes_of<V>;

  fit_step(const Objective& objective, const Guide& guide, std::size_t groups) : objective_(objective), guide_(guide), groups_(groups), samples_(objective.samples()) {}

  // count: how often the terms of `local` sites count; prior_weight: that of log p(z) − log q(z). With items, each of them has its groups.
  fit_step_result run(const Posterior& post, double count, const selection& local, double prior_weight, const parameter_store& store, const key& k, const item_rows& items = {}) {
    prepare(post, count, local, prior_weight, store, items);
    of_nets_.clear();
    fit_step_result r;
    if constexpr (requires(std::span<const double> w, objectives::group_weights& g) { objective_.weigh(w, true, g); }) wake(post, store, k.scope(hash_text("wake")), r);
    if constexpr (requires { objective_.sleep(); }) {
      if constexpr (takes_data<Guide>) {
        constexpr bool awake = requires(std::span<const double> w, objectives::group_weights& g) { objective_.weigh(w, true, g); };
        if (objective_.sleep() > 0) {
          const double density = dreams_.run(post, guide_, *layout_.of_guide, groups(), objective_.sleep(), store, k.scope(hash_text("sleep")), r, of_nets_);
          if (!awake) r.value = density;
        }
      } else if (objective_.sleep() > 0) {
        throw std::invalid_argument("fit: an objective that sleeps draws data from the model, and its guide must take them: sl::amortised(guide)");
      }
    }
    of_nets_.add_to(r.gradients);
    return r;
  }

  // How the guide's numbers vary over items and for each of them, from `draws` draws of each (a multiple of the width).
  std::vector<latent_use> use_of_latents(const Posterior& post, const item_rows& items, std::size_t draws, const parameter_store& store, const key& k) {
    prepare(post, 1, {}, 1, store, items);
    const schema& s = *layout_.of_guide;
    std::vector<running_moments> means(s.elements());
    std::vector<double> within(s.elements(), 0);
    blocks_.resize(std::max<std::size_t>(blocks_.size(), 1));
    block& b = blocks_[0];
    for (std::size_t i = 0; i < items.which.size(); ++i) {
      std::vector<running_moments> own(s.elements());
      for (std::size_t first = 0; first < draws; first += width) {
        const arena_scope memory;
        tape_scope<V> tape;
        b.place = {i * draws + first, items.which.size() * draws};
        take_items(b, draws);
        draw(b, store, k, tape);
        for (std::size_t e = 0; e < own.size(); ++e)
          for (std::size_t l = 0; l < width; ++l) own[e].add(static_cast<double>(lane_of(b.plain[e], static_cast<int>(l))));
      }
      for (std::size_t e = 0; e < own.size(); ++e) means[e].add(own[e].mean()), within[e] += own[e].variance() / static_cast<double>(items.which.size());
    }
    std::vector<latent_use> found;
    for (std::uint32_t j = 0; j < s.sites().size(); ++j)
      for (std::size_t e = 0; s.sites()[j].is_choice() && e < s.sites()[j].type.size(); ++e) {
        const std::size_t at = s.sites()[j].offset + e;
        std::string name = s.path_of(j).str();
        if (s.sites()[j].type.rank > 0) name += "[" + std::to_string(e) + "]";
        found.push_back({std::move(name), std::max(means[at].variance() - within[at] / static_cast<double>(draws), 0.0), within[at]});
      }
    return found;
  }

 private:
  // W lanes: what the guide drew, the densities at it, and the cells of the derivatives of each until the tape is swept.
  struct block {
    run_place place;
    tile_storage<A> draws;
    std::vector<V> plain, model_values, observed;
    std::optional<constant_values> of_model_constants, of_guide_constants;
    V log_p = V(0), log_q = V(0);
    V model = V(0), path = V(0), score = V(0);  // what the derivatives of each lane count
    A discrete_scores = A(0.0);
    std::optional<parameter_variables<V>> of_draws, of_model, of_guide;
    std::vector<const V*> model_cells, guide_cells;  // by pair, by the guide's site
  };
  void prepare(const Posterior& post, double count, const selection& local, double prior_weight, const parameter_store& store, const item_rows& items) {
    items_ = items;
    if (layout_.prepare(post, guide_, count, local, prior_weight, store, items)) blocks_.clear();  // which know constants of another structure
  }
  std::size_t groups() const { return items_.data ? groups_ * items_.which.size() : groups_; }
  tile<const V> observed(const block& b) const { return {nullptr, items_.data ? b.observed.data() : layout_.found.shared.data(), nullptr}; }

  // As many blocks at a time as hold whole groups: their runs stand on one tape, which is swept when the weights are known.
  void wake(const Posterior& post, const parameter_store& store, const key& k, fit_step_result& r) {
    const std::size_t lanes = groups() * samples_, count = (lanes + width - 1) / width;
    const std::size_t whole = samples_ % width == 0 ? samples_ / width : width % samples_ == 0 ? 1
                                                                                               : count;
    const std::size_t at_once = with_others() ? count : std::min(count, (least_at_once + whole - 1) / whole * whole);
    if (blocks_.size() < at_once) blocks_.resize(at_once);
    double total = 0;
    for (std::size_t first = 0; first < count && r.trouble.empty(); first += at_once) {
      const std::span<block> now(blocks_.data(), std::min(at_once, count - first));
      const arena_scope memory;
      tape_scope<V> tape;
      for (std::size_t b = 0; b < now.size(); ++b) {
        now[b].place = {(first + b) * width, lanes};
        take_items(now[b], groups_ * samples_);
        draw(now[b], store, k, tape);
        score_model(post, now[b], store, tape, r.trouble);
        score_guide(now[b], store, tape, r.trouble);
      }
      total += weigh(now, r.trouble);
      if (!r.trouble.empty()) break;
      tape.sweep();
      for (const block& b : now) {
        if constexpr (follow) add_weighted(*b.of_draws, V(1), r.gradients);
        add_weighted(*b.of_model, b.model, r.gradients);
        add_weighted(*b.of_guide, b.score, r.gradients);
      }
    }
    r.value = r.trouble.empty() ? total / static_cast<double>(groups()) : negative_infinity;
  }

  // A lane an item, each `lanes_each` times.
  void take_items(block& b, std::size_t lanes_each) {
    if (!items_.data) return;
    b.observed.resize(layout_.found.shared.size());
    for (const auto& s : layout_.item_sites)
      for (std::size_t l = 0; l < width; ++l) {
        const std::size_t lane = std::min(b.place.first_lane + l, b.place.lanes - 1), row = items_.which[lane / lanes_each];
        for (std::size_t e = 0; e < s.size; ++e) b.observed[s.offset + e].set(static_cast<int>(l), static_cast<scalar_of<V>>(s.numbers.at(e, row)));
      }
  }

  // Carries the derivatives of the densities with respect to the choices to what drew them: on the tape before their runs, so that it is pulled after them.
  struct link : tape_entry {
    fit_step* step;
    block* of;
    static void pull_all(tape_entry* e) {
      const auto& self = static_cast<const link&>(*e);
      self.step->pass_on(*self.of);
    }
  };
  void pass_on(block& b) {
    const auto pass = [&](const site& to, const V* cells, const V& by) {
      for (std::size_t e = 0; cells && e < to.type.size(); ++e) b.draws.values[to.offset + e].add_derivative(passed_on(cells[e], by));
    };
    const auto& sites = layout_.of_guide->sites();
    for (std::size_t i = 0; i < layout_.pairs.size(); ++i) pass(sites[layout_.pairs[i].guide], b.model_cells[i], b.path);
    for (std::uint32_t j = 0; j < sites.size(); ++j) pass(sites[j], b.guide_cells[j], -b.path);
  }

  void draw(block& b, const parameter_store& store, const key& k, tape_scope<V>& tape) {
    structure_walk walk(layout_.of_guide, true);
    b.draws.keep_densities = false;
    b.draws.fit(*layout_.of_guide);
    b.of_draws.emplace(tape);
    guide_draw_handler<V> h(walk, k, b.draws, b.place, follow, {*b.of_draws, of_nets_});
    h.read_parameters(&store);
    run_guide<V>(guide_, h, *layout_.found.structure, observed(b));
    b.discrete_scores = h.discrete_scores();
    b.plain.resize(b.draws.values.size());
    for (std::size_t e = 0; e < b.plain.size(); ++e) b.plain[e] = b.draws.values[e].value();
    if constexpr (follow) {
      auto* const e = starling::tape<V>::current->template push<link>(link::pull_all);
      e->step = this;
      e->of = &b;
    }
  }

  void score_model(const Posterior& post, block& b, const parameter_store& store, tape_scope<V>& tape, std::string& trouble) {
    const schema& s = *layout_.found.structure;
    b.model_values.resize(s.elements());
    for (const auto& p : layout_.pairs) {
      const site& from = layout_.of_guide->sites()[p.guide];
      for (std::size_t e = 0; e < from.type.size(); ++e) b.model_values[s.sites()[p.model].offset + e] = b.plain[from.offset + e];
    }
    frozen_walk walk(s);
    if (!b.of_model_constants) b.of_model_constants.emplace(s.sites().size());
    else if (!follow || !layout_.all_real || items_.data) b.of_model_constants->forget();
    b.of_model.emplace(tape);
    lane_density_handler<V> h(walk, {b.model_values.data(), observed(b).shared, nullptr}, *b.of_model_constants, b.place, layout_.model_free, layout_.model_counts, follow, tape,
                              {*b.of_model, of_nets_, &b.model});
    h.read_parameters(&store);
    with_arguments<V>(post.args(), b.place.first_lane, b.place.lanes, [&](const auto&... a) { post.model().run(h, a...); });
    b.log_p = h.value();
    if (trouble.empty() && h.problem().found) trouble = h.problem().sentence(s);
    b.model_cells.clear();
    for (const auto& p : layout_.pairs) b.model_cells.push_back(h.derivatives(p.model));
  }

  void score_guide(block& b, const parameter_store& store, tape_scope<V>& tape, std::string& trouble) {
    const schema& s = *layout_.of_guide;
    frozen_walk walk(s);
    if (!b.of_guide_constants) b.of_guide_constants.emplace(s.sites().size());
    else b.of_guide_constants->forget();
    b.of_guide.emplace(tape);
    lane_density_handler<V> h(walk, {b.plain.data(), nullptr, nullptr}, *b.of_guide_constants, b.place, layout_.guide_free, layout_.guide_counts, follow, tape,
                              {*b.of_guide, of_nets_, &b.score});
    h.read_parameters(&store);
    run_guide<V>(guide_, h, *layout_.found.structure, observed(b));
    b.log_q = h.value();
    if (h.problem().is_error()) trouble = h.problem().sentence(s);  // which made what the model got
    b.guide_cells.clear();
    for (std::uint32_t j = 0; j < s.sites().size(); ++j) b.guide_cells.push_back(h.derivatives(j));
  }

  // Gives each lane what the objective makes of its group; the sum of the groups' values.
  double weigh(std::span<block> now, std::string& trouble) {
    const std::size_t first = now[0].place.first_lane, lanes = std::min(now.size() * width, now[0].place.lanes - first), n = lanes / samples_;
    log_weights_.resize(lanes);
    for (std::size_t l = 0; l < lanes; ++l) {
      const auto& b = now[l / width];
      const double p = static_cast<double>(lane_of(b.log_p, static_cast<int>(l % width))), q = static_cast<double>(lane_of(b.log_q, static_cast<int>(l % width)));
      log_weights_[l] = p == negative_infinity ? p : p - q;
    }
    double sum = 0;
    weights_.assign(n, objectives::group_weights(samples_));
    for (std::size_t g = 0; g < n; ++g) {
      const std::span<const double> of_group(log_weights_.data() + g * samples_, samples_);
      bool possible = false;
      for (const double w : of_group) possible = possible || w > negative_infinity;
      if (!possible) {
        if (trouble.empty()) trouble = "the density of the model is 0 at the guide's draws";
        return negative_infinity;
      }
      objective_.weigh(of_group, layout_.all_follow, weights_[g]);
      sum += weights_[g].value;
    }
    trouble.clear();
    // One lane a group: the baseline is the mean of the other groups.
    if (with_others())
      for (auto& g : weights_) g.discrete[0] -= (sum - g.value) / static_cast<double>(n - 1);
    const double share = 1.0 / static_cast<double>(groups());
    for (std::size_t i = 0; i < now.size(); ++i) {
      const auto of_lanes = [&](auto part) {
        V w(0);
        for (std::size_t l = 0; l < width && i * width + l < lanes; ++l) {
          const std::size_t lane = i * width + l;
          w.set(static_cast<int>(l), static_cast<scalar_of<V>>(share * part(weights_[lane / samples_])[lane % samples_]));
        }
        return w;
      };
      block& b = now[i];
      b.model = of_lanes([](const auto& g) -> const auto& { return g.model; });
      b.path = of_lanes([](const auto& g) -> const auto& { return g.path; });
      b.score = of_lanes([](const auto& g) -> const auto& { return g.score; });
      if (follow && !layout_.all_follow) b.discrete_scores.add_derivative(of_lanes([](const auto& g) -> const auto& { return g.discrete; }));
    }
    return sum;
  }
  bool with_others() const { return samples_ == 1 && !layout_.all_follow && groups() > 1; }

  static constexpr bool follow = Objective::choices == objectives::choice_derivatives::follow;
  static constexpr std::size_t least_at_once = 4;

  const Objective& objective_;
  const Guide& guide_;
  std::size_t groups_, samples_;
  fit_layout<V, Posterior, Guide> layout_;
  item_rows items_;
  std::vector<block> blocks_;
  std::vector<double> log_weights_;
  std::vector<objectives::group_weights> weights_;
  shared_sums of_nets_;
  sleep_step<V, Posterior, Guide> dreams_;
};

}  // namespace starling
