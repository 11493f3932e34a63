#include <starling/models/parameters.hpp>

#include <cmath>
#include <stdexcept>

namespace starling {

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
  auto& place = values_[name];
  place = std::move(values);
  by_hash_[hash_text(name)] = &place;
  moments_.erase(name);
}

const std::vector<double>& parameter_store::operator[](const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::out_of_range("the store has no parameter \"" + name + "\"");
  return found->second;
}

std::span<const double> parameter_store::find(const literal& name) const {
  const auto found = by_hash_.find(name.hash());
  return found == by_hash_.end() ? std::span<const double>() : std::span<const double>(*found->second);
}

std::vector<double>& parameter_store::place_of(const parameter_gradients::entry& e) {
  if (!contains(e.name)) set(e.name, e.values);
  auto& values = values_[e.name];
  if (values.size() != e.derivatives.size()) throw_parameter_size(name(e.name), values.size(), e.derivatives.size());
  return values;
}

void parameter_store::ascend(const parameter_gradients& gradients, const sgd& options) {
  for (const auto& e : gradients.entries) {
    auto& values = place_of(e);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] += options.rate * e.derivatives[i];
  }
}

void parameter_store::ascend(const parameter_gradients& gradients, const adam& o) {
  for (const auto& e : gradients.entries) {
    auto& values = place_of(e);
    auto& m = moments_[e.name];
    m.first.resize(values.size());
    m.second.resize(values.size());
    ++m.steps;
    const double first_bias = 1 - std::pow(o.first_decay, static_cast<double>(m.steps));
    const double second_bias = 1 - std::pow(o.second_decay, static_cast<double>(m.steps));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double d = e.derivatives[i];
      m.first[i] = o.first_decay * m.first[i] + (1 - o.first_decay) * d;
      m.second[i] = o.second_decay * m.second[i] + (1 - o.second_decay) * d * d;
      values[i] += o.rate * (m.first[i] / first_bias) / (std::sqrt(m.second[i] / second_bias) + o.epsilon);
    }
  }
}

void throw_parameter_size(const literal& name, std::size_t expected, std::size_t found) {
  throw std::invalid_argument("the parameter \"" + std::string(name.text()) + "\" has " + std::to_string(expected) + " numbers in the store, but the run has " +
                              std::to_string(found));
}

}  // namespace starling
