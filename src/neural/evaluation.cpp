#include <starling/neural/evaluation.hpp>

#include <memory>
#include <stdexcept>

#include <starling/values/arena.hpp>

#include "kernels/layer_functions.hpp"

namespace starling::neural {

void* take_scratch(std::size_t bytes) { return arena::current().take<std::byte>(bytes); }

template <class T> const layer_functions<T>& functions() {
  static const layer_functions<T>& chosen = [&]() -> const layer_functions<T>& {
#if defined(__x86_64__)
    const auto* const wide = avx512_functions(T());
    if (wide && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("bmi2"))
      return *wide;
    const auto* const half = avx2_functions(T());
    if (half && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return *half;
#endif
    return baseline_functions(T());
  }();
  return chosen;
}
template const layer_functions<float>& functions<float>();
template const layer_functions<double>& functions<double>();

namespace {

std::string shape_text(const parameter_shape& s) {
  std::string text;
  for (std::uint32_t k = 0; k < s.rank; ++k) text += (k ? " x " : "") + std::to_string(s.sizes[k]);
  return text;
}

template <class T> void find_parameters(prepared_net<T>& net, const parameter_store* store, const std::string& prefix) {
  for (std::uint32_t i = 0; i < net.layers.size(); ++i) {
    net.first_tensor.push_back(static_cast<std::uint32_t>(net.tensors.size()));
    const parameter_shapes shapes = parameters_of(net.layers[i]);
    for (std::size_t k = 0; k < shapes.count; ++k) net.tensors.push_back({name(parameter_name(prefix, net.layers[i], shapes.of[k])), i, shapes.of[k], {}, nullptr, {}, {}});
  }
  for (auto& t : net.tensors) {
    const std::string text(t.name.text());
    t.stored = store ? store->find(t.name) : std::span<const double>();
    if (t.stored.empty())
      throw std::invalid_argument("a net needs the parameter \"" + text + "\", " + shape_text(t.shape) + ", which " +
                                  (store ? "the store does not have" : "no store gives: run the model as sl::with_parameters(model, store)") +
                                  "; sl::neural::initialise(store, name, net, key) makes the parameters of a net");
    if (t.stored.size() != t.shape.size())
      throw std::invalid_argument("the parameter \"" + text + "\" has " + std::to_string(t.stored.size()) + " numbers in the store, but the net's is " + shape_text(t.shape));
  }
}

// Numbers of type T, and laid out for products.
template <class T> void read_parameters(prepared_net<T>& net) {
  for (auto& t : net.tensors) {
    t.stored = net.store->find(t.name);
    if constexpr (std::is_same_v<T, double>) {
      t.values = t.stored.data();
    } else {
      t.own.resize(t.stored.size());
      functions<T>().narrow(t.stored.data(), t.own.size(), t.own.data());
      t.values = t.own.data();
    }
    if (!t.shape.is_product) continue;
    t.packed.resize(functions<T>().packed(t.shape.sizes[0], t.shape.sizes[1]));
    functions<T>().pack(t.values, t.shape.sizes[0], t.shape.sizes[1], t.packed.data());
  }
  net.version = net.store->version();
  net.identity = net.store->identity();
}

template <class T> bool same_layers(const prepared_net<T>& net, std::span<const layer> layers) {
  if (net.layers.size() != layers.size()) return false;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (!(net.layers[i] == layers[i])) return false;
  return true;
}

template <class T> struct net_memory {
  std::vector<std::unique_ptr<prepared_net<T>>> nets;
  std::size_t last = 0;
};
constexpr std::size_t most_nets = 256;  // kept a thread

}  // namespace

std::string prefix_of(const address& a, std::string_view own_name) {
  std::string prefix(own_name.empty() ? a.name() : own_name);
  if (own_name.empty())
    for (int k = 0; k < a.indices(); ++k) prefix += (prefix.empty() ? "" : "/") + std::to_string(a.index(k));
  return prefix.empty() ? prefix : prefix + "/";
}
std::string parameter_name(std::string_view prefix, const layer& l, const parameter_shape& s) {
  std::string text(prefix);
  for (std::size_t k = 0; k < l.depth; ++k) text += std::to_string(l.place[k]) + "/";
  return text + std::string(s.name);
}

template <class T> const prepared_net<T>& prepared(const parameter_store* store, const address& a, std::string_view own_name, std::span<const layer> layers) {
  static thread_local net_memory<T> memory;
  const std::uint64_t name_hash = own_name.empty() ? a.hash() : hash_text(own_name);
  const auto fits = [&](const prepared_net<T>& net) { return net.store == store && net.name_hash == name_hash && same_layers(net, layers); };
  std::size_t k = memory.last;
  if (k >= memory.nets.size() || !fits(*memory.nets[k]))
    for (k = 0; k < memory.nets.size() && !fits(*memory.nets[k]);) ++k;
  if (k == memory.nets.size() || (store && (memory.nets[k]->version != store->version() || memory.nets[k]->identity != store->identity()))) {
    if (k < memory.nets.size()) {  // the names are the same, the numbers are not: but they may have gone
      bool all = true;
      for (const auto& t : memory.nets[k]->tensors) all = all && store->find(t.name).size() == t.shape.size();
      if (all) read_parameters(*memory.nets[k]);
      else memory.nets.erase(memory.nets.begin() + static_cast<std::ptrdiff_t>(k)), k = memory.nets.size();
    }
    if (k == memory.nets.size()) {
      auto net = std::make_unique<prepared_net<T>>();
      net->layers.assign(layers.begin(), layers.end());
      net->name_hash = name_hash;
      net->store = store;
      find_parameters(*net, store, prefix_of(a, own_name));
      if (store) read_parameters(*net);
      if (memory.nets.size() >= most_nets) memory.nets.erase(memory.nets.begin());
      k = memory.nets.size();
      memory.nets.push_back(std::move(net));
    }
  }
  memory.last = k;
  return *memory.nets[k];
}

namespace {
thread_local const training_step* step_of_thread = nullptr;
}
const training_step* current_training_step() { return step_of_thread; }
training_scope::training_scope(const training_step& s) : outer_(step_of_thread) { step_of_thread = &s; }
training_scope::~training_scope() { step_of_thread = outer_; }

std::size_t memory_of(std::span<const layer> layers, std::size_t rows) {
  std::size_t n = rows * layers.front().in;
  for (const layer& l : layers) n += rows * (l.out + extra_numbers(l));
  return n;
}

namespace {

template <class T> layer_work<T> work_of(const prepared_net<T>& net, std::size_t i, std::size_t rows, const training_step* training) {
  layer_work<T> w{};
  w.of = &net.layers[i];
  w.rows = rows;
  const std::size_t first = net.first_tensor[i], end = i + 1 < net.first_tensor.size() ? net.first_tensor[i + 1] : net.tensors.size();
  // Bias or not, the parameters stand where parameters_of() counts them.
  for (std::size_t k = first; k < end; ++k) {
    w.values[k - first] = net.tensors[k].values;
    w.packed[k - first] = net.tensors[k].packed.empty() ? nullptr : net.tensors[k].packed.data();
  }
  w.training = training && training->key != 0;
  if (w.training) w.numbers = hash_combine(hash_combine(hash_combine(training->key, training->step), net.name_hash), i);
  return w;
}

// Whether each of `rows` rows has a derivative that is not 0.
template <class T> std::span<const std::uint32_t> live_rows(const T* d, std::size_t rows, std::size_t width) {
  auto* const live = arena::current().take<std::uint32_t>(rows);
  std::size_t n = 0;
  for (std::size_t r = 0; r < rows; ++r) {
    bool any = false;
    for (std::size_t j = 0; j < width && !any; ++j) any = !(d[r * width + j] == T(0));
    live[n] = static_cast<std::uint32_t>(r);
    n += any;
  }
  return {live, n};
}
template <class T> const T* gathered_rows(const T* from, std::size_t width, std::span<const std::uint32_t> rows, T* to) {
  for (std::size_t k = 0; k < rows.size(); ++k)
    for (std::size_t j = 0; j < width; ++j) to[k * width + j] = from[rows[k] * width + j];
  return to;
}
// What a layer keeps of its rows stands in up to three pieces, each [rows × numbers].
std::array<std::size_t, 3> pieces_of(const layer& l) {
  if (l.kind != layer_kind::attention) return {extra_numbers(l), 0, 0};
  return {3 * std::size_t{l.in}, l.in, std::size_t{l.heads} * l.tokens * l.tokens};
}

}  // namespace

template <class T> const T* forward(const prepared_net<T>& net, T* memory, std::size_t rows, const training_step* training) {
  const T* x = memory;
  T* next = memory + rows * net.in();
  std::array<const T*, 32> outside{};
  std::size_t open = 0;
  for (std::size_t i = 0; i < net.layers.size(); ++i) {
    const layer& l = net.layers[i];
    layer_work<T> w = work_of(net, i, rows, training);
    w.x = x;
    w.y = next;
    w.extra = next + rows * l.out;
    next = w.extra + rows * extra_numbers(l);
    const arena_scope scratch;
    if (l.kind == layer_kind::residual_begin) outside[open++] = x;
    if (l.kind == layer_kind::residual_begin || l.kind == layer_kind::residual_end) {
      const T* const before = l.kind == layer_kind::residual_end ? outside[--open] : nullptr;
      for (std::size_t j = 0; j < rows * l.out; ++j) w.y[j] = before ? x[j] + before[j] : x[j];
    } else {
      functions<T>().forward(w);
    }
    x = w.y;
  }
  return x;
}

template <class T>
void backward(const prepared_net<T>& net, const T* memory, std::size_t rows, const training_step* training, const T* result, T* argument, double* const* sums) {
  const arena_scope all_memory;
  const std::size_t n = net.layers.size();
  const auto live = live_rows(result, rows, net.out());
  const bool some = live.size() != rows;
  if (argument)
    for (std::size_t j = 0; some && j < rows * net.in(); ++j) argument[j] = T(0);
  if (live.empty()) return;

  arena_memory& a = arena::current();
  const T **const xs = a.take<const T*>(n), **const ys = a.take<const T*>(n), **const extras = a.take<const T*>(n);
  const T* at = memory;
  for (std::size_t i = 0; i < n; ++i) {
    xs[i] = at;
    at += rows * net.layers[i].in;
    if (i > 0) at = ys[i - 1] + rows * (net.layers[i - 1].out + extra_numbers(net.layers[i - 1]));
    ys[i] = at;
    extras[i] = at + rows * net.layers[i].out;
    if (i > 0) xs[i] = ys[i - 1];
  }
  const T* d = some ? gathered_rows(result, net.out(), live, a.take<T>(live.size() * net.out())) : result;
  const std::size_t m = live.size();
  std::array<const T*, 32> outside{};
  std::size_t open = 0;
  for (std::size_t i = n; i-- > 0;) {
    const layer& l = net.layers[i];
    const bool last = i == 0;
    T* const dx = last && !argument ? nullptr : last && !some ? argument
                                                              : a.take<T>(m * l.in);
    if (l.kind == layer_kind::residual_end || l.kind == layer_kind::residual_begin) {
      const T* const around = l.kind == layer_kind::residual_begin ? outside[--open] : nullptr;
      for (std::size_t j = 0; dx && j < m * l.in; ++j) dx[j] = around ? d[j] + around[j] : d[j];
      if (!around) outside[open++] = d;
    } else {
      const std::size_t first = net.first_tensor[i], end = i + 1 < n ? net.first_tensor[i + 1] : net.tensors.size();
      layer_work<T> w = work_of(net, i, m, training);
      std::array<T*, most_parameters> own{};
      w.x = xs[i];
      w.y = const_cast<T*>(ys[i]);
      w.extra = const_cast<T*>(extras[i]);
      w.dy = d;
      w.dx = dx;
      {
        // What only this layer needs; dx was taken before.
        const arena_scope scratch;
        if (some) {
          w.row_of = live.data();
          w.x = gathered_rows(w.x, l.in, live, a.take<T>(m * l.in));
          w.y = const_cast<T*>(gathered_rows(static_cast<const T*>(w.y), l.out, live, a.take<T>(m * l.out)));
          T* const extra = a.take<T>(m * extra_numbers(l));
          std::size_t from = 0, to = 0;
          for (const std::size_t piece : pieces_of(l)) {
            gathered_rows(extras[i] + from, piece, live, extra + to);
            from += rows * piece;
            to += m * piece;
          }
          w.extra = extra;
        }
        for (std::size_t k = first; sums && k < end; ++k) {
          if (!sums[k]) continue;
          if constexpr (std::is_same_v<T, double>) {
            w.d_values[k - first] = sums[k];
          } else {
            own[k - first] = a.take<T>(net.tensors[k].shape.size());
            const bool overwritten = l.kind == layer_kind::linear && k == first;
            w.overwrites = w.overwrites || overwritten;
            for (std::size_t j = 0; !overwritten && j < net.tensors[k].shape.size(); ++j) own[k - first][j] = T(0);
            w.d_values[k - first] = own[k - first];
          }
        }
        functions<T>().pull(w);
        for (std::size_t k = first; k < end; ++k)
          if (own[k - first]) functions<T>().add_up(own[k - first], net.tensors[k].shape.size(), sums[k]);
      }
    }
    d = dx;
  }
  if (!argument || !some) return;
  for (std::size_t k = 0; k < m; ++k)
    for (std::size_t j = 0; j < net.in(); ++j) argument[live[k] * net.in() + j] = d[k * net.in() + j];
}

void throw_wrong_width(std::string_view name, std::size_t expected, std::size_t found) {
  if (expected == 0) throw std::invalid_argument("a net of " + std::string(name) + " alone does not know how many numbers it takes: put it behind a layer that does");
  throw std::invalid_argument("a net that begins with " + std::string(name) + " takes " + std::to_string(expected) + " numbers a row, but got " + std::to_string(found));
}

template struct prepared_net<float>;
template struct prepared_net<double>;
template const prepared_net<float>& prepared<float>(const parameter_store*, const address&, std::string_view, std::span<const layer>);
template const prepared_net<double>& prepared<double>(const parameter_store*, const address&, std::string_view, std::span<const layer>);
template const float* forward<float>(const prepared_net<float>&, float*, std::size_t, const training_step*);
template const double* forward<double>(const prepared_net<double>&, double*, std::size_t, const training_step*);
template void backward<float>(const prepared_net<float>&, const float*, std::size_t, const training_step*, const float*, float*, double* const*);
template void backward<double>(const prepared_net<double>&, const double*, std::size_t, const training_step*, const double*, double*, double* const*);

}  // namespace starling::neural
