#pragma once
// Addresses: where in a model a random choice or a call stands.
//
//   "slope"            a name, hashed at compile time
//   {"y", i}           a name and up to three whole indices; the same as the path "y" / i
//   sl::name(text)     a name known at run time (interned, lives as long as the program)
//   sl::address("inner") / "x"    a path through calls
//
// An `address` is local: what one visit of `trace(address, …)` writes. A `path` is the whole way from the root of the model;
// choice maps and selections are keyed by paths. Both are compared by 64-bit hashes of their components.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <starling/values/sentences.hpp>

namespace starling {

constexpr std::uint64_t hash_text(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325u;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  h = (h ^ (h >> 31)) * 0x9e3779b97f4a7c15u;
  return h ^ (h >> 29);
}

constexpr std::uint64_t hash_index(std::int64_t i) { return static_cast<std::uint64_t>(i) + 0x632be59bd9b4e019u; }

constexpr std::uint64_t hash_combine(std::uint64_t h, std::uint64_t component) {
  h = (h ^ component) * 0x9e3779b97f4a7c15u;
  return h ^ (h >> 32);
}

// What is no literal, and says so.
template <class T>
concept text_in_a_variable = std::same_as<T, const char*> || std::same_as<T, char*> || std::same_as<T, std::string> || std::same_as<T, std::string_view>;

// A name with its hash. The constructor from a string literal runs at compile time; use sl::name() for run-time strings.
class literal {
 public:
  template <text_in_a_variable Text> constexpr literal(const Text&) { sentences::name_known_at_run_time<0 * sizeof(Text)>(); }
  template <std::size_t N>
  consteval literal(const char (&text)[N]) : text_(text, N - 1), hash_(hash_text(text_)) {}
  constexpr std::string_view text() const { return text_; }
  constexpr std::uint64_t hash() const { return hash_; }

 private:
  friend literal name(std::string_view);
  constexpr literal(std::string_view text, std::uint64_t hash) : text_(text), hash_(hash) {}
  std::string_view text_;
  std::uint64_t hash_ = 0;
};

// The name `text`, for names that are known only at run time. Thread-safe; the text is kept for the life of the program.
literal name(std::string_view text);

class address {
 public:
  static constexpr int max_indices = 3;

  // The empty address: the choice (or call) stands where its scope stands. `trace({}, d)`.
  constexpr address() = default;
  template <text_in_a_variable Text> constexpr address(const Text&) { sentences::name_known_at_run_time<0 * sizeof(Text)>(); }
  template <std::size_t N>
  consteval address(const char (&text)[N]) : name_(text, N - 1), hash_(hash_text(name_)), name_hash_(hash_) {}

  template <std::integral... I>
    requires(sizeof...(I) <= max_indices)
  constexpr address(literal name, I... index)
      : name_(name.text()), hash_(name.hash()), name_hash_(hash_), count_(sizeof...(I)) {
    std::size_t k = 0;
    ((index_[k++] = static_cast<std::int64_t>(index)), ...);
    for (std::size_t j = 0; j < sizeof...(I); ++j) hash_ = hash_combine(hash_, hash_index(index_[j]));
  }

  // From its parts: a name with static storage (or none), the hash, and the indices.
  constexpr address(std::string_view name, std::uint64_t hash, std::int64_t i, std::int64_t j, std::int64_t k, int indices)
      : name_(name), hash_(hash), name_hash_(name.empty() ? 0 : hash_text(name)), index_{i, j, k}, count_(static_cast<std::uint8_t>(indices)) {}

  // An index alone: the instances of a combinator.
  explicit constexpr address(std::int64_t index)
      : hash_(hash_index(index)), index_{index, 0, 0}, count_(1) {}

  constexpr std::string_view name() const { return name_; }  // empty for an index alone
  constexpr int indices() const { return count_; }
  constexpr std::int64_t index(int k) const { return index_[k]; }
  constexpr std::uint64_t hash() const { return hash_; }
  constexpr std::uint64_t name_hash() const { return name_hash_; }

