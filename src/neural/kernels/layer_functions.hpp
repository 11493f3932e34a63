// What each layer computes for rows of numbers, for one instruction set: made three times, chosen when the program runs.
#pragma once

#include <cstddef>
#include <cstdint>

#include <starling/neural/layer.hpp>

namespace starling::neural {

// One layer's work. `extra`: what it keeps for its derivatives, extra_numbers(layer) a row.
template <class T> struct layer_work {
  const layer* of;
  std::size_t rows;
  const T* x;
  T* y;
  T* extra;
  const T* values[most_parameters];
  const T* packed[most_parameters];
  // Of dropout, in a training step: a number of the layer's own, and which row of the batch each row is (null: they are in order).
  bool training;
  std::uint64_t numbers;
  const std::uint32_t* row_of;
  // Backward: of the result; of the argument (null: not wanted); sums of the parameters' (null: not wanted).
  const T* dy;
  T* dx;
  T* d_values[most_parameters];
  bool overwrites;  // what stands in the sums of a linear layer's weight is no number yet
};
constexpr std::size_t extra_numbers(const layer& l) {
  switch (l.kind) {
    case layer_kind::layer_norm:
    case layer_kind::rms_norm:
      return 2 * std::size_t{l.repeat};
    case layer_kind::gru_cell:
      return 4 * std::size_t{l.out};
    case layer_kind::attention:
      return 4 * std::size_t{l.in} + std::size_t{l.heads} * l.tokens * l.tokens;
    default:
      return 0;
  }
}

template <class T> struct layer_functions {
  void (*forward)(const layer_work<T>&);
  void (*pull)(const layer_work<T>&);
  // Lays out W, [out × in], for x Wᵀ; how many numbers that takes.
  void (*pack)(const T* weight, std::size_t out, std::size_t in, T* to);
  std::size_t (*packed)(std::size_t out, std::size_t in);
  // Between the store's doubles and T: to[i] = from[i], to[i] += from[i].
  void (*narrow)(const double* from, std::size_t n, T* to);
  void (*add_up)(const T* from, std::size_t n, double* to);
  bool (*all_finite)(const T* x, std::size_t n);
};

// Of the instruction set that the machine has.
template <class T> const layer_functions<T>& functions();

const layer_functions<float>& baseline_functions(float);
const layer_functions<double>& baseline_functions(double);
// Null where the compiler or its target has none.
const layer_functions<float>* avx2_functions(float);
const layer_functions<double>* avx2_functions(double);
const layer_functions<float>* avx512_functions(float);
const layer_functions<double>* avx512_functions(double);

}  // namespace starling::neural
