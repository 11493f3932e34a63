#include <starling/inference/free_points.hpp>
#include <starling/inference/posterior_program.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace starling {

std::vector<free_latent> free_latents(const std::vector<std::uint32_t>& latents, const std::vector<std::int64_t>& offsets, std::size_t dimension) {
  std::vector<free_latent> all;
  for (std::size_t i = 0; i < latents.size(); ++i)
    if (offsets[i] >= 0) all.push_back({latents[i], static_cast<std::size_t>(offsets[i]), 0});
  std::stable_sort(all.begin(), all.end(), [](const free_latent& a, const free_latent& b) { return a.first < b.first; });
  for (std::size_t i = 0; i < all.size(); ++i) all[i].count = (i + 1 < all.size() ? all[i + 1].first : dimension) - all[i].first;
  return all;
}

draw_layout names_of_free_numbers(const schema& structure, const std::vector<free_latent>& free) {
  draw_layout names;
  for (const auto& f : free) {
    const choice_type& type = structure.sites()[f.site].type;
    if (f.count == type.size()) names.add(structure.path_of(f.site), {value_kind::real, type.rank, type.rows, type.cols});
    else if (f.count > 0) names.add(structure.path_of(f.site), {value_kind::real, 1, static_cast<std::uint32_t>(f.count), 1});
  }
  return names;
}

void mark_missing(const schema& structure, const std::vector<std::uint32_t>& latents, const std::vector<free_latent>& free, const double* given, double* numbers) {
  for (const auto k : latents) {
    const std::size_t size = structure.sites()[k].type.size();
    const bool missing = std::any_of(given, given + size, [](double x) { return std::isnan(x); });
    given += size;
    if (!missing) continue;
    for (const auto& f : free)
      if (f.site == k) std::fill_n(numbers + f.first, f.count, std::numeric_limits<double>::quiet_NaN());
  }
}

namespace {

// Whether the name is y_rep or log_lik_y and the other is there too: Stan CSV has predictions beside the draws (stan_csv.cpp).
bool is_prediction(const draws& from, const std::string& name) {
  constexpr std::string_view before = "log_lik_", after = "_rep";
  if (name.starts_with(before)) return from.find(name.substr(before.size()) + std::string(after)) != nullptr;
  return name.ends_with(after) && from.find(std::string(before) + name.substr(0, name.size() - after.size())) != nullptr;
}

}  // namespace

void refuse_unknown_starts(const draws& from, const draw_layout& names) {
  const auto known = names.variables(0, 0);
  for (const variable& v : from.variables)
    if (!is_prediction(from, v.name) && std::none_of(known.begin(), known.end(), [&](const variable& k) { return k.name == v.name; })) {
      std::string all;
      for (const variable& k : known) all += (all.empty() ? "" : ", ") + k.name;
      throw std::invalid_argument("the starting points have values for " + v.name + ", which the program does not draw; it draws " + all);
    }
}

}  // namespace starling
