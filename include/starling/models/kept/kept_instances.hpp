// What a trace keeps of the instances of a call (map, unfold, scan), so that an update runs again only those that it concerns.
//
// An instance is a small trace: a schema (shared by instances alike), its numbers in pools of the call, its result, and what it keeps
// of calls inside it. Updates work in place; what they overwrite goes to logs, from which it is restored (rollback) or read (discard).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include <starling/models/kept/results.hpp>
#include <starling/models/runs/tile.hpp>
#include <starling/traces/change.hpp>
#include <starling/traces/choice_map.hpp>
#include <starling/traces/schema.hpp>
#include <starling/traces/selection.hpp>
#include <starling/traces/sum_tree.hpp>

namespace starling {

class kept_calls;
// Throws where two choices of a run that lies at `inside`, or of the instances that it keeps, share an address, or one stands below another.
// For runs in which an index stands beside a call with instances; in others walks see to it (schema.hpp).
void require_values_apart(const schema& run, const kept_calls* calls, const path& inside);

class kept_instances;
class kept_cone;    // kept_cone.hpp
class kept_result;
using copied_cells = std::unordered_map<const void*, const void*>;

// The calls with instances of one run, in the order of the visits. Copies are deep.
class kept_calls {
 public:
  kept_calls() = default;
  kept_calls(const kept_calls& other, copied_cells& cells);
  kept_calls& operator=(const kept_calls&) = delete;
  ~kept_calls();
  std::vector<std::unique_ptr<kept_instances>> nodes;
  std::shared_ptr<kept_cone> cone;  // of the run of a static model

  void rebind(const copied_cells& cells);
};

// What an update has done so far, to be taken back in reverse.
struct kept_undo {
  struct step {
    enum class kind { changed,
                      added,
                      removed,
                      result,
                      new_result } what;
    kept_calls* owner = nullptr;  // of an added or removed one, and its place there
    std::size_t at = 0;
    kept_instances* node = nullptr;
    std::unique_ptr<kept_instances> removed = nullptr;
    kept_result* result = nullptr;    // of a call that ran again
    kept_cone* cone = nullptr;        // whose results have no way back
  };
  std::vector<step> steps;

  void take_back();
  void forget();  // the update stands
};

class kept_instances {
 public:
  struct instance {
    std::shared_ptr<const schema> structure;
    std::uint32_t values = 0, densities = 0;  // where its numbers begin
    std::uint32_t values_room = 0, densities_room = 0;
    std::unique_ptr<kept_calls> calls;
  };
  // What an instance was before it ran again.
  struct saved {
    std::size_t i;
    std::shared_ptr<const schema> structure;  // null: the one that it has
    std::uint32_t values, densities, values_room, densities_room;
    std::size_t numbers;                   // where its numbers lie in the log: values, then densities
    double score;
    std::size_t first_changed, last_changed;  // its overwritten and removed sites
  };

  kept_instances(path where, const void* type) : where_(std::move(where)), type_(type) {}
  virtual ~kept_instances() = default;
  virtual std::unique_ptr<kept_instances> copy(copied_cells& cells) const = 0;
  virtual void rebind(const copied_cells& cells) = 0;

  const path& where() const { return where_; }
  const void* type() const { return type_; }
  std::size_t size() const { return instances_.size(); }
  const instance& operator[](std::size_t i) const { return instances_[i]; }
  instance& operator[](std::size_t i) { return instances_[i]; }
  const double* values(const instance& x) const { return values_.data() + x.values; }
  const double* densities(const instance& x) const { return densities_.data() + x.densities; }
  double score(std::size_t i) const { return scores_[i]; }
  double total() const { return scores_.total(); }
  double factors() const;  // Σ over all its instances, and over instance i
  double factors(std::size_t i) const;
  path path_of(std::size_t i) const { return path(where_).append(path_component{{}, static_cast<std::int64_t>(i)}); }

  // A run over the instances: begin, then run_again or append for each that runs, then finish.
  void begin(std::size_t n, kept_undo& undo);       // removes those from n on
  void defer_sums() { scores_.defer(); }
  void settle_sums() { scores_.settle(); }
  // Takes over what instance i is now (structure null: it is the same); what was overwritten or removed of it are `changed_sites`' new ones.
  void replace(std::size_t i, std::shared_ptr<const schema> structure, const tile_storage<double>& numbers, double score,
               std::size_t first_changed);
  void append(std::shared_ptr<const schema> structure, const tile_storage<double>& numbers, double score);
  std::unique_ptr<kept_calls>& calls_of(std::size_t i) { return i < size() ? instances_[i].calls : next_calls_; }
  std::vector<std::uint32_t>& changed_sites() { return changed_; }
  tile_storage<double>& scratch() { return scratch_; }
  instance_set& todo() { return todo_; }
  std::vector<std::uint8_t>& flags() { return flags_; }
  // An equal schema that an instance has already, or the same: so that equal ones are one.
  std::shared_ptr<const schema> known(std::shared_ptr<const schema> structure);

  // Scoring the instances anew where no value changes (rescore_wide.hpp). Whether they are alike: one structure, one after the other, no
  // calls with instances inside them.
  bool are_alike();
  // Where the new densities and scores go, until keep_anew() takes them over; those not written stay.
  double* new_densities();
  double* new_scores();
  void keep_anew(kept_undo& undo);

  void touch(kept_undo& undo);   // something of it changes in this update
  // Adds all where the parameters may be others than those that the instances ran with (parameter_store::version).
  void compare_parameters(std::uint64_t version, instance_set& todo, kept_undo& undo);
  void take_back();
  void forget();