 private:
  std::string_view name_{};
  std::uint64_t hash_ = 0, name_hash_ = 0;
  std::int64_t index_[max_indices] = {0, 0, 0};
  std::uint8_t count_ = 0;
};

// One step of a path: a name, or (name empty) an index.
struct path_component {
  std::string_view name;
  std::int64_t index = 0;
  bool is_index() const { return name.data() == nullptr; }
  std::uint64_t hash() const { return is_index() ? hash_index(index) : hash_text(name); }
  friend bool operator==(const path_component& a, const path_component& b) {
    if (a.index != b.index || a.name.size() != b.name.size() || a.is_index() != b.is_index()) return false;
    return a.name.data() == b.name.data() || a.name == b.name;
  }
};

// Paths that go on from one share it: a copy, a step further or back costs the same at any depth.
class path {
 public:
  static constexpr std::uint64_t root_hash = 0x51a7111f5eedu;

  path() = default;  // the root: the empty address
  template <std::size_t N>
  path(const char (&text)[N]) {
    append(address(name(std::string_view(text, N - 1))));
  }
  template <std::integral... I>
    requires(sizeof...(I) > 0)
  path(literal name, I... index) {
    append(address(name, index...));
  }
  path(literal name) { append(address(name)); }
  path(const address& local) { append(local); }
  path(const path& other) : last_(other.last_), hash_(other.hash_) { hold(last_); }
  path(path&& other) noexcept : last_(std::exchange(other.last_, nullptr)), hash_(std::exchange(other.hash_, root_hash)) {}
  path& operator=(path other) noexcept {
    std::swap(last_, other.last_);
    std::swap(hash_, other.hash_);
    return *this;
  }
  ~path() { release(last_); }

  path& append(const address& local);
  path& append(const path_component& component);
  friend path operator/(path head, const address& tail) { return std::move(head.append(tail)); }
  friend path operator/(path head, const path& tail) { return std::move(head.append(tail)); }

  std::uint64_t hash() const { return hash_; }
  std::size_t size() const { return last_ ? last_->size : 0; }  // how many components
  bool empty() const { return last_ == nullptr; }
  const path_component& back() const { return last_->component; }  // of a path that is not empty
  std::vector<path_component> parts() const;
  bool starts_with(const path& prefix) const;
  path without_front(std::size_t n) const;  // the path after its first n components
  path without_back() const;                // the path before its last component
  std::string str() const;                  // "inner/y[3]", "(root)" when empty
  friend bool operator==(const path& a, const path& b) { return a.hash_ == b.hash_ && is_same(a.last_, b.last_); }

 private:
  struct node {
    path_component component;
    std::uint64_t hash;  // of the path that ends here
    const node* before;
    std::uint32_t size;
    mutable std::uint32_t holders = 1;  // counted by all threads
  };
  path& append(const path& tail);
  static void hold(const node* n) {
    if (n) __atomic_fetch_add(&n->holders, 1u, __ATOMIC_RELAXED);
  }
  static void release(const node* n) {
    if (n) let_go(n);
  }
  static void let_go(const node* n);
  static bool is_same(const node* a, const node* b);

  const node* last_ = nullptr;
  std::uint64_t hash_ = root_hash;
};

inline path operator/(const address& head, const address& tail) { return path(head) / tail; }
template <std::size_t N>
path operator/(const path& head, const char (&tail)[N]) { return head / path(tail); }
template <std::size_t N>
path operator/(const address& head, const char (&tail)[N]) { return path(head) / path(tail); }

// The same with the first `indices` of its indices only.
constexpr std::uint64_t extend_hash(std::uint64_t scope, const address& local, int indices) {
  if (!local.name().empty()) scope = hash_combine(scope, local.name_hash());
  for (int k = 0; k < indices; ++k) scope = hash_combine(scope, hash_index(local.index(k)));
  return scope;
}
// The hash of `scope` / `local`, without building the path.
constexpr std::uint64_t extend_hash(std::uint64_t scope, const address& local) {
  return extend_hash(scope, local, local.indices());
}

}  // namespace starling
