// The border between nets in bodies and what computes them (src/neural): a net whose parameters have been found, its values and its derivatives for
// rows of numbers. A row's numbers are the same bit for bit however many rows there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <starling/models/parameters.hpp>
#include <starling/neural/layer.hpp>
#include <starling/traces/address.hpp>

namespace starling::neural {

// A parameter of a net: its name in the store, what layer and which of its parameters it is, and its numbers.
template <class T> struct tensor {
  literal name;
  std::uint32_t layer;
  parameter_shape shape;
  std::span<const double> stored;
  const T* values = nullptr;  // in the store, where that holds numbers of type T
  std::vector<T> own;         // else
  std::vector<T> packed;      // laid out for products
};

// A net, the store that its parameters stand in, and where they are. Made by prepared(); valid until the store changes.
template <class T> struct prepared_net {
  std::vector<layer> layers;
  std::vector<tensor<T>> tensors;
  std::vector<std::uint32_t> first_tensor;  // of each layer
  std::uint64_t name_hash = 0;
  const parameter_store* store = nullptr;
  std::uint64_t identity = 0, version = 0;  // of the store

  std::size_t in() const { return layers.front().in; }
  std::size_t out() const { return layers.back().out; }
};

// The net called at an address, or by a name of its own, with parameters of the store; this thread keeps it until the store changes. Throws
// std::invalid_argument where the store has none of them, or one of another size.
template <class T> const prepared_net<T>& prepared(const parameter_store* store, const address& a, std::string_view own_name, std::span<const layer> layers);

// "decoder", {"decoder", 2} → "decoder/", "decoder/2/"; nothing for the empty address.
std::string prefix_of(const address& a, std::string_view own_name);
// The name of parameter k of a layer.
std::string parameter_name(std::string_view prefix, const layer& l, const parameter_shape& s);

// Where dropout acts: in a training step, on the rows from `first_row` on.
struct training_step {
  std::uint64_t key = 0, step = 0;
};
// The step that this thread is in; null outside of training.
const training_step* current_training_step();
class training_scope {
 public:
  explicit training_scope(const training_step& s);
  ~training_scope();
  training_scope(const training_scope&) = delete;
  training_scope& operator=(const training_scope&) = delete;

 private:
  const training_step* outer_;
};

// How many numbers an evaluation of `rows` rows keeps: what goes in, what each layer gives, and what its derivatives need.
std::size_t memory_of(std::span<const layer> layers, std::size_t rows);
// Evaluates the net for the rows at the beginning of `memory`, [rows × in]; the result, [rows × out], stands in the memory.
template <class T> const T* forward(const prepared_net<T>& net, T* memory, std::size_t rows, const training_step* training);
// From the derivatives of the result, [rows × out], those of the rows, [rows × in] (null: not wanted), and of the parameters, added to sums
// (null, or null for each: not wanted). A row whose derivatives are all 0 adds 0, whatever its values are.
template <class T>
void backward(const prepared_net<T>& net, const T* memory, std::size_t rows, const training_step* training, const T* result, T* argument, double* const* sums);

[[noreturn]] void throw_wrong_width(std::string_view name, std::size_t expected, std::size_t found);

}  // namespace starling::neural
