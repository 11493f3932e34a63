#include <starling/neural/initialise.hpp>

#include <algorithm>
#include <cmath>

#include <starling/random/stream.hpp>
#include <starling/values/arena.hpp>

namespace starling::neural {

namespace {

std::vector<double> numbers_of(const parameter_shape& s, const layer& l, const key& k) {
  std::vector<double> x(s.size(), 0.0);
  if (s.role == parameter_role::gain) return std::vector<double>(s.size(), 1.0);
  if (l.kind == layer_kind::layer_norm || (l.kind == layer_kind::attention && s.role == parameter_role::bias)) return x;  // as torch's: 0
  stream<double> numbers(k, 0);
  numbers.visit(0);
  const double in = s.fan_in, out = s.fan_out;
  const auto uniform = [&](double end) {
    for (double& v : x) v = end * (2 * numbers.uniform() - 1);
  };
  if (s.role == parameter_role::bias) {
    if (l.start == initialisation::torch) uniform(1 / std::sqrt(in));
    return x;
  }
  if (s.role == parameter_role::table && l.start == initialisation::torch) {
    for (double& v : x) v = numbers.normal();
    return x;
  }
  switch (l.start) {
    case initialisation::torch:
      // MultiheadAttention's input weights are Glorot's.
      uniform(l.kind == layer_kind::attention && s.name == "in_proj_weight" ? std::sqrt(6 / (in + s.sizes[0])) : 1 / std::sqrt(in));
      break;
    case initialisation::glorot:
      uniform(std::sqrt(6 / (in + out)));
      break;
    case initialisation::he:
      for (double& v : x) v = std::sqrt(2 / in) * numbers.normal();
      break;
    case initialisation::lecun:
      for (double& v : x) {
        double z = 0;
        do z = numbers.normal();
        while (std::abs(z) > 2);
        v = z * std::sqrt(1 / in) / 0.87962566103423978;  // the deviation of a normal cut at 2
      }
      break;
  }
  return x;
}

}  // namespace

void initialise(parameter_store& store, std::string_view name_of_net, std::span<const layer> layers, const key& k) {
  const std::string prefix = name_of_net.empty() ? std::string() : std::string(name_of_net) + "/";
  for (const layer& l : layers) {
    const parameter_shapes shapes = parameters_of(l);
    for (std::size_t i = 0; i < shapes.count; ++i) {
      const parameter_shape& s = shapes.of[i];
      const std::string text = parameter_name(prefix, l, s);
      store.set(text, numbers_of(s, l, k.scope(hash_text(text))), std::vector<std::size_t>(s.sizes.begin(), s.sizes.begin() + s.rank));
    }
  }
}

template <class T> std::string find_not_a_number(const prepared_net<T>& n, std::span<const T> x, std::size_t rows) {
  const auto first_bad = [](const T* from, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      if (!std::isfinite(from[i])) return static_cast<long>(i);
    return -1L;
  };
  for (const auto& t : n.tensors)
    if (const long i = first_bad(t.values, t.shape.size()); i >= 0) return "element " + std::to_string(i) + " of the parameter \"" + std::string(t.name.text()) + "\" is not a finite number";
  const arena_scope scratch;
  T* const memory = arena::current().take<T>(memory_of(n.layers, rows));
  for (std::size_t i = 0; i < rows * n.in(); ++i) memory[i] = x[i];
  if (const long i = first_bad(memory, rows * n.in()); i >= 0)
    return "element " + std::to_string(i % static_cast<long>(n.in())) + " of row " + std::to_string(i / static_cast<long>(n.in())) + " of what goes into the net is not a finite number";
  const std::size_t all = memory_of(n.layers, rows);
  forward(n, memory, rows, nullptr);
  // What layer i gives stands where those before it end.
  for (std::size_t i = 0; i < n.layers.size(); ++i) {
    const std::span<const layer> until(n.layers.data(), i + 1);
    const std::size_t end = i + 1 < n.layers.size() ? memory_of(until, rows) : all;
    std::size_t begin = rows * n.in();
    if (i > 0) begin = memory_of(std::span<const layer>(n.layers.data(), i), rows);
    const layer& l = n.layers[i];
    if (const long k = first_bad(memory + begin, std::min(end - begin, rows * l.out)); k >= 0)
      return "element " + std::to_string(k % static_cast<long>(l.out)) + " of row " + std::to_string(k / static_cast<long>(l.out)) + " of what layer " + std::to_string(i) + ", " +
             std::string(name_of(l.kind)) + ", gives is not a finite number";
  }
  return {};
}
template std::string find_not_a_number<float>(const prepared_net<float>&, std::span<const float>, std::size_t);
template std::string find_not_a_number<double>(const prepared_net<double>&, std::span<const double>, std::size_t);

}  // namespace starling::neural
