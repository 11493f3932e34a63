// Importance sampling in the lanes of V, from a posterior without its model.
#pragma once

#include <starling/execution/executor.hpp>
#include <starling/inference/chain_record.hpp>
#include <starling/inference/importance.hpp>
#include <starling/inference/pulse.hpp>
#include <starling/values/exp.hpp>

namespace starling {

// Draws W particles at a time into a tile; everything that stays the same from one to the next is set up once.
template <class V>
class particle_block {
 public:
  particle_block(const particle_posterior<V>& post, const posterior_layout<V>& layout) : post_(post), layout_(layout), shared_(layout.shared) {
    storage_.fit(*layout.structure);
    for (const site_slot& s : layout.structure->slots()) {
      standing_.push_back(s.shared ? shared_.data() + s.offset : nullptr);
      always_examine_ = always_examine_ || s.again;
    }
    always_examine_ = always_examine_ || layout.structure->is_conditional();
    for (const site_step& c : layout.plan) always_examine_ = always_examine_ || c.present;
  }
  // The log weights of lanes first, first + 1, …
  V draw(const key& k, const run_place& place) {
    if (examinations_ == 0 && !always_examine_) {
      quick_run<V> quick{*layout_.structure, k, {storage_.values.data(), shared_.data(), nullptr}, place, layout_.plan, standing_.data()};
      post_.run(quick);
      if (all(quick.weight > V(negative_infinity))) return quick.weight;
      examinations_ = 16;
    }
    if (examinations_ > 0) --examinations_;
    return draw_and_examine(k, place);
  }
  // The values of the latents, by their offsets; NaN for choices that are not there.
  const V* values() {
    if (!layout_.structure->is_conditional()) return storage_.values.data();
    recorded_ = storage_.values;
    mark_absent(*layout_.structure, {storage_.values.data(), shared_.data(), nullptr}, recorded_.data());
    return recorded_.data();
  }
  void send_notes(note_sink<V>& sink, const run_place& place) {
    const arena_scope scope;
    structure_walk walk(layout_.structure, true);
    deciding_handler<V> h(walk, {storage_.values.data(), shared_.data(), nullptr}, place, standing_sites_);
    h.send_notes_to(&sink);
    post_.run(h);
  }
  bad_parameter bad;

 private:
  // The same with a look at every site: what follows a density that is not finite.
  [[gnu::noinline]] V draw_and_examine(const key& k, const run_place& place) {
    const arena_scope scope;
    structure_walk walk(layout_.structure, true);
    deciding_handler<V> h(walk, k, {storage_.values.data(), shared_.data(), nullptr}, place, layout_.plan);
    post_.run(h);
    bad.keep_first(h.problem());
    if (any(!(h.score() > V(negative_infinity)))) examinations_ = 16;
    const auto unobserved = lanes_unreached(*layout_.structure, tile<V>{storage_.values.data(), shared_.data(), nullptr}, place,
                                            [&](std::uint32_t j) { return layout_.plan[j]; });
    return where((!unobserved) & (h.score() > V(negative_infinity)), h.weight(), V(negative_infinity));
  }

  const particle_posterior<V>& post_;
  const posterior_layout<V>& layout_;
  int examinations_ = 0;
  bool always_examine_ = false;
  std::vector<V> recorded_;
  std::vector<V> shared_;
  tile_storage<V> storage_;
  std::vector<V*> standing_;  // where the shared values of sites are; null for others
  const site_plan standing_sites_ = stand_all(layout_.plan.size());
};

template <class V>
class importance_sums {
 public:
  static constexpr std::size_t width = lanes_of<V>;
  static constexpr std::size_t batch = 64;  // blocks whose weights share one maximum

  importance_sums(std::size_t slots, const std::vector<double>& origin) : slots_(slots), values_(slots * batch), weights_(batch) {
    sums_.first.resize(slots);
    sums_.second.resize(slots);
    for (const double x : origin) origin_.push_back(V(static_cast<scalar_of<V>>(x)));
  }
  V* row(std::size_t b) { return values_.data() + b * slots_; }
  V& weight(std::size_t b) { return weights_[b]; }

  // Adds `n` blocks of rows and weights.
  void add(std::size_t n) {
    V top(negative_infinity);
    for (std::size_t b = 0; b < n; ++b) top = max(weights_[b], top);
    const double highest = static_cast<double>(max_lane(top));
    if (!(highest > negative_infinity)) return;
    const V base(static_cast<scalar_of<V>>(highest));
    V w(0), w2(0);
    for (std::size_t b = 0; b < n; ++b) {
      // What is negligible is 0, before it or its square becomes a (slow) subnormal number.
      const V below = weights_[b] - base;
      V& e = weights_[b];
      e = where(below > V(sizeof(scalar_of<V>) == 4 ? -40 : -340), exp(below), V(0));
      w += e;
      w2 += e * e;
    }
    weighted_sums part;
    part.top = highest;
    part.weight = static_cast<double>(sum_of(w));
    part.weight_squared = static_cast<double>(sum_of(w2));
    for (std::size_t s = 0; s < slots_; ++s) {
      const auto [first, second] = moments(s, n);
      part.first.push_back(static_cast<double>(first));
      part.second.push_back(static_cast<double>(second));
    }
    sums_.merge(part);
  }
  const weighted_sums& total() const { return sums_; }

