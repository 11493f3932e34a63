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
#include <starling/models/runs/deciding.hpp>
#include <starling/models/kept/persist.hpp>

namespace starling {

class selection;

// The untyped part of a trace: the numbers of its run, and the instances that it keeps by themselves (null: none are).
struct trace_state {
  std::shared_ptr<const schema> structure;
  tile_storage<double> numbers;
  double score = 0;
  std::shared_ptr<kept_calls> calls;
};
// A copy that shares nothing that changes; `cells` becomes where the results of instances went.
trace_state copy_state(const trace_state& state, copied_cells& cells);

// What an update overwrote: the numbers of the run as they were, which of its sites were overwritten or removed, and what was done to
// kept instances.
struct journal {
  trace_state before;
  std::vector<std::uint32_t> changed;  // sites of `before`
  std::vector<std::uint8_t> selected;  // which sites of `before` a regenerate selects: its workspace
  kept_undo undo;
  std::shared_ptr<kept_calls> calls;   // that `undo` is about
  std::optional<choice_map> discard;   // once read from what an update is about to overwrite
  bool taken_back = false;
  bool is_lost = false;                // the update lost track: it is taken back, and done again on the trace laid flat

  choice_map choices() const;
  bool empty() const;
  // Σ old log densities over choices that the trace (now of structure `after`) has no more and `visited` does not have.
  double removed_density(const schema& after, const schema& visited) const;
  // Whether the update of `old` drew afresh what it should have kept: a choice, not one of those `replaced`, that stands in other kept
  // instances than before, or no longer in any. It is kept where instances are scopes of the one run (lay_flat.hpp).
  bool lost_track(const trace_state& old, const schema& now, const choice_map& replaced) const;
  bool lost_track(const trace_state& old, const schema& now, const selection& replaced) const;
  // The update stands: what it did to kept instances need not be known any more. Somebody may ask for the discard later.
  void close(bool somebody_asks);
};

// Takes over what a run found: its structure and score. Throws where a distribution got bad parameters.
template <class Handler>
void finish_run(structure_walk& walk, Handler& h, trace_state& next) {
  if constexpr (Handler::can_keep) end_kept(h);
  if (const auto& structure = walk.finish(); structure != next.structure) {
    next.structure = structure;
    next.numbers.fit(*next.structure);
  }
  if constexpr (Handler::can_keep)
    if (const auto* calls = h.keeping().place.calls; calls && next.structure->has_indices_beside_calls()) [[unlikely]]
      require_values_apart(*next.structure, calls, path());
  next.score = h.score();
  throw_if_bad(h.problem(), *next.structure);
}

// All choices of a state as a choice map, or those of the given sites.
choice_map choices_of(const trace_state& state);
choice_map choices_of(const trace_state& state, const std::vector<std::uint32_t>& sites);
// The choice at a site.
choice_value choice_at(const trace_state& state, std::uint32_t site);
// A choice of a trace by its address, inside kept instances too: its type, its numbers and its log density. Throws as site_at.
struct found_choice {
  const choice_type& type;
  const double* values;
  double density;
};
found_choice find_choice(const trace_state& state, const path& where);
bool has_choice(const trace_state& state, const path& where);
bool has_choice(const schema& run, const kept_calls* calls, const path& where);
// The constraints (by address) that neither a run of this structure nor an instance that it keeps (calls, or null) has.
std::vector<path> unmet(const choice_map& constraints, const schema& run, const kept_calls* calls);
// The site at `where`; throws with the addresses there are.
std::uint32_t site_at(const schema& s, const path& where);
double project_state(const trace_state& state, const selection& s);

// The old values at the addresses that an update overwrote or removed. Costs nothing until it is looked at; it is a choice map to
// whoever wants one. Throws std::logic_error where the update was taken back: copy it before rollback().
class discarded {
 public:
  discarded() = default;
  explicit discarded(std::shared_ptr<const journal> j) : journal_(std::move(j)) {}
  choice_map choices() const { return journal_ ? journal_->choices() : choice_map(); }
  operator choice_map() const { return choices(); }
  bool empty() const { return !journal_ || journal_->empty(); }
  std::size_t size() const { return choices().size(); }
  double operator[](const path& where) const { return choices()[where]; }

