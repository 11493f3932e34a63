#pragma once
// A batch: N lanes of a model, run together in SIMD blocks. The same operations as on a trace, with weights as columns.
// A batch of a dynamic model is N single traces behind the same interface (trace_batch.hpp).
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <starling/execution/executor.hpp>
#include <starling/models/kept/flat_batch.hpp>
#include <starling/models/runs/presence.hpp>
#include <starling/models/trace.hpp>
#include <starling/values/counts.hpp>
#include <starling/values/lift.hpp>
#include <starling/values/pack.hpp>

namespace starling {

// How many lanes an operation runs, in which precision, and the number of the first (it addresses the random numbers).
template <class T>
struct lane_request {
  std::size_t count = 0;
  std::size_t first = 0;
};
// sl::lanes(10'000), sl::lanes<float>(10'000).
template <class T = double>
lane_request<T> lanes(std::size_t count, std::size_t first = 0) {
  require_count("lanes", "the number of lanes", count, 1, largest_lanes);
  require_count("lanes", "the number of the first lane", first, 0, largest_lanes - count);
  return {count, first};
}

// The numbers of a column of packs, without the padding.
template <class V>
std::vector<double> column(const std::vector<V>& packs, std::size_t lanes) {
  std::vector<double> numbers(lanes);
  for (std::size_t l = 0; l < lanes; ++l) numbers[l] = static_cast<double>(packs[l / lanes_of<V>][static_cast<int>(l % lanes_of<V>)]);
  return numbers;
}

// Throws std::logic_error in all members once it was moved from.
template <class G, class Arguments, class V>
class batch {
 public:
  using arguments_type = Arguments;
  using pack_type = V;
  static constexpr std::size_t width = lanes_of<V>;
  using lane_arguments_type = decltype(lane_arguments(std::declval<const Arguments&>(), 0));
  using lane_trace = trace<G, lane_arguments_type>;
  template <class Handler>
  static auto run(const G& model, Handler& h, const Arguments& as, const run_place& place) {
    return with_arguments<V>(as, place.first_lane, place.lanes, [&](const auto&... a) {
      if constexpr (std::is_void_v<decltype(model.run(h, a...))>) {
        model.run(h, a...);
        return nothing{};
      } else {
        return keep_value(model.run(h, a...), true);
      }
    });
  }
  using value_type = decltype(run(std::declval<const G&>(), std::declval<deciding_handler<V>&>(), std::declval<const Arguments&>(), run_place{}));

  batch(G model, std::shared_ptr<const Arguments> as, std::size_t lanes, std::size_t first)
      : model_(std::move(model)), arguments_(std::move(as)), lanes_(lanes), first_(first), values_(blocks()) {
    require_count("lanes", "the number of lanes", lanes, 1, largest_lanes);
    if (const auto n = argument_lanes(*arguments_); n != 0 && n != first + lanes)
      throw std::invalid_argument("arguments are given for " + std::to_string(n) + " lanes, the operation runs " +
                                  std::to_string(first + lanes));
    state_.scores.resize(blocks());
  }

  std::size_t size() const { return whole().lanes_; }
  std::size_t first_lane() const { return whole().first_; }
  std::size_t blocks() const { return (size() + width - 1) / width; }
  run_place place(std::size_t block) const { return {first_ + block * width, first_ + size()}; }

  const G& model() const { return whole().model_; }
  const Arguments& args() const { return *whole().arguments_; }
  std::shared_ptr<const Arguments> shared_args() const { return whole().arguments_; }
  const schema& structure() const { return *state().structure; }
  // As of a trace: whether updates pass over instances that they do not concern. Once laid flat it is false for good.
  bool is_incremental() const { return whole().state_.keeps; }
  std::vector<double> scores() const { return column(whole().state_.scores, lanes_); }

  // The scalar choice at an address, a number a lane.
  std::vector<double> operator[](const path& where) const {
    return with_site(where, [&](const auto& part, std::uint32_t k) {
      const choice_type& type = part.structure->sites()[k].type;
      if (type.rank != 0) throw std::invalid_argument("batch: expected a scalar at " + where.str() + ", it holds " + type.str());
      return numbers_at(part, k);
    });
  }
  // The choice at an address, [lane][element]. NaN in lanes that do not have it.
  std::vector<double> get(const path& where) const {
    return with_site(where, [&](const auto& part, std::uint32_t k) { return numbers_at(part, k); });
  }

  // All choices, a value a lane; those that all lanes share are given once. Where lanes differ in kind or size at an address it has several values.
  choice_map choices() const {
    choice_map c;
    for (std::uint32_t k = 0; k < state().structure->sites().size(); ++k) {
      if (!state().structure->sites()[k].is_choice()) continue;
      c.set(state().structure->path_of(k), value_at(k));
    }
    return c;
  }
  choice_value value_at(std::uint32_t k) const {
    const site& s = state().structure->sites()[k];
    auto numbers = elements_at(state(), s);
    if (!s.shared) return choice_value(s.type, std::move(numbers), lanes_, present_at(state(), k));
    numbers.resize(s.type.size());
    return choice_value(s.type, std::move(numbers));
  }

