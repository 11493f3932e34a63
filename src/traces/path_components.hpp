// The components of a path, from the first on, without an allocation where they are few.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <starling/traces/address.hpp>

namespace starling {

class path_components {
 public:
  explicit path_components(const path& of) : size_(of.size()) {
    if (size_ > few_.size()) many_.resize(size_);
    path rest = of;
    for (std::size_t k = size_; k-- > 0; rest = rest.without_back()) data()[k] = rest.back();
  }
  std::size_t size() const { return size_; }
  const path_component& operator[](std::size_t k) const { return std::span<const path_component>(*this)[k]; }
  operator std::span<const path_component>() const { return {size_ > few_.size() ? many_.data() : few_.data(), size_}; }

 private:
  path_component* data() { return size_ > few_.size() ? many_.data() : few_.data(); }

  std::size_t size_;
  std::array<path_component, 16> few_;
  std::vector<path_component> many_;
};

}  // namespace starling