 private:
  static auto sum_of(V x) {
    if constexpr (width == 1) return x;
    else return sum(x);
  }
  // Σ weight · x and Σ weight · x² of slot s over n blocks, x from its origin. By itself, so that the sums have registers.
  [[gnu::noinline]] std::pair<scalar_of<V>, scalar_of<V>> moments(std::size_t s, std::size_t n) const {
    V first(0), second(0);
    for (std::size_t b = 0; b < n; ++b) {
      const V x = values_[b * slots_ + s] - origin_[s], ex = weights_[b] * x;
      first += ex;
      second += ex * x;
    }
    return {sum_of(first), sum_of(second)};
  }
  std::size_t slots_;
  std::vector<V> values_, weights_, origin_;
  weighted_sums sums_;
};

template <class V>
result importance_in_lanes(const particle_posterior<V>& post, std::size_t n, const importance_options& o, const key& k, progress& report) {
  constexpr std::size_t width = lanes_of<V>;
  constexpr std::size_t part_lanes = 8192;  // lanes of one unit of work: a whole number of batches for every width
  const auto layout = find_layout<V>(post);
  result r;
  block_record record(*layout.structure, layout.latents, 0, 1, 1, n, o.summaries_only);
  const std::size_t latent_slots = record.layout.slots();
  std::vector<double> origin(latent_slots, 0.0);
  bad_parameter bad;
  {
    // The first block: its values are the origin of sums of squares, its notes the names of the notes.
    particle_block<V> first(post, layout);
    const run_place place{0, width};
    first.draw(k, place);
    std::size_t slot = 0;
    for (const auto [begin, size] : record.runs)
      for (std::uint32_t e = begin; e < begin + size; ++e) origin[slot++] = lane_number(first.values()[e], 0);
    if (o.notes && !o.summaries_only) {
      std::vector<V> row(latent_slots);
      note_list<V> list(record, row, latent_slots);
      first.send_notes(list, place);
    }
  }
  const bool has_notes = record.layout.slots() > latent_slots;
  record.draws = 1;  // the layout is complete
  std::vector<double*> to;
  std::vector<std::size_t> stride;
  if (!o.summaries_only) {
    r.posterior.chains = 1;
    r.posterior.draws = n;
    r.posterior.variables = record.layout.variables(1, n);
    r.log_weights.resize(n);
    for (const auto& t : record.layout.targets()) {
      auto& v = r.posterior.variables[t.variable];
      to.push_back(v.values.data() + t.element);
      stride.push_back(v.elements());
    }
  }
  const std::size_t parts = (n + part_lanes - 1) / part_lanes;
  std::vector<weighted_sums> sums(parts);
  std::vector<std::size_t> drawn(parts, 0);
  run_monitor monitor(report, n);
  parallel_for(
      parts,
      [&](std::size_t p) {
        if (monitor.stopped()) return;
        particle_block<V> block(post, layout);
        importance_sums<V> total(latent_slots, origin);
        const std::size_t first = p * part_lanes, last = std::min(n, first + part_lanes);
        std::size_t filled = 0;
        std::vector<V> row(record.layout.slots());
        pulse clock;
        for (std::size_t lane = first; lane < last; lane += width) {
          if (clock.beat() && !monitor.look()) break;
          const run_place place{lane, n};
          V w = block.draw(k, place);
          const std::size_t used = std::min(width, last - lane);
          if constexpr (width > 1)
            if (used < width) w = where(mask_of<V>::first(static_cast<std::int64_t>(used)), w, V(negative_infinity));
          total.weight(filled) = w;
          V* slot = total.row(filled);
          const V* const values = block.values();
          for (const auto [begin, size] : record.runs)
            for (const V *x = values + begin, *end = x + size; x != end; ++x) *slot++ = *x;
          if (!o.summaries_only) {
            std::copy(total.row(filled), total.row(filled) + latent_slots, row.begin());
            if (has_notes) {
              note_list<V> list(record, row, latent_slots);
              block.send_notes(list, place);
            }
            for (std::size_t s = 0; s < to.size(); ++s)
              for (std::size_t l = 0; l < used; ++l) to[s][(lane + l) * stride[s]] = lane_number(row[s], l);
            for (std::size_t l = 0; l < used; ++l) r.log_weights[lane + l] = lane_number(w, l);
          }
          if (++filled == importance_sums<V>::batch) {
            total.add(filled);
            filled = 0;
          }
          drawn[p] += used;
        }
        total.add(filled);
        sums[p] = total.total();
        monitor.advance(drawn[p]);
        bad.keep_first_of_threads(block.bad);
      },
      o.threads);
  weighted_sums total;
  for (const auto& s : sums) total.merge(s);
  r.attributes = {{"method", "importance sampling"}, {"particles", std::to_string(n)}, {"lanes", std::to_string(width)}};
  if (bad.found) r.warnings.push_back((bad.is_factor ? "some particles have weight 0 since " : "some particles gave a distribution bad parameters and have weight 0; the first: ") + bad.sentence(*layout.structure));
  std::size_t all_drawn = 0;
  for (const std::size_t d : drawn) all_drawn += d;
  r.interrupted = all_drawn < n;
  if (r.interrupted && !o.summaries_only) keep_drawn(drawn, part_lanes, r);
  finish_importance(r, post.observations(), total, all_drawn, n, origin, record.layout, o.summaries_only, bad.found ? "; the first trouble was " + bad.sentence(*layout.structure) : std::string());
  add_observed(r, post);
  return r;
}

}  // namespace starling
