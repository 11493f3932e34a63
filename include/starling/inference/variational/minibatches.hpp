// Learning from parts of the data at a time.
//
//   const auto parts = sl::minibatches(xs.size(), 100, [&](std::span<const std::size_t> which) {
//     return sl::posterior(model, sl::args(chosen(xs, which)), sl::observe("y", chosen(ys, which)));
//   }, {.local = sl::select({"y", sl::all})});
//   sl::fit(objective, parts, guide, optimizer, options, key)
//
// Every epoch goes through all items once, in an order from the key; its last part may be smaller, as many items as are left. The log densities of the sites that
// `local` selects, in the model and in the guide, count N/B times: they stand for all N items where B are there. All others count once.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include <starling/inference/variational/fit.hpp>
#include <starling/traces/selection.hpp>

namespace starling {

struct minibatch_options {
  selection local = {};
};

// The items of step t of an epoch after epoch: a permutation of 0 … n − 1 for each.
class epochs {
 public:
  epochs(std::size_t n, std::size_t size, const key& k);
  // How many steps an epoch has.
  std::size_t steps() const { return (n_ + size_ - 1) / size_; }
  std::span<const std::size_t> items_of_step(std::size_t t);

 private:
  std::size_t n_, size_;
  key key_;
  std::size_t epoch_ = static_cast<std::size_t>(-1);
  std::vector<std::size_t> order_;
};

template <class Make> struct minibatches_of {
  std::size_t n, size;
  Make make;
  minibatch_options options;
};
// make(std::span<const std::size_t>) gives the posterior of these items. Throws std::invalid_argument where there are no items, or none in a part.
template <class Make> auto minibatches(std::size_t n, std::size_t size, Make make, minibatch_options options = {}) {
  return minibatches_of<Make>{n, size, std::move(make), std::move(options)};
}

// A source of posteriors for fit_to.
template <class Make> class minibatch_source {
 public:
  using posterior_type = std::remove_cvref_t<std::invoke_result_t<const Make&, std::span<const std::size_t>>>;
  minibatch_source(const minibatches_of<Make>& of, const key& k) : of_(of), epochs_(of.n, of.size, k) {}

  const posterior_type& posterior_of_step(std::size_t t) {
    const auto items = epochs_.items_of_step(t);
    count_ = static_cast<double>(of_.n) / static_cast<double>(items.size());
    post_[t % 2].emplace(of_.make(items));  // at another place than the last one's
    return *post_[t % 2];
  }
  double count() const { return count_; }
  const selection& local() const { return of_.options.local; }

 private:
  const minibatches_of<Make>& of_;
  epochs epochs_;
  double count_ = 1;
  std::optional<posterior_type> post_[2];
};

template <class Objective, class Make, class Guide, class Optimizer>
fit_result fit(const Objective& objective, const minibatches_of<Make>& parts, const Guide& guide, const Optimizer& optimizer, const fit_options& o, const key& k) {
  minibatch_source<Make> source(parts, k.scope(hash_text("epochs")));
  return fit_to(objective, source, guide, optimizer, o, k);
}

}  // namespace starling
