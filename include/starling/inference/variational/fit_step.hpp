// One step of sl::fit: draws of the guide, the densities of model and guide at them, and from an objective's weights the derivatives with respect to parameters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <starling/diagnostics/moments.hpp>
#include <starling/execution/executor.hpp>
#include <starling/inference/variational/fit_block.hpp>
#include <starling/inference/variational/fitted.hpp>
#include <starling/inference/variational/objectives.hpp>
#include <starling/inference/variational/sleep_step.hpp>

namespace starling {

template <class V, class Posterior, class Guide, class Objective> class fit_step {
 public:
  static constexpr std::size_t width = lanes_of<V>;

  // threads: how many work on a step, 0: all cores. What a step gives is the same, bit for bit.
  fit_step(const Objective& objective, const Guide& guide, std::size_t groups, std::size_t threads = 1)
      : objective_(objective), guide_(guide), groups_(groups), samples_(objective.samples()), threads_(threads) {}

  // count: how often the terms of `local` sites count; prior_weight: that of log p(z) − log q(z). With items, each of them has its groups.
  fit_step_result run(const Posterior& post, double count, const selection& local, double prior_weight, const parameter_store& store, const key& k, const item_rows& items = {}) {
    fit_step_result r;
    begin();
    r.value = add(post, count, local, prior_weight, store, k, r.trouble, items);
    write_derivatives(1, r.gradients);
    return r;
  }

  // The same in parts: the sums of derivatives over the runs since `begin`, times a factor. Gives the objective's value.
  void begin() { sums_.clear(); }
  double add(const Posterior& post, double count, const selection& local, double prior_weight, const parameter_store& store, const key& k, std::string& trouble,
             const item_rows& items = {}) {
    prepare(post, count, local, prior_weight, store, items);
    double value = 0;
    trouble.clear();
    if constexpr (awake) value = wake(post, store, k.scope(hash_text("wake")), trouble);
    if constexpr (requires { objective_.sleep(); }) {
      if constexpr (takes_data<Guide>) {
        if (objective_.sleep() > 0) {
          const double density = dreams_.run(post, guide_, *layout_.of_guide, groups(), objective_.sleep(), store, k.scope(hash_text("sleep")), trouble, sums_);
          if (!awake) value = density;
        }
      } else if (objective_.sleep() > 0) {
        throw std::invalid_argument("fit: an objective that sleeps draws data from the model, and its guide must take them: sl::amortised(guide)");
      }
    }
    return value;
  }
  void write_derivatives(double factor, parameter_gradients& to) const { sums_.write_to(to, factor); }

  // How the guide's numbers vary over items and for each of them, from `draws` draws of each.
  std::vector<latent_use> use_of_latents(const Posterior& post, const item_rows& items, std::size_t draws, const parameter_store& store, const key& k) {
    prepare(post, 1, {}, 1, store, items);
    const schema& s = *layout_.of_guide;
    std::vector<running_moments> means(s.elements());
    std::vector<double> within(s.elements(), 0);
    block b;
    shared_sums unused;
    const fit_work<V, Posterior, Guide> w{post, guide_, layout_, store, items_, draws, unused};
    std::string trouble;
    for (std::size_t i = 0; i < items.which.size(); ++i) {
      std::vector<running_moments> own(s.elements());
      for (std::size_t first = 0; first < draws; first += width) {
        const arena_scope memory;
        tape_scope<V> tape;
        b.draw(w, {i * draws + first, items.which.size() * draws}, k, false, tape, trouble);
        for (std::size_t e = 0; e < own.size(); ++e)
          for (std::size_t l = 0; l < width && first + l < draws; ++l) own[e].add(static_cast<double>(lane_of(b.plain[e], static_cast<int>(l))));
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
  static constexpr bool awake = requires(const Objective& o, std::span<const double> w, objectives::group_weights& g) { o.weigh(w, true, g); };
  static constexpr bool follow = Objective::choices == objectives::choice_derivatives::follow;
  using block = fit_block<V, Posterior, Guide, follow>;

  // What one thread works on, one chunk of blocks after the other. A chunk holds whole groups: its runs stand on one tape, which is swept when the weights are known.
  struct part {
    std::vector<block> blocks;
    shared_sums sums;
    std::vector<double> log_weights, model, path, score, discrete;  // of the lanes of a chunk
    std::vector<double> values;                                     // of the groups of a chunk
    double total = 0;
    std::string trouble;
  };
  static constexpr std::size_t most_parts = 8, least_lanes = 128;  // of a part: sums of derivatives, one set a part, are added up at the end

  void prepare(const Posterior& post, double count, const selection& local, double prior_weight, const parameter_store& store, const item_rows& items) {
    items_ = items;
    layout_.prepare(post, guide_, count, local, prior_weight, store, items);
    if (needed() == guide_density::entropy && layout_.without_entropy >= 0) {
      const schema& s = *layout_.of_guide;
      const auto j = static_cast<std::uint32_t>(layout_.without_entropy);
      throw std::invalid_argument("elbo: the guide's choice at " + s.path_of(j).str() + " is of a distribution (" + std::string(s.sites()[j].distribution) +
                                  ") whose entropy is not known in closed form; use sl::objectives::elbo()");
    }
  }
  std::size_t groups() const { return items_.data ? groups_ * items_.which.size() : groups_; }
  bool with_others() const { return samples_ == 1 && follow && !layout_.all_follow && groups() > 1; }
  guide_density needed() const {
    if constexpr (requires { objective_.needs(true); }) return objective_.needs(layout_.all_follow);
    else return guide_density::with_scores;
  }

  // The parts depend on the number of lanes alone, and so does the order of all sums.
  double wake(const Posterior& post, const parameter_store& store, const key& k, std::string& trouble) {
    const std::size_t lanes = groups() * samples_, blocks = (lanes + width - 1) / width;
    const std::size_t at_once = with_others() ? blocks : std::min(blocks, std::lcm(samples_, width) / width), chunks = (blocks + at_once - 1) / at_once;
    const std::size_t parts = std::max<std::size_t>(1, std::min(lanes / least_lanes, std::min(most_parts, chunks)));
    if (parts_.size() < parts) parts_.resize(parts);
    const auto run_part = [&](std::size_t i) {
      part& p = parts_[i];
      p.sums.clear();
      p.total = 0;
      p.trouble.clear();
      if (p.blocks.size() < at_once) p.blocks.resize(at_once);
      const fit_work<V, Posterior, Guide> w{post, guide_, layout_, store, items_, groups_ * samples_, p.sums};
      for (std::size_t c = i * chunks / parts; c < (i + 1) * chunks / parts && p.trouble.empty(); ++c) run_chunk(w, p, c * at_once, std::min(at_once, blocks - c * at_once), lanes, k);
    };
    if (parts == 1) run_part(0);
    else parallel_for(parts, run_part, threads_);
    double total = 0;
    for (std::size_t i = 0; i < parts; ++i) {
      if (trouble.empty()) trouble = parts_[i].trouble;
      total += parts_[i].total;
      sums_.add(parts_[i].sums);
    }
    return trouble.empty() ? total / static_cast<double>(groups()) : negative_infinity;
  }

  void run_chunk(const fit_work<V, Posterior, Guide>& w, part& p, std::size_t first, std::size_t count, std::size_t lanes, const key& k) {
    const arena_scope memory;
    tape_scope<V> tape;
    const std::span<block> now(p.blocks.data(), count);
    for (std::size_t b = 0; b < count; ++b) now[b].run(w, {(first + b) * width, lanes}, k, needed(), tape, p.trouble);
    weigh(now, std::min(count * width, lanes - first * width), p);
    if (!p.trouble.empty()) return;
    tape.sweep();
    for (const block& b : now) b.add_derivatives(p.sums);
  }

  // Gives each lane what the objective makes of its group.
  void weigh(std::span<block> now, std::size_t lanes, part& p) {
    const std::size_t room = now.size() * width, n = lanes / samples_;
    for (auto* const of : {&p.log_weights, &p.model, &p.path, &p.score, &p.discrete}) {
      of->resize(room);
      std::fill(of->begin() + static_cast<std::ptrdiff_t>(lanes), of->end(), 0.0);
    }
    p.values.resize(n);
    for (std::size_t i = 0; i < now.size(); ++i) where(now[i].log_p > V(negative_infinity), now[i].log_p - now[i].log_q, V(negative_infinity)).store(p.log_weights.data() + i * width);
    double sum = 0;
    for (std::size_t g = 0; g < n; ++g) {
      const auto of_group = [&](std::vector<double>& all) { return std::span<double>(all).subspan(g * samples_, samples_); };
      const auto log_weights = of_group(p.log_weights);
      bool possible = false;
      for (const double w : log_weights) possible = possible || w > negative_infinity;
      if (!possible) {
        if (p.trouble.empty()) p.trouble = "the density of the model is 0 at the guide's draws";
        return;
      }
      objectives::group_weights weights{0, of_group(p.model), of_group(p.path), of_group(p.score), of_group(p.discrete)};
      objective_.weigh(log_weights, layout_.all_follow, weights);
      p.values[g] = weights.value;
      sum += weights.value;
    }
    p.trouble.clear();
    p.total += sum;
    // One lane a group: the baseline is the mean of the other groups.
    if (with_others())
      for (std::size_t g = 0; g < n; ++g) p.discrete[g] -= (sum - p.values[g]) / static_cast<double>(n - 1);
    const V share(1.0 / static_cast<double>(groups()));
    for (std::size_t i = 0; i < now.size(); ++i) {
      const auto of_lanes = [&](const std::vector<double>& all) { return V(share * V::load(all.data() + i * width)); };
      block& b = now[i];
      b.model = of_lanes(p.model), b.path = of_lanes(p.path), b.score = of_lanes(p.score);
      if (needed() == guide_density::entropy) b.entropy.add_derivative(b.path);
      if (follow && !layout_.all_follow) b.discrete_scores.add_derivative(of_lanes(p.discrete));
    }
  }

  const Objective& objective_;
  const Guide& guide_;
  std::size_t groups_, samples_, threads_;
  fit_layout<V, Posterior, Guide> layout_;
  item_rows items_;
  std::vector<part> parts_;
  shared_sums sums_;
  sleep_step<V, Posterior, Guide> dreams_;
};

}  // namespace starling
