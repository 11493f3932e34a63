#include <starling/inference/variational/minibatches.hpp>

#include <algorithm>
#include <numeric>

#include <starling/random/stream.hpp>
#include <starling/values/counts.hpp>

namespace starling {

epochs::epochs(std::size_t n, std::size_t size, const key& k) : n_(n), size_(size), key_(k), order_(n) {
  require_count("minibatches", "the number of items", n, 1, 1'000'000'000);
  require_count("minibatches", "the number of items in a part", size, 1, n);
}

std::span<const std::size_t> epochs::items_of_step(std::size_t t) {
  const std::size_t epoch = t / steps(), part = t % steps();
  if (epoch != epoch_) {
    epoch_ = epoch;
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    stream<double> numbers(fold_in(key_, epoch));
    for (std::size_t i = n_; i > 1; --i) {  // Fisher and Yates
      numbers.visit(static_cast<std::uint32_t>(i));
      const auto j = std::min(static_cast<std::size_t>(numbers.uniform() * static_cast<double>(i)), i - 1);
      std::swap(order_[i - 1], order_[j]);
    }
  }
  return std::span<const std::size_t>(order_).subspan(part * size_, std::min(size_, n_ - part * size_));
}

}  // namespace starling
