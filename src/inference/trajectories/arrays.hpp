// Arrays over the elements of one chain, padded with zeros to whole registers, and the loops over them.
#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

#include <starling/values/pack.hpp>

namespace starling::trajectories {

// The elements of a register of the instruction set that the library is built for: not `isa::native`, since a test of these parts is
// compiled for more and would lay the same arrays out otherwise.
using element_isa = std::conditional_t<isa::register_bytes<isa::native> == 16, isa::native, isa::sse2>;
inline constexpr std::size_t element_width = isa::register_bytes<element_isa> / sizeof(double);
using element_pack = pack<double, static_cast<int>(element_width), element_isa>;

// Room for d elements in whole registers.
inline std::size_t padded(std::size_t d) { return (d + element_width - 1) / element_width * element_width; }

// Arrays of one size in one piece of memory, all zero to begin with.
class arrays {
 public:
  arrays() = default;
  arrays(std::size_t count, std::size_t d) : size_(padded(d)), memory_(count * size_) {}
  double* operator[](std::size_t i) { return memory_.data() + i * size_; }
  const double* operator[](std::size_t i) const { return memory_.data() + i * size_; }
  // Of one array, padding included.
  std::size_t size() const { return size_; }
  std::vector<double>& memory() { return memory_; }

 private:
  std::size_t size_ = 0;
  std::vector<double> memory_;
};

inline void copy_array(const double* from, double* to, std::size_t n) {
  for (std::size_t i = 0; i < n; i += element_width) element_pack::load(from + i).store(to + i);
}

// Sums keep four additions under way, in a fixed order. Of n elements of any arrays:
inline double dot(const double* a, const double* b, std::size_t n) {
  double s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  std::size_t i = 0;
  for (; i + 4 <= n; i += 4) {
    s0 += a[i] * b[i];
    s1 += a[i + 1] * b[i + 1];
    s2 += a[i + 2] * b[i + 2];
    s3 += a[i + 3] * b[i + 3];
  }
  for (; i < n; ++i) s0 += a[i] * b[i];
  return (s0 + s1) + (s2 + s3);
}
// to += factor · from, n elements of any arrays.
inline void add_multiple(double factor, const double* from, double* to, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) to[i] += factor * from[i];
}

}  // namespace starling::trajectories
