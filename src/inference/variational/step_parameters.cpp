#include <starling/inference/variational/step_parameters.hpp>

#include <algorithm>

namespace starling {

void shared_sums::clear() {
  for (auto& p : all_) {
    std::fill(p.sums.begin(), p.sums.end(), 0.0);
    p.is_read = false;
  }
}

shared_sums::parameter& shared_sums::named(const literal& name, std::span<const double> values) {
  for (auto& p : all_)
    if (p.name.hash() == name.hash()) {
      if (p.sums.size() != values.size()) throw_parameter_size(name, p.sums.size(), values.size());
      p.is_read = true;
      return p;
    }
  all_.push_back({name, {values.begin(), values.end()}, std::vector<double>(values.size()), true});
  return all_.back();
}

double* shared_sums::of(const literal& name, std::span<const double> values) { return named(name, values).sums.data(); }

void shared_sums::add(const shared_sums& other) {
  for (const auto& p : other.all_) {
    if (!p.is_read) continue;
    auto& sums = named(p.name, p.values).sums;
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += p.sums[i];
  }
}

void shared_sums::write_to(parameter_gradients& to, double factor) const {
  std::size_t n = 0;
  for (const auto& p : all_) {
    if (!p.is_read) continue;
    if (to.entries.size() == n) to.entries.emplace_back();
    auto& e = to.entries[n++];
    if (e.name != p.name.text()) e.name = p.name.text(), e.values = p.values;
    e.derivatives.resize(p.sums.size());
    for (std::size_t i = 0; i < p.sums.size(); ++i) e.derivatives[i] = factor * p.sums[i];
  }
  to.entries.resize(n);
}

void shared_sums::give_to(parameter_gradients& to) {
  std::size_t n = 0;
  for (auto& p : all_) {
    if (!p.is_read) continue;
    if (to.entries.size() == n) to.entries.emplace_back();
    auto& e = to.entries[n++];
    e.name = p.name.text();
    e.values.clear();
    e.derivatives.resize(p.sums.size());
    std::swap(e.derivatives, p.sums);
  }
  to.entries.resize(n);
}

}  // namespace starling
