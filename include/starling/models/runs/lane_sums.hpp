// The scores of the instances of a call in a batch, summed.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <starling/models/batch_state.hpp>
#include <starling/models/kept/persistent_vector.hpp>

namespace starling {

// Sums of the scores of instances: on each level the sums from the beginning of a group of sixteen, which are the terms of the next. A
// total depends on the terms alone, one more term costs O(1), another term O(log n).
template <class V>
class lane_sums {
 public:
  // What a block has to do: to[b] = before[b] + term[b].
  struct step {
    V* to;
    const V *before, *term;
    void run(std::size_t b) const { to[b] = before ? before[b] + term[b] : term[b]; }
  };
  V total(std::size_t n, std::size_t b) const {
    V sum(0);
    for (std::size_t l = 0; n > 0; ++l, n >>= bits)
      if (n & last) sum += (*levels_[l][n - 1])[b];
    return sum;
  }
  // For n terms, of which those of `changed` (ascending) are new; term(i): its numbers.
  template <class Term>
  std::vector<step> plan(std::vector<std::size_t> changed, std::size_t n, std::size_t blocks, Term&& term) {
    std::vector<step> steps;
    for (std::size_t l = 0; l < levels_.size(); ++l) levels_[l].truncate(n >> (bits * l));
    for (std::size_t l = 0, count = n; count > 0 && !changed.empty(); ++l, count >>= bits) {
      if (levels_.size() == l) levels_.emplace_back();
      std::vector<std::size_t> above;
      std::size_t next = 0;
      for (const std::size_t c : changed) {
        for (std::size_t i = c < next ? next : c; i < count && i <= (c | last); ++i) {
          auto column = std::make_shared<lane_numbers<V>>(blocks);
          steps.push_back({column->data(), i & last ? levels_[l][i - 1]->data() : nullptr, l == 0 ? term(i) : levels_[l - 1][(i << bits) | last]->data()});
          levels_[l].set(i, std::move(column));
          next = i + 1;
          if ((i & last) == last) above.push_back(i >> bits);
        }
      }
      changed = std::move(above);
    }
    return steps;
  }

 private:
  static constexpr std::size_t bits = 4, last = 15;
  std::vector<persistent_vector<std::shared_ptr<lane_numbers<V>>>> levels_;
};

}  // namespace starling
