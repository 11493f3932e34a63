#pragma once
// What becomes of constraints that a run did not visit: a mistake (the model can never visit them) or a branch not taken.
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <starling/models/runs/constraints.hpp>
#include <starling/models/simulate.hpp>

namespace starling {

// Draws values to find out which addresses a model can visit. Of a static model it runs all regions; of a dynamic one, which may call
// itself in them, those that the values lead to: now and then unlikely values, so that rare branches are seen.
template <bool AllRegions>
class explore_handler : public site_handler<explore_handler<AllRegions>, reading<double>> {
 public:
  using base = site_handler<explore_handler, reading<double>>;
  static constexpr bool runs_all_regions = AllRegions;
  explore_handler(structure_walk& walk, const key& k, tile_storage<double>& storage, bool adventurous)
      : base(walk, k, storage), adventurous_(adventurous) {
    this->run.use_start = true;
  }

 private:
  friend base;
  static constexpr std::uint32_t longest_run = 100'000;

  template <class X, class D>
  X decide(std::uint32_t k, const D& d) {
    if (!AllRegions && k > longest_run) throw std::length_error("the run is too long to look on");
    X x = this->run.template draw<X>(k, d);
    if constexpr (rank_of<X> == 0) {
      if (adventurous_ && this->run.numbers.stream.uniform() < 0.125) {
        const X other = unlikely(x);
        if (d.log_density(other) > negative_infinity) x = other;
      }
    }
    this->run.record(k, x);
    return x;
  }
  bool unlikely(bool x) { return !x; }
  long unlikely(long) { return static_cast<long>(8.0 * this->run.numbers.stream.uniform()); }
  double unlikely(double x) { return 10.0 * x; }

  bool adventurous_;
};

// Throws std::invalid_argument, naming them, where the model cannot visit the constraints in `left` with these arguments; a run visited
// the addresses of `run` and `calls`. Of a static model all regions are run once. What a dynamic model may visit cannot be known: an error
// is only what contradicts this run and 200 more, a value where a subtree stands or the other way round.
template <class G, class Arguments>
void require_reachable(const G& model, const Arguments& as, std::vector<path> left, const schema& run, const kept_calls* calls, const char* operation) {
  std::vector<path> known;
  if constexpr (G::is_dynamic) {
    known = addresses_of(run, calls);
    std::erase_if(left, [&](const path& p) { return !contradicts(p, known); });
  }
  constexpr std::uint64_t probes = G::is_dynamic ? 200 : 1;
  for (std::uint64_t i = 0; i < probes && !left.empty(); ++i) {
    tile_storage<double> storage;
    structure_walk walk(nullptr, false);
    const arena_scope scope;
    try {
      explore_handler<!G::is_dynamic> h(walk, key(0x70726f6265u + i), storage, i % 2 == 1);
      trace<G, Arguments>::run(model, h, as);
    } catch (const std::exception&) {
      // What was visited until then counts.
    }
    remove_reachable(left, walk.current(), G::is_dynamic);
  }
  if (left.empty()) return;
  if (known.empty()) known = addresses_of(run, calls);
  throw std::invalid_argument(describe_unmet(left, known, operation));
}

// The weight of a run with arguments `as` that may have left constraints: `weight` where all were met or are ignored, −∞ where some were not
// reached this time. `old`: the structure of the trace before, or null: what it had can be reached.
template <class G, class Arguments>
double unreached_weight(const trace<G, Arguments>& t, const Arguments& as, const choice_map& constraints, const schema& run, const schema* old, double weight,
                        const char* operation, const constraint_options& o) {
  auto left = unmet(constraints, run, t.state().calls.get());
  if (left.empty()) return weight;
  if constexpr (G::is_dynamic)
    if (old) remove_reachable(left, *old, true);
  require_reachable(t.model(), as, std::move(left), run, t.state().calls.get(), operation);
  return o.unreached == ignore ? weight : -std::numeric_limits<double>::infinity();
}

}  // namespace starling
