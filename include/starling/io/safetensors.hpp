// Parameter stores in the safetensors layout, which torch, NumPy, JAX and MLX read: eight bytes with the length of a JSON header, the header, and the
// numbers, little-endian. In Python: safetensors.torch.load_file(path), and module.load_state_dict of it.
#pragma once

#include <string>

#include <starling/models/parameters.hpp>

namespace starling {

// `floats`: four bytes a number instead of eight. `dots`: net/0/weight is written as net.0.weight, as torch names parameters. `prefix`: only parameters
// whose names begin so are written, without it.
struct safetensors_options {
  bool floats = false, dots = true;
  std::string prefix = {};
};
// What optimisers know of parameters is not written: save_parameters (parameters.hpp) does that.
void save_safetensors(const parameter_store& store, const std::string& path, const safetensors_options& o = {});
// Dots become slashes, and `prefix` is put before each name. F64 and F32 tensors are read, in the shapes that they have; numbers without a shape have
// shape {1}. Both throw input_error, naming the file and what is wrong with it.
parameter_store load_safetensors(const std::string& path, const safetensors_options& o = {});

}  // namespace starling
