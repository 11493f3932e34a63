// A vector whose copies share what they have in common: a copy costs nothing, an element that changes O(log n).
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace starling {

template <class T>
class persistent_vector {
 public:
  std::size_t size() const { return size_; }
  const T& operator[](std::size_t i) const {
    const node* n = root_.get();
    for (std::size_t d = depth_; d > 0; --d) n = n->below[(i >> (bits * d)) % arity].get();
    return n->here[i % arity];
  }
  // Element i, or one more where i is the size.
  void set(std::size_t i, T x) {
    if (i == size_ && ++size_ > std::size_t{1} << (bits * (depth_ + 1))) {
      auto above = std::make_shared<node>();
      above->below.push_back(std::move(root_));
      root_ = std::move(above);
      ++depth_;
    }
    root_ = changed(root_.get(), depth_, i, std::move(x));
  }
  // Takes off all from n on.
  void truncate(std::size_t n) {
    if (n >= size_) return;
    size_ = n;
    if (n == 0) *this = {};
  }

 private:
  static constexpr std::size_t bits = 5, arity = 1 << bits;
  struct node {
    std::vector<std::shared_ptr<const node>> below;
    std::vector<T> here;
  };
  static std::shared_ptr<const node> changed(const node* n, std::size_t depth, std::size_t i, T x) {
    auto next = n ? std::make_shared<node>(*n) : std::make_shared<node>();
    const std::size_t k = (i >> (bits * depth)) % arity;
    if (depth > 0) {
      if (k == next->below.size()) next->below.push_back(changed(nullptr, depth - 1, i, std::move(x)));
      else next->below[k] = changed(next->below[k].get(), depth - 1, i, std::move(x));
    } else if (k == next->here.size()) {
      next->here.push_back(std::move(x));
    } else {
      next->here[k] = std::move(x);
    }
    return next;
  }
  std::shared_ptr<const node> root_;
  std::size_t size_ = 0, depth_ = 0;
};

}  // namespace starling