 private:
  std::shared_ptr<const journal> journal_;
};

// Says that a trace or batch was given away.
[[noreturn]] void throw_moved_from(const char* what);

// Throws std::logic_error in all members once it was moved from.
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
  using value_type = decltype(keep_value(run(std::declval<const G&>(), std::declval<deciding_handler<double>&>(), std::declval<const Arguments&>()), true));

  trace(G model, std::shared_ptr<const Arguments> as) : model_(std::move(model)), arguments_(std::move(as)) {
    if (argument_lanes(*arguments_) != 0)
      throw std::invalid_argument("arguments are given per lane, but the operation runs one lane: give it sl::lanes(n)");
    state_.calls = std::make_shared<kept_calls>();
  }
  trace(const trace& other) : model_(other.model_), arguments_(other.arguments_), value_(other.value_), epoch_(other.epoch_) {
    copied_cells cells;
    state_ = copy_state(other.state_, cells);
    if (value_) rebind_views(*value_, cells);
  }
  trace& operator=(const trace& other) { return *this = trace(other); }
  trace(trace&&) noexcept = default;
  // Not member by member: a body with captures cannot be assigned.
  trace& operator=(trace&& other) noexcept {
    if (this == &other) return *this;
    std::destroy_at(this);
    return *std::construct_at(this, std::move(other));
  }

  const G& model() const { return whole().model_; }
  const Arguments& args() const { return *whole().arguments_; }
  double score() const { return whole().state_.score; }        // log p(choices; arguments)
  const value_type& value() const { return *whole().value_; }  // what the body returned
  choice_map choices() const { return choices_of(state()); }
  const schema& structure() const { return *state().structure; }

  // The choice at an address. get<R> for R = double, long, bool, std::vector<…>; [] for scalars.
  template <class R = double>
  R get(const path& where) const {
    const auto v = find_choice(state(), where);
    if constexpr (std::is_arithmetic_v<R>) {
      if (v.type.rank != 0) throw std::invalid_argument("trace: expected a scalar at " + where.str() + ", it holds " + v.type.str());
      return static_cast<R>(v.values[0]);
    } else {
      return R(v.values, v.values + v.type.size());
    }
  }
  double operator[](const path& where) const { return get<double>(where); }
  bool contains(const path& where) const { return has_choice(state(), where); }
  // log density of the choice at an address.
  double log_density(const path& where) const { return find_choice(state(), where).density; }

  // Takes the last update back: what a rejected proposal does. Throws where there was none, or when done twice.
  void rollback() {
    if (!whole().journal_ || !can_roll_back_) throw std::logic_error("rollback: there is no update to take back");
    journal_->undo.take_back();
    journal_->taken_back = true;
    swap_numbers();
    std::swap(arguments_, old_arguments_);
    std::swap(value_, old_value_);
    std::swap(epoch_, old_epoch_);
    journal_->changed.clear();
    can_roll_back_ = false;
  }

  // For the operations.
  const trace_state& state() const { return whole().state_; }
  const std::shared_ptr<const Arguments>& shared_args() const { return whole().arguments_; }
  discarded discard() const { return discarded(whole().journal_); }
  const journal& last_update() const { return *whole().journal_; }
  // Takes over a run without kept instances.
  void adopt(trace_state state, value_type value) {
    state_ = std::move(state);
    value_.emplace(std::move(value));
  }

  // Whether updates pass over instances of map, unfold and scan that they do not concern. Where a body's own `if` moved a choice into another kind
  // of call the trace is laid flat (lay_flat.hpp), and each later update runs the whole body.
  bool is_incremental() const { return state().calls != nullptr; }

  // From now on instances are scopes of the one run: before its first run.
  void keep_no_instances() { state_.calls = nullptr; }
  template <class Handler>
  void keep_instances_of(Handler& h) {
    if (state_.calls) h.keeping() = {{&journal_->undo, state_.calls.get(), nullptr, 0}, &context_};
  }

