#include <starling/models/parameters.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <stdexcept>

#include "kernels/adam_steps.hpp"

namespace starling {

namespace {
std::uint64_t new_version() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}
}  // namespace

std::uint64_t parameter_store::own_number::next() { return new_version(); }

const std::vector<double>& parameter_gradients::operator[](const std::string& name) const {
  for (const auto& e : entries)
    if (e.name == name) return e.derivatives;
  throw std::out_of_range("the run read no parameter \"" + name + "\"");
}

parameter_gradients& parameter_gradients::operator+=(const parameter_gradients& other) {
  for (const auto& e : other.entries) {
    entry* mine = nullptr;
    for (auto& m : entries)
      if (m.name == e.name) mine = &m;
    if (!mine) {
      entries.push_back(e);
      continue;
    }
    if (mine->derivatives.size() != e.derivatives.size()) throw std::invalid_argument("the parameter \"" + e.name + "\" has two sizes");
    for (std::size_t i = 0; i < e.derivatives.size(); ++i) mine->derivatives[i] += e.derivatives[i];
  }
  return *this;
}

void parameter_store::set(const std::string& name, std::vector<double> values) {
  if (name.empty() || values.empty()) throw std::invalid_argument("a parameter needs a name and at least one number");
  entry& e = entries_[hash_text(name)];
  std::vector<std::size_t> shape = {values.size()};
  if (e.values.size() == values.size()) shape = std::move(e.shape);
  e = {name, std::move(values), {}, std::move(shape)};
  version_ = new_version();
}
void parameter_store::set(const std::string& name, std::vector<double> values, std::vector<std::size_t> shape) {
  std::size_t n = 1;
  for (const std::size_t size : shape) n *= size;
  if (n != values.size()) throw std::invalid_argument("the parameter \"" + name + "\" has " + std::to_string(values.size()) + " numbers, but its shape has room for " + std::to_string(n));
  set(name, std::move(values));
  entries_[hash_text(name)].shape = std::move(shape);
}
void parameter_store::set(const std::string& name, std::vector<double> values, moments known) {
  if (known.steps != 0 && (known.first.size() != values.size() || known.second.size() != values.size()))
    throw std::invalid_argument("the parameter \"" + name + "\" has " + std::to_string(values.size()) + " numbers, but moments of " + std::to_string(known.first.size()) + " and " +
                                std::to_string(known.second.size()));
  set(name, std::move(values));
  entries_[hash_text(name)].known = std::move(known);
}

std::vector<std::string> parameter_store::names() const {
  std::vector<std::string> all;
  for (const auto& [hash, e] : entries_) all.push_back(e.name);
  std::sort(all.begin(), all.end());
  return all;
}

const std::vector<double>& parameter_store::operator[](const std::string& name) const {
  return entry_named(name).values;
}
const parameter_store::moments& parameter_store::moments_of(const std::string& name) const { return entry_named(name).known; }

const parameter_store::entry& parameter_store::entry_named(const std::string& name) const {
  const auto found = entries_.find(hash_text(name));
  if (found == entries_.end()) throw std::out_of_range("the store has no parameter \"" + name + "\"");
  return found->second;
}

std::span<const double> parameter_store::find(const literal& name) const {
  const auto found = entries_.find(name.hash());
  return found == entries_.end() ? std::span<const double>() : std::span<const double>(found->second.values);
}

parameter_store::entry& parameter_store::entry_of(const parameter_gradients::entry& e) {
  if (!contains(e.name)) set(e.name, e.values);
  version_ = new_version();
  auto& mine = entries_[hash_text(e.name)];
  if (mine.values.size() != e.derivatives.size()) throw_parameter_size(name(e.name), mine.values.size(), e.derivatives.size());
  return mine;
}

namespace {

// What derivatives are multiplied by, so that all together are no longer than `clip`.
double shortened(const parameter_gradients& gradients, double clip) {
  if (clip == no_clipping) return 1;
  double squares = 0;
  for (const auto& e : gradients.entries)
    for (const double d : e.derivatives) squares += d * d;
  const double length = std::sqrt(squares);
  return length > clip ? clip / length : 1;
}

adam_step steps_of_this_machine() {
#if defined(__x86_64__)
  if (const adam_step wide = avx512_adam_step(); wide && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                                                 __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("bmi2"))
    return wide;
  if (const adam_step half = avx2_adam_step(); half && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return half;
#endif
  return baseline_adam_step();
}

}  // namespace

void parameter_store::ascend(const parameter_gradients& gradients, const sgd& o) {
  const double factor = shortened(gradients, o.clip);
  for (const auto& e : gradients.entries) {
    auto& [name, values, m, shape] = entry_of(e);
    const double rate = o.rate.at(m.steps);
    m.first.resize(values.size());
    m.second.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      double move = factor * e.derivatives[i];
      if (o.momentum != 0) {
        m.first[i] = move + o.momentum * m.first[i];
        move = o.nesterov ? move + o.momentum * m.first[i] : m.first[i];
      }
      values[i] += rate * move;
    }
    ++m.steps;
  }
}

void parameter_store::ascend(const parameter_gradients& gradients, const adam& o) {
  ascend(gradients, adamw{o.rate, o.first_decay, o.second_decay, o.epsilon, 0, o.clip});
}

void parameter_store::ascend(const parameter_gradients& gradients, const adamw& o) {
  static const adam_step step = steps_of_this_machine();
  const double factor = shortened(gradients, o.clip);
  for (const auto& e : gradients.entries) {
    auto& [name, values, m, shape] = entry_of(e);
    m.first.resize(values.size());
    m.second.resize(values.size());
    const double rate = o.rate.at(m.steps);
    const double t = static_cast<double>(++m.steps);
    const adam_numbers numbers{factor, o.first_decay, o.second_decay, rate / (1 - std::pow(o.first_decay, t)), 1 / (1 - std::pow(o.second_decay, t)), o.epsilon, rate * o.weight_decay};
    step(numbers, e.derivatives.data(), values.data(), m.first.data(), m.second.data(), values.size());
  }
}

void throw_parameter_size(const literal& name, std::size_t expected, std::size_t found) {
  throw std::invalid_argument("the parameter \"" + std::string(name.text()) + "\" has " + std::to_string(expected) + " numbers in the store, but the run has " +
                              std::to_string(found));
}

}  // namespace starling