  // Calls f(context, path, type, values, log density) for what the update overwrote or removed.
  using discard_visitor = void (*)(void*, const path&, const choice_type&, const double*, double);
  void visit_discarded(discard_visitor f, void* context) const;
  bool reads_stores = false;  // an instance has with_parameters inside: what that reads is not known before it runs
  std::size_t runs = 0;  // how many instances ran, ever: for tests of complexity

 protected:
  kept_instances(const kept_instances& other, copied_cells& cells);
  virtual void save_result(std::size_t i) = 0;       // to the log
  virtual void remove_results(std::size_t from) = 0;
  virtual void take_results_back(std::size_t count_before) = 0;
  virtual void forget_results() = 0;
  virtual void exchange_results() = 0;  // with the new ones, or with those from before them

 private:
  void exchange();
  void store(instance& x, const tile_storage<double>& numbers);
  path where_;
  const void* type_;
  std::vector<instance> instances_;
  std::vector<double> values_, densities_;
  sum_tree scores_;
  std::vector<std::shared_ptr<const schema>> structures_;
  std::unique_ptr<kept_calls> next_calls_;  // of the instance that is being appended

  bool touched_ = false;
  std::size_t count_before_ = 0, values_before_ = 0, densities_before_ = 0;
  std::uint64_t parameters_ = 0, parameters_before_ = 0;
  std::vector<saved> log_;
  std::vector<double> log_numbers_, removed_scores_;
  std::vector<instance> removed_;
  std::vector<std::uint32_t> changed_;

  enum class likeness { unknown,
                        alike,
                        different } likeness_ = likeness::unknown;
  bool anew_ = false;  // this update scored all anew: what was is in the following two
  std::vector<double> other_densities_, other_scores_;

  tile_storage<double> scratch_;
  instance_set todo_;
  std::vector<std::uint8_t> flags_;
};

// Memory: what a combinator remembers of its arguments (combinators/remembered.hpp), with a log of its own: take_back(), forget().
template <class R, class Memory>
class kept_results final : public kept_instances {
 public:
  static constexpr char tag = 0;
  explicit kept_results(path where) : kept_instances(std::move(where), &tag) {}

  std::unique_ptr<kept_instances> copy(copied_cells& cells) const override {
    return std::unique_ptr<kept_instances>(new kept_results(*this, cells));
  }
  void rebind(const copied_cells& cells) override {
    for (auto& c : cells_) rebind_views(c.value, cells);
    for (std::size_t i = 0; i < size(); ++i)
      if (auto& calls = (*this)[i].calls) calls->rebind(cells);
  }

  results<R> view(std::size_t n) const { return {&data_, n, true}; }
  const R& result(std::size_t i) const { return cells_[i].value; }
  // The result of instance i, the last or one that ran again.
  void set_result(std::size_t i, const R& r) {
    if (i == cells_.size()) {
      cells_.push_back({r});
      if constexpr (holds_arena<R>) memory_of_cells_.emplace_back();
      data_ = cells_.data();
    } else {
      cells_[i].value = r;
    }
    if constexpr (holds_arena<R>) own(i);
  }

  // The results that keep_anew() takes over; those not written stay.
  result_cell<R>* new_results() {
    if constexpr (!std::is_empty_v<R>) other_cells_ = cells_;
    return other_cells_.data();
  }

  Memory memory;

 private:
  kept_results(const kept_results& other, copied_cells& cells) : kept_instances(other, cells), memory(other.memory), cells_(other.cells_) {
    memory.forget();  // how to take back an update of the other
    data_ = cells_.data();
    cells[&other.data_] = &data_;
    if constexpr (holds_arena<R>) {
      memory_of_cells_.resize(cells_.size());
      for (std::size_t i = 0; i < cells_.size(); ++i) own(i);
    }
  }
  void own(std::size_t i) {
    own_memory fresh;
    cells_[i].value = moved_into(fresh, cells_[i].value);
    memory_of_cells_[i] = std::move(fresh.bytes);
  }
  struct old_result {
    std::size_t i;
    result_cell<R> cell;
    std::unique_ptr<std::byte[]> bytes;
  };
  void save_result(std::size_t i) override {
    log_.push_back({i, cells_[i], {}});
    if constexpr (holds_arena<R>) log_.back().bytes = std::move(memory_of_cells_[i]);
  }
  void remove_results(std::size_t from) override {
    for (std::size_t i = from; i < cells_.size(); ++i) save_result(i);
    cells_.erase(cells_.begin() + static_cast<std::ptrdiff_t>(from), cells_.end());
    if constexpr (holds_arena<R>) memory_of_cells_.resize(from);
    data_ = cells_.data();
  }
  void take_results_back(std::size_t count_before) override {
    cells_.resize(count_before);
    if constexpr (holds_arena<R>) memory_of_cells_.resize(count_before);
    data_ = cells_.data();
    for (auto& old : log_) {
      cells_[old.i] = old.cell;
      if constexpr (holds_arena<R>) memory_of_cells_[old.i] = std::move(old.bytes);
    }
    memory.take_back();
    log_.clear();
  }
  void forget_results() override {
    log_.clear();
    memory.forget();
  }
  void exchange_results() override {
    if constexpr (!std::is_empty_v<R>) std::swap(cells_, other_cells_);
    data_ = cells_.data();
  }

  std::vector<result_cell<R>> cells_, other_cells_;
  const result_cell<R>* data_ = nullptr;
  std::vector<std::unique_ptr<std::byte[]>> memory_of_cells_;  // where the vectors of results lie
  std::vector<old_result> log_;
};

}  // namespace starling
