#pragma once
// What a trace of a static model (static_model.hpp) keeps, so that an update runs only what its change reaches: how its choices depend
// on each other, and the results of the calls of its body.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <starling/models/dependencies.hpp>
#include <starling/models/kept/kept_instances.hpp>

namespace starling {

// The result of a call.
class kept_result {
 public:
  virtual ~kept_result() = default;
  virtual std::unique_ptr<kept_result> copy() const = 0;
  virtual void rebind(const copied_cells& cells) = 0;
  virtual const void* type() const = 0;
  virtual void take_back() = 0;
};

template <class R>
class kept_result_of final : public kept_result {
 public:
  static constexpr char tag = 0;
  const void* type() const override { return &tag; }
  const R& value() const { return now_.get(); }
  void set(const R& r) { now_.set(r); }
  // What it is becomes what it was; set() is to follow.
  void save() { std::swap(now_, before_); }
  void take_back() override { std::swap(now_, before_); }
  std::unique_ptr<kept_result> copy() const override {
    auto c = std::make_unique<kept_result_of>();
    c->set(value());
    return c;
  }
  void rebind(const copied_cells& cells) override { rebind_views(now_.get(), cells); }

 private:
  owned_value<R> now_, before_;
};

template <class R>
bool is_same_view(const R& a, const R& b) {
  return a.is_kept() && b.is_kept() && a.cells() == b.cells() && a.size() == b.size();
}

class kept_cone {
 public:
  kept_cone() = default;
  kept_cone(const kept_cone& other);
  kept_cone& operator=(const kept_cone&) = delete;
  void rebind(const copied_cells& cells);

  // Whether the results are those of a run with these arguments (argument_context::epoch) and parameters (parameter_store::version).
  bool has_results(std::uint64_t epoch, std::uint64_t parameters) const {
    return results_epoch_ == epoch && results_parameters_ == parameters && !reads_stores_;
  }
  // The body has with_parameters inside: what that reads is not known before it runs.
  void read_stores() { reads_stores_ = true; }
  // A run that renews all results: begins, ends.
  void begin_all(std::uint64_t epoch, std::uint64_t parameters, kept_undo& undo) {
    if (results_epoch_ == epoch && results_parameters_ == parameters) return;
    results_epoch_ = 0;
    results_parameters_ = parameters;
    undo.steps.push_back({.what = kept_undo::step::kind::new_result, .cone = this});
  }
  void end_all(std::uint64_t epoch) { results_epoch_ = epoch; }
  void forget_results() { results_epoch_ = 0; }

  bool has_graph(std::uint64_t epoch, const std::shared_ptr<const schema>& s) const { return graph_ && graph_epoch_ == epoch && structure_ == s; }
  // Throws std::logic_error where the structure depends on a random value.
  void set_graph(dependency_graph graph, std::uint64_t epoch, std::shared_ptr<const schema> structure);

  // A run that renews what a change reaches: begins; what is touched, false where that cannot be told.
  void begin_some() { ++run_; }
  bool touch(const choice_map& constraints);
  bool touch(const selection& s);

  bool skips_site(std::uint32_t k) const { return site_runs_[k] != run_; }
  // Of a site of instances: whether it is known that they have the arguments that they had.
  bool has_same_arguments(std::uint32_t k) const { return argument_runs_[k] != run_; }
  bool skips_call(std::uint32_t c) const { return call_runs_[c] != run_; }
  // How many calls there are in call c, itself counted.
  std::uint32_t calls_in(std::uint32_t c) const { return call_ends_[c] - c; }

  template <class R>
  const R& result(std::uint32_t c) const {
    return static_cast<const kept_result_of<R>&>(*results_[c]).value();
  }
  template <class R>
  void record(std::uint32_t c, const R& r, kept_undo& undo) {
    if (c >= results_.size()) results_.resize(c + 1);
    auto& to = results_[c];
    if (!to || to->type() != &kept_result_of<R>::tag) {
      to = std::make_unique<kept_result_of<R>>();
      undo.steps.push_back({.what = kept_undo::step::kind::new_result, .cone = this});
    } else {
      if constexpr (is_results<R>)  // the same view of what is kept
        if (is_same_view(static_cast<kept_result_of<R>&>(*to).value(), r)) return;
      static_cast<kept_result_of<R>&>(*to).save();
      undo.steps.push_back({.what = kept_undo::step::kind::result, .result = to.get()});
    }
    static_cast<kept_result_of<R>&>(*to).set(r);
  }

 private:
  bool touch(std::uint64_t hash);
  struct part {
    std::uint32_t first = 0, size = 0;
  };
  part cone_of(std::uint32_t vertex);
  void find_places();

  std::shared_ptr<const dependency_graph> graph_;
  std::shared_ptr<const schema> structure_;
  std::uint64_t graph_epoch_ = 0, results_epoch_ = 0, results_parameters_ = 0;
  bool reads_stores_ = false;
  bool places_known_ = false;                    // whether each vertex has a place in the structure
  std::vector<std::int64_t> sites_;              // of each vertex; −1: none
  std::vector<std::uint32_t> calls_, call_ends_; // of each call of the graph; the end of what is inside each call of the structure
  std::vector<part> cones_;                   // of each vertex once asked for (size 0: not yet), in `cone_items_`: sites, calls with
  std::vector<std::uint32_t> cone_items_;     // `call_bit`, with `argument_bit` instances whose arguments change; vertices alike share one
  std::vector<std::uint64_t> site_runs_, call_runs_, argument_runs_;  // the last run that they were in
  std::uint64_t run_ = 0;
  std::vector<std::uint64_t> addresses_;  // of a selection
  std::vector<std::unique_ptr<kept_result>> results_;  // of each call of the structure
};

}  // namespace starling
