// Saving and restoring the numbers of a chain. A class lists its members once, for both directions:
//   template <class Archive> void archive(Archive& a) { a(count_, mean_); }
// Bytes are the machine's own: a checkpoint goes on where it was made. What is read must fit: a list that is not empty in the object that reads has as
// many numbers in the checkpoint, unless it is read by a.of_any_size(list), and what a class knows of its numbers it says by a.require(…).
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
  template <class... T>
  void of_any_size(std::vector<T>&... x) {
    (put(x), ...);
  }
  void require(bool) {}

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
  template <class... T>
  void of_any_size(std::vector<T>&... x) {
    (get_list(x, false), ...);
  }
  // Throws std::runtime_error where counts and sizes that were read contradict each other.
  void require(bool holds) {
    if (!holds) throw std::runtime_error("the checkpoint does not fit the run: its counts or sizes contradict each other");
  }
  // That everything was read.
  void end() { require(at_ == from_.size()); }

 private:
  template <class T>
  void get(T& x) {
    if constexpr (std::is_same_v<T, bool>) {
      unsigned char byte = 0;
      read(&byte, 1);
      require(byte <= 1);
      x = byte == 1;
    } else if constexpr (std::is_trivially_copyable_v<T>) {
      read(&x, sizeof(T));
    } else {
      x.archive(*this);
    }
  }
  template <class T>
  void get(std::vector<T>& x) {
    get_list(x, !x.empty());
  }
  template <class T>
  void get_list(std::vector<T>& x, bool same_size) {
    static_assert(std::is_trivially_copyable_v<T>);
    std::size_t n = 0;
    get(n);
    if (n > (from_.size() - at_) / sizeof(T)) throw std::runtime_error("the checkpoint is cut short");
    require(!same_size || n == x.size());
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