  // Runs `h` over the next state and takes it over when it ends well; the state before goes to the journal.
  // f(old state, next state, journal) runs the body and returns its value. Where it throws all is as before; so where it lost track, and then
  // this returns false.
  template <class F>
  bool advance(const std::shared_ptr<const Arguments>& next_arguments, F&& f, const change_hints* hints = nullptr) {
    const bool somebody_asks = journal_.use_count() > 1;
    if (journal_) journal_->close(somebody_asks);
    if (!journal_ || somebody_asks) journal_ = std::make_shared<journal>();
    if (journal_->calls != state_.calls) journal_->calls = state_.calls;
    const std::uint64_t next_epoch = next_arguments == arguments_ ? epoch_ : new_epoch();
    if (state_.calls) describe(*next_arguments, next_epoch, hints);
    can_roll_back_ = false;
    journal_->taken_back = journal_->is_lost = false;
    journal_->changed.clear();
    auto& next = journal_->before;
    if (next.structure != state_.structure) {
      next.structure = state_.structure;
      if (next.structure) next.numbers.fit(*next.structure);
    }
    const arena_scope scope;
    try {
      const auto value = f(state_, next, *journal_);
      if (journal_->is_lost) [[unlikely]] {
        journal_->undo.take_back();
        return false;
      }
      old_value_ = keep_value(value, state_.calls != nullptr);
    } catch (...) {
      journal_->undo.take_back();
      next.structure = nullptr;  // its numbers may be of a run that had begun to differ
      throw;
    }
    swap_numbers();
    std::swap(value_, old_value_);
    if (next_arguments != arguments_) old_arguments_ = std::exchange(arguments_, next_arguments);
    else if (old_arguments_ != arguments_) old_arguments_ = arguments_;
    old_epoch_ = std::exchange(epoch_, next_epoch);
    can_roll_back_ = true;
    return true;
  }

 private:
  const trace& whole() const {
    if (!arguments_) throw_moved_from("trace");
    return *this;
  }
  void swap_numbers() {
    auto& before = journal_->before;
    std::swap(state_.structure, before.structure);
    state_.numbers.swap(before.numbers);
    std::swap(state_.score, before.score);
  }
  void describe(const Arguments& as, std::uint64_t epoch, const change_hints* hints) {
    if (context_.begin == reinterpret_cast<const std::byte*>(&as) && context_.epoch == epoch && !hints && !context_.hints) return;
    context_.begin = reinterpret_cast<const std::byte*>(&as);
    context_.end = context_.begin + sizeof(Arguments);
    context_.epoch = epoch;
    context_.hints = hints;
    context_.places.clear();
    std::apply([&](const auto&... a) { (context_.places.push_back(&a), ...); }, as.values);
  }

  G model_;
  std::shared_ptr<const Arguments> arguments_, old_arguments_;
  trace_state state_;
  std::optional<value_type> value_, old_value_;
  std::shared_ptr<journal> journal_;
  bool can_roll_back_ = false;
  argument_context context_;
  std::uint64_t epoch_ = 1, old_epoch_ = 1;  // of the arguments: those it began with, then new_epoch()
};

template <class>
inline constexpr bool is_trace = false;
template <class G, class Arguments>
inline constexpr bool is_trace<trace<G, Arguments>> = true;
template <class T>
concept trace_type = is_trace<std::remove_cvref_t<T>>;

// f of a trace or batch that it may change: of `given` itself where that is moved in, of a copy where it is not.
template <class T, class F>
auto with_own(T&& given, F&& f) {
  using own = std::remove_cvref_t<T>;
  if constexpr (std::is_same_v<T, own>) {
    return f(given);
  } else {
    own copy(given);
    return f(copy);
  }
}

// Where all is well what was moved in is used up.
template <class T>
void use_up(T&& given) {
  if constexpr (!std::is_lvalue_reference_v<T>) static_cast<void>(T(std::forward<T>(given)));
}

}  // namespace starling
