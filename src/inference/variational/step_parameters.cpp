#include <starling/inference/variational/step_parameters.hpp>

#include <algorithm>

namespace starling {

void shared_sums::clear() {
  for (auto& p : all_) {
    std::fill(p.sums.begin(), p.sums.end(), 0.0);
    p.is_read = false;
  }
}

double* shared_sums::of(const literal& name, std::span<const double> values) {
  auto known = std::find_if(all_.begin(), all_.end(), [&](const parameter& p) { return p.hash == name.hash(); });
  if (known == all_.end()) known = all_.insert(all_.end(), {std::string(name.text()), name.hash(), values, std::vector<double>(values.size()), false});
  known->values = values;
  known->is_read = true;
  return known->sums.data();
}

void shared_sums::add_to(parameter_gradients& to) const {
  for (const auto& p : all_)
    if (p.is_read) to.entries.push_back({p.name, {p.values.begin(), p.values.end()}, p.sums});
}

void shared_sums::give_to(parameter_gradients& to) {
  std::size_t n = 0;
  for (auto& p : all_) {
    if (!p.is_read) continue;
    if (to.entries.size() == n) to.entries.emplace_back();
    auto& e = to.entries[n++];
    e.name = p.name;
    e.values.clear();
    e.derivatives.resize(p.sums.size());
    std::swap(e.derivatives, p.sums);
  }
  to.entries.resize(n);
}

}  // namespace starling
