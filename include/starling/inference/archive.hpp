// Saving and restoring the numbers of a chain. A class lists its members once, for both directions:
//   template <class Archive> void archive(Archive& a) { a(count_, mean_); }
// Bytes are the machine's own: a checkpoint goes on where it was made.
#pragma once

#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace starling {

class archive_writer {
 public:
  static constexpr bool reads = false;
  explicit archive_writer(std::vector<std::byte>& to) : to_(to) {}
  template <class... T>
  void operator()(T&... x) {
    (put(x), ...);
  }

 private:
  template <class T>
  void put(T& x) {
    if constexpr (std::is_trivially_copyable_v<T>) write(&x, sizeof(T));
    else x.archive(*this);
  }
  template <class T>
  void put(std::vector<T>& x) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::size_t n = x.size();
    put(n);
    write(x.data(), n * sizeof(T));
  }
  void write(const void* from, std::size_t n) {
    const auto* p = static_cast<const std::byte*>(from);
    to_.insert(to_.end(), p, p + n);
  }
  std::vector<std::byte>& to_;
};

class archive_reader {
 public:
  static constexpr bool reads = true;
  explicit archive_reader(const std::vector<std::byte>& from) : from_(from) {}
  template <class... T>
  void operator()(T&... x) {
    (get(x), ...);
  }

 private:
  template <class T>
  void get(T& x) {
    if constexpr (std::is_trivially_copyable_v<T>) read(&x, sizeof(T));
    else x.archive(*this);
  }
  template <class T>
  void get(std::vector<T>& x) {
    std::size_t n = 0;
    get(n);
    if (n > (from_.size() - at_) / sizeof(T)) throw std::runtime_error("the checkpoint is cut short");
    x.resize(n);
    read(x.data(), n * sizeof(T));
  }
  void read(void* to, std::size_t n) {
    if (n > from_.size() - at_) throw std::runtime_error("the checkpoint is cut short");
    if (n != 0) std::memcpy(to, from_.data() + at_, n);
    at_ += n;
  }
  const std::vector<std::byte>& from_;
  std::size_t at_ = 0;
};

}  // namespace starling
