// What changed: hints that spare comparisons, and the sets of instances that have to run again.
//
//   sl::update(std::move(t), sl::args(n + 1, xs), sl::changes(sl::changed(), sl::unchanged()), constraints, key)
// One hint for each argument of the model, in order. A result with hints equals the one without; a hint that is wrong gives a trace
// that does not fit its arguments. An argument without a hint is compared with what it was.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

namespace starling {

struct change {
  enum class kind { unknown,
                    none,
                    all,
                    elements };
  kind what = kind::unknown;
  std::vector<std::size_t> elements = {};  // the elements of a vector that are new or another
};
inline change unknown_change() { return {}; }
inline change unchanged() { return {change::kind::none, {}}; }
inline change changed() { return {change::kind::all, {}}; }
inline change changed_elements(std::vector<std::size_t> which) { return {change::kind::elements, std::move(which)}; }

struct change_hints {
  std::vector<change> arguments;  // fewer than the model has: the others are unknown
};
template <class... C>
change_hints changes(C... each) {
  return {{std::move(each)...}};
}

// Which instances of a call must run.
class instance_set {
 public:
  void clear() {
    all_ = false;
    some_.clear();
  }
  void add_all() { all_ = true; }
  void add(std::size_t i) { some_.push_back(i); }
  bool all() const { return all_; }
  std::vector<std::size_t>& some() { return some_; }
  std::vector<std::size_t>& sorted();

 private:
  bool all_ = false;
  std::vector<std::size_t> some_;
};

}  // namespace starling
