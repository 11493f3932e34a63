// Trainable parameters: `trace.param("name", initial)` in a body reads a store, its derivatives come from gradients() (gradient.hpp).
//
//   sl::parameter_store store;
//   const auto model = sl::with_parameters(body, store);          // a generative function that reads `store`
//   const auto g = sl::gradients(sl::simulate(model, sl::args(), key));
//   store.ascend(g.parameters, sl::adam{.rate = 0.01});           // a step up the score
//
// A parameter is a number or a vector. It is known by its name alone, wherever it is read: calls and instances share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <starling/models/generative_function.hpp>
#include <starling/models/optimizers.hpp>
#include <starling/traces/address.hpp>
#include <starling/values/vector.hpp>

namespace starling {

// The derivatives with respect to the parameters that a run read, and the values they had.
struct parameter_gradients {
  struct entry {
    std::string name;
    std::vector<double> values, derivatives;
  };
  std::vector<entry> entries;

  // Those of one parameter. Throws std::out_of_range, naming it, where the run did not read it.
  const std::vector<double>& operator[](const std::string& name) const;
  // The sum of two runs' derivatives.
  parameter_gradients& operator+=(const parameter_gradients& other);
};

// What a parameter's name and values are kept in. Not to be changed while runs read it.
class parameter_store {
 public:
  void set(const std::string& name, std::vector<double> values);
  void set(const std::string& name, double value) { set(name, std::vector<double>{value}); }
  // The same, row-major, with the sizes of each dimension: a weight of 784 numbers for each of 256 is {256, 784}. Throws std::invalid_argument where they
  // are not as many numbers.
  void set(const std::string& name, std::vector<double> values, std::vector<std::size_t> shape);
  // The sizes of each dimension: one where none were given. Throws std::out_of_range, naming it.
  const std::vector<std::size_t>& shape_of(const std::string& name) const { return entry_named(name).shape; }
  // What an optimiser knows of a parameter: the moments of its derivatives, an element each, and its steps. Throws std::invalid_argument where their sizes differ
  // from the parameter's.
  struct moments {
    std::vector<double> first, second;
    std::size_t steps = 0;
  };
  void set(const std::string& name, std::vector<double> values, moments known);
  const moments& moments_of(const std::string& name) const;
  bool contains(const std::string& name) const { return entries_.contains(hash_text(name)); }
  // The values of a parameter. Throws std::out_of_range, naming it.
  const std::vector<double>& operator[](const std::string& name) const;
  // In alphabetical order.
  std::vector<std::string> names() const;

  // One step up. A parameter that is not here yet gets the value that the run had for it first.
  void ascend(const parameter_gradients& gradients, const sgd& options);
  void ascend(const parameter_gradients& gradients, const adam& options);
  void ascend(const parameter_gradients& gradients, const adamw& options);

  // For handlers: the values of a parameter; empty where it is not here. The version is the same for equal stores only; any change has kept instances run again.
  std::span<const double> find(const literal& name) const;
  std::uint64_t version() const { return version_; }
  // A number that no other store has, nor had: while it and the version are the same, values stand where they stood.
  std::uint64_t identity() const { return identity_.number; }

 private:
  struct entry {
    std::string name;
    std::vector<double> values;
    moments known;
    std::vector<std::size_t> shape;
  };
  entry& entry_of(const parameter_gradients::entry& e);
  const entry& entry_named(const std::string& name) const;

  std::unordered_map<std::uint64_t, entry> entries_;  // by the hash of the name
  std::uint64_t version_ = 0;                         // 0: empty

  struct own_number {
    std::uint64_t number = next();
    own_number() = default;
    own_number(const own_number&) {}
    own_number& operator=(const own_number&) {
      number = next();
      return *this;
    }
    static std::uint64_t next();
  };
  own_number identity_;
};

// G with its parameters read from `store`, which must outlive it.
template <generative_function G>
struct parameterised_model : generative {
  static constexpr bool is_dynamic = G::is_dynamic;
  G inner;
  const parameter_store* store;

  template <class Handler, class... Args>
  decltype(auto) run(Handler& trace, const Args&... args) const {
    struct reads {
      Handler& h;
      const parameter_store* outer;
      ~reads() { h.read_parameters(outer); }
    } const scope{trace, trace.read_parameters(store)};
    return inner.run(trace, args...);
  }
};
template <generative_function G>
auto with_parameters(G model, const parameter_store& store) {
  return parameterised_model<G>{{}, std::move(model), &store};
}

[[noreturn]] void throw_parameter_size(const literal& name, std::size_t expected, std::size_t found);

// What trace.param gives: of the store (null: none), else `initial`. A number, or a vector of them.
template <class V, class X>
vector<V> parameter_values(const parameter_store* store, const literal& name, const X& initial) {
  constexpr bool is_number = std::is_arithmetic_v<X>;
  const std::span<const double> stored = store ? store->find(name) : std::span<const double>();
  const std::size_t n = [&] {
    if constexpr (is_number) return std::size_t{1};
    else return static_cast<std::size_t>(initial.size());
  }();
  if (!stored.empty() && stored.size() != n) [[unlikely]]
    throw_parameter_size(name, stored.size(), n);
  vector<V> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    if (!stored.empty()) values[i] = V(stored[i]);
    else if constexpr (is_number) values[i] = V(static_cast<double>(initial));
    else values[i] = V(static_cast<double>(initial[i]));
  }
  return values;
}
template <class X, class V>
auto parameter_of(const vector<V>& values) {
  if constexpr (std::is_arithmetic_v<X>) return V(values[0]);
  else return values;
}
inline std::uint64_t version_of(const parameter_store* store) { return store ? store->version() : 0; }

}  // namespace starling