  // What the body returned in lane k.
  auto value(std::size_t k) const {
    check_lane(k);
    return lane_of(values_[k / width], static_cast<int>(k % width));
  }
  // Lane k as a trace of its own.
  lane_trace lane(std::size_t k) const {
    check_lane(k);
    lane_trace t(model_, std::make_shared<const lane_arguments_type>(lane_arguments(*arguments_, first_ + k)));
    trace_state s;
    const int l = static_cast<int>(k % width);
    const auto block = state().block(k / width);
    const auto& sites = state().structure->sites();
    const auto runs_here = [&](std::uint32_t presence) { return presence == site::none || (*block.at(sites[presence]))[l] != 0; };
    std::vector<std::uint8_t> kept(sites.size()), kept_calls(state().structure->calls().size());
    for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = sites[i].role != site_role::presence && runs_here(sites[i].presence);
    for (std::size_t i = 0; i < kept_calls.size(); ++i) kept_calls[i] = runs_here(state().structure->calls()[i].presence);
    s.structure = std::make_shared<const schema>(state().structure->of_one_lane(kept, kept_calls));
    s.numbers.fit(*s.structure);
    for (std::size_t i = 0, to = 0; i < sites.size(); ++i) {
      if (!kept[i]) continue;
      const site& here = s.structure->sites()[to];
      const V* at = block.at(sites[i]);
      for (std::size_t e = 0; e < here.type.size() && here.is_choice(); ++e) s.numbers.values[here.offset + e] = static_cast<double>(at[e][l]);
      s.numbers.densities[to++] = static_cast<double>(block.densities[i][l]);
    }
    s.score = static_cast<double>(state_.scores[k / width][l]);
    t.adopt(std::move(s), lane_of(values_[k / width], l));
    return t;
  }

  // For the operations.
  const batch_state<V>& state() const {
    if (!whole().state_.calls) return state_;
    return flat_->get([&] { return flat_state(state_); });
  }
  // The same with instances kept by themselves.
  const batch_state<V>& kept_state() const { return whole().state_; }
  batch_state<V>& kept_state() { return whole(), state_; }
  void set_state(batch_state<V> s) {
    state_ = std::move(s);
    set_calls(state_.calls);
  }
  void set_calls(std::shared_ptr<const lane_calls<V>> calls) {
    state_.calls = std::move(calls);
    if (state_.calls) flat_ = std::make_shared<found_once<batch_state<V>>>();
  }
  std::vector<value_type>& values() { return whole(), values_; }
  const std::vector<value_type>& values() const { return whole().values_; }
  void set_args(std::shared_ptr<const Arguments> as) { arguments_ = std::move(as); }
  // The arguments, for instances that are kept (kept_run.hpp). `same`: a batch that had them.
  argument_context context() const {
    const auto* const begin = reinterpret_cast<const std::byte*>(&args());
    return {begin, begin + sizeof(Arguments), epoch_};
  }
  void has_arguments_of(const batch& same) { epoch_ = same.epoch_; }

 private:
  const batch& whole() const {
    if (!arguments_) [[unlikely]]
      throw_moved_from("batch");
    return *this;
  }
  // f(what holds the choice at an address, its site): the run itself, or an instance.
  template <class F>
  std::vector<double> with_site(const path& where, F&& f) const {
    if (whole().state_.calls) {
      const auto found = find_in_lanes(*state_.structure, state_.calls.get(), where);
      if (found.site != site::none) return found.column ? f(*found.column, found.site) : f(state_, found.site);
    }
    return f(state(), site_at(*state().structure, where));
  }
  template <class Part>
  std::vector<double> numbers_at(const Part& part, std::uint32_t k) const {
    auto numbers = elements_at(part, part.structure->sites()[k]);
    const auto present = present_at(part, k);
    const std::size_t n = part.structure->sites()[k].type.size();
    for (std::size_t i = 0; i < numbers.size() && !present.empty(); ++i)
      if (!present[i / n]) numbers[i] = not_a_number;
    return numbers;
  }
  template <class Part>
  std::vector<double> elements_at(const Part& all, const site& s) const {
    const std::size_t n = s.type.size();
    std::vector<double> numbers(lanes_ * n);
    for (std::size_t l = 0; l < lanes_; ++l) {
      const V* at = all.block(l / width).at(s);
      for (std::size_t e = 0; e < n; ++e) numbers[l * n + e] = static_cast<double>(at[e][static_cast<int>(l % width)]);
    }
    return numbers;
  }

  // A flag a lane: whether it has the choice of site k. Empty: all do.
  template <class Part>
  std::vector<std::uint8_t> present_at(const Part& all, std::uint32_t k) const {
    if (!all.structure->sites()[k].is_conditional()) return {};
    std::vector<std::uint8_t> flags(lanes_);
    for (std::size_t b = 0; b < blocks(); ++b)
      write_flags(lanes_present(*all.structure, all.block(b), k), std::min(width, lanes_ - b * width), flags.data() + b * width);
    return flags;
  }

  void check_lane(std::size_t k) const {
    if (k >= size()) throw std::out_of_range("batch: lane " + std::to_string(k) + " of " + std::to_string(lanes_));
  }

  G model_;
  std::shared_ptr<const Arguments> arguments_;
  std::size_t lanes_, first_;
  std::uint64_t epoch_ = new_epoch();  // of the arguments
  batch_state<V> state_;
  std::shared_ptr<found_once<batch_state<V>>> flat_;  // where instances are kept
  std::vector<value_type> values_;
};

template <class>
inline constexpr bool is_batch = false;
template <class G, class Arguments, class V>
inline constexpr bool is_batch<batch<G, Arguments, V>> = true;
template <class B>
concept batch_type = is_batch<std::remove_cvref_t<B>>;

template <class Batch>
struct weighted_batch {
  Batch traces;
  std::vector<double> weights;  // log weights, one a lane
};

}  // namespace starling
