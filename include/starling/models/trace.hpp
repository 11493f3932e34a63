#pragma once
// A trace: one run of a model: its arguments, choices, return value and score. What single-lane operations take and give.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/models/arguments.hpp>
#include <starling/models/handler.hpp>
#include <starling/models/persist.hpp>

namespace starling {

template <class V>
class simulate_handler;
class selection;

// The untyped part of a trace.
struct trace_state {
  std::shared_ptr<const schema> structure;
  tile_storage<double> numbers;
  double score = 0;
};

// What an update overwrote: the trace as it was, and which of its sites were overwritten or removed.
struct journal {
  trace_state before;
  std::vector<std::uint32_t> changed;  // sites of `before`
};

// Takes over what a run found: its structure and score. Throws where a distribution got bad parameters.
template <class Handler>
void finish_run(structure_walk& walk, const Handler& h, trace_state& next) {
  auto structure = walk.finish();
  if (structure != next.structure) {
    next.structure = std::move(structure);
    next.numbers.fit(*next.structure);
  }
  next.score = h.score();
  throw_if_bad(h.problem(), *next.structure);
}

// All choices of a state as a choice map, or those of the given sites.
choice_map choices_of(const trace_state& state);
choice_map choices_of(const trace_state& state, const std::vector<std::uint32_t>& sites);
// The choice at a site.
choice_value choice_at(const trace_state& state, std::uint32_t site);
// The site at `where`; throws with the addresses there are.
std::uint32_t site_at(const schema& s, const path& where);
double project_state(const trace_state& state, const selection& s);

// The old values at the addresses that an update overwrote or removed. Costs nothing until it is looked at; it is a choice map to
// whoever wants one.
class discarded {
 public:
  discarded() = default;
  explicit discarded(std::shared_ptr<const journal> j) : journal_(std::move(j)) {}
  choice_map choices() const { return journal_ ? choices_of(journal_->before, journal_->changed) : choice_map(); }
  operator choice_map() const { return choices(); }
  bool empty() const { return !journal_ || journal_->changed.empty(); }
  std::size_t size() const { return journal_ ? journal_->changed.size() : 0; }
  double operator[](const path& where) const { return choices()[where]; }

 private:
  std::shared_ptr<const journal> journal_;
};

template <class G, class Arguments>
class trace {
 public:
  using model_type = G;
  using arguments_type = Arguments;
  template <class Handler>
  static auto run(const G& model, Handler& h, const Arguments& as) {
    return with_arguments<double>(as, 0, 1, [&](const auto&... a) {
      if constexpr (std::is_void_v<decltype(model.run(h, a...))>) {
        model.run(h, a...);
        return nothing{};
      } else {
        return std::decay_t<decltype(model.run(h, a...))>(model.run(h, a...));
      }
    });
  }
  using value_type = persistent_t<decltype(run(std::declval<const G&>(), std::declval<simulate_handler<double>&>(), std::declval<const Arguments&>()))>;

  trace(G model, std::shared_ptr<const Arguments> as) : model_(std::move(model)), arguments_(std::move(as)) {
    if (argument_lanes(*arguments_) != 0)
      throw std::invalid_argument("arguments are given per lane, but the operation runs one lane: give it sl::lanes(n)");
  }
  trace(const trace& other)
      : model_(other.model_), arguments_(other.arguments_), state_(other.state_), value_(other.value_) {}
  trace& operator=(const trace& other) { return *this = trace(other); }
  trace(trace&&) noexcept = default;
  trace& operator=(trace&&) noexcept = default;

  const G& model() const { return model_; }
  const Arguments& args() const { return *arguments_; }
  double score() const { return state_.score; }           // log p(choices; arguments)
  const value_type& value() const { return *value_; }     // what the body returned
  choice_map choices() const { return choices_of(state_); }
  const schema& structure() const { return *state_.structure; }

  // The choice at an address. get<R> for R = double, long, bool, std::vector<…>; [] for scalars.
  template <class R = double>
  R get(const path& where) const {
    const auto v = choice_at(state_, site_at(*state_.structure, where));
    if constexpr (std::is_arithmetic_v<R>) {
      if (v.type.rank != 0) throw std::invalid_argument("trace: expected a scalar at " + where.str() + ", it holds " + v.type.str());
      return static_cast<R>(v.data[0]);
    } else {
      return R(v.data.begin(), v.data.end());
    }
  }
  double operator[](const path& where) const { return get<double>(where); }
  bool contains(const path& where) const { return state_.structure->find(where.hash()) >= 0; }
  // log density of the choice at an address.
  double log_density(const path& where) const { return state_.numbers.densities[site_at(*state_.structure, where)]; }

  // Takes the last update back: what a rejected proposal does. Throws where there was none, or when done twice.
  void rollback() {
    if (!journal_ || !can_roll_back_) throw std::logic_error("rollback: there is no update to take back");
    std::swap(state_, journal_->before);
    std::swap(arguments_, old_arguments_);
    std::swap(value_, old_value_);
    journal_->changed.clear();
    can_roll_back_ = false;
  }

  // For the operations.
  const trace_state& state() const { return state_; }
  std::shared_ptr<const Arguments> shared_args() const { return arguments_; }
  discarded discard() const { return discarded(journal_); }
  void adopt(trace_state state, value_type value) {
    state_ = std::move(state);
    value_.emplace(std::move(value));
  }

  // Runs `h` over the next state and takes it over when it ends well; the state before goes to the journal.
  // f(old state, next state, journal) runs the body and returns its value.
  template <class F>
  void advance(std::shared_ptr<const Arguments> next_arguments, F&& f) {
    if (!journal_ || journal_.use_count() > 1) journal_ = std::make_shared<journal>();
    can_roll_back_ = false;
    journal_->changed.clear();
    auto& next = journal_->before;
    if (next.structure != state_.structure) {
      next.structure = state_.structure;
      if (next.structure) next.numbers.fit(*next.structure);
    }
    const arena_scope scope;
    old_value_ = persist(f(state_, next, *journal_));
    std::swap(state_, journal_->before);
    std::swap(value_, old_value_);
    old_arguments_ = std::exchange(arguments_, std::move(next_arguments));
    can_roll_back_ = true;
  }

 private:
  G model_;
  std::shared_ptr<const Arguments> arguments_, old_arguments_;
  trace_state state_;
  std::optional<value_type> value_, old_value_;
  std::shared_ptr<journal> journal_;
  bool can_roll_back_ = false;
};

}  // namespace starling
