// The vector of adjoints: elements in the run's arena as of any vector, or a node that is worked out where the elements are asked for.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>

#include <starling/values/vector.hpp>
#include <starling/values/vector_nodes.hpp>

namespace starling {

template <class V> class vector<adjoint<V>> {
 public:
  using value_type = adjoint<V>;
  using R = value_type;

  vector() = default;
  explicit vector(std::size_t n) : data_(arena::current().take<R>(n)), size_(n) {}
  vector(std::size_t n, const R& x) : vector(n) {
    for (std::size_t i = 0; i < n; ++i) data_[i] = x;
  }
  vector(std::initializer_list<R> xs) : vector(xs.size()) {
    std::size_t i = 0;
    for (const R& x : xs) data_[i++] = x;
  }
  vector(R* data, std::size_t n) : data_(data), size_(n) {}
  explicit vector(vector_node<V>& node) : size_(node.n), node_(&node) {}

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  R* data() const {
    if (node_) [[unlikely]]
      return work_out();
    return data_;
  }
  R* begin() const { return data(); }
  R* end() const { return data() + size_; }
  R& operator[](std::size_t i) const { return data()[i]; }
  R& front() const { return data()[0]; }
  R& back() const { return data()[size_ - 1]; }
  operator std::span<R>() const { return {data(), size_}; }
  operator std::span<const R>() const { return {data(), size_}; }

  // What it is worked out from; null where its elements are there.
  vector_node<V>* pending() const { return node_ && !node_->elements ? node_ : nullptr; }

 private:
  [[gnu::noinline]] R* work_out() const {
    R* const elements = worked_out(*node_);
    if (!node_->elements) return elements;
    node_ = nullptr;
    return data_ = elements;
  }

  mutable R* data_ = nullptr;
  std::size_t size_ = 0;
  mutable vector_node<V>* node_ = nullptr;
};

}  // namespace starling
