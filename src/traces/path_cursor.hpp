// The components of the paths of a run's sites, one site after the other.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <starling/traces/schema.hpp>

namespace starling {

// A stack that allocates nothing while it is small.
template <class T>
class small_stack {
 public:
  bool empty() const { return size_ == 0; }
  T& back() { return size_ <= few_.size() ? few_[size_ - 1] : many_.back(); }
  const T& back() const { return size_ <= few_.size() ? few_[size_ - 1] : many_.back(); }
  void push_back(T x) {
    if (size_ < few_.size()) few_[size_] = std::move(x);
    else many_.push_back(std::move(x));
    ++size_;
  }
  void pop_back() {
    if (size_ > few_.size()) many_.pop_back();
    --size_;
  }
  void clear() { size_ = 0, many_.clear(); }

 private:
  std::array<T, 16> few_{};
  std::vector<T> many_;
  std::size_t size_ = 0;
};

// Going through the sites in order takes as many steps as there are components of addresses, however deep the calls are: what two sites have in common stays.
class path_cursor {
 public:
  // `where`: the components of the path at which the run lies; those of a site stand behind them.
  path_cursor(const schema& run, std::vector<path_component>& where) : run_(run), where_(where), outside_(where.size()) {}

  const std::vector<path_component>& at(std::uint32_t site) {
    enter(run_.sites()[site].scope);
    add(run_.sites()[site].local);
    return where_;
  }

 private:
  // Calls are numbered in the order in which they are entered, so that a call's number is above its parent's.
  void enter(std::uint32_t call) {
    above_.clear();
    for (;;) {
      while (!entered_.empty() && entered_.back().first > call) entered_.pop_back();
      if (call == 0 || (!entered_.empty() && entered_.back().first == call)) break;
      above_.push_back(call);
      call = run_.calls()[call].parent;
    }
    where_.resize(entered_.empty() ? outside_ : entered_.back().second);
    for (; !above_.empty(); above_.pop_back()) {
      add(run_.calls()[above_.back()].local);
      entered_.push_back({above_.back(), where_.size()});
    }
  }
  void add(const address& a) {
    if (!a.name().empty()) where_.push_back({a.name(), 0});
    for (int i = 0; i < a.indices(); ++i) where_.push_back({{}, a.index(i)});
  }

  const schema& run_;
  std::vector<path_component>& where_;
  std::size_t outside_;
  small_stack<std::pair<std::uint32_t, std::size_t>> entered_;  // but for the root: calls, and how many components lead into them
  small_stack<std::uint32_t> above_;
};

}  // namespace starling
