#include <starling/io/input_error.hpp>
#include <starling/io/tables.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

namespace starling {

groups groups_of(const std::vector<std::string>& rows) {
  groups g;
  std::unordered_map<std::string, std::size_t> places;
  for (const std::string& name : rows) {
    const auto [at, is_new] = places.emplace(name, g.names.size());
    if (is_new) g.names.push_back(name);
    g.index.push_back(at->second);
  }
  return g;
}

standardised_column standardised(const std::vector<double>& x) {
  const auto n = static_cast<double>(x.size());
  if (x.size() < 2) throw input_error(fmt::format("standardised: {} has no standard deviation; at least two numbers are needed.", x.size() == 1 ? "one number" : "an empty list"));
  standardised_column s;
  for (const double v : x) s.mean += v / n;
  double squares = 0;
  for (const double v : x) squares += (v - s.mean) * (v - s.mean);
  s.sd = std::sqrt(squares / (n - 1));
  if (!(s.sd > 0) || !std::isfinite(s.sd)) throw input_error(fmt::format("standardised: the standard deviation of the {} numbers is {}; it should be above 0 and finite.", x.size(), s.sd));
  for (const double v : x) s.values.push_back((v - s.mean) / s.sd);
  return s;
}

namespace {

struct named_column {
  std::string name;
  std::vector<double> values;
};

void require_same_rows(const data& d, const named_column& a, const named_column& b) {
  if (a.values.size() != b.values.size())
    throw input_error(fmt::format("{}: \"{}\" has {} rows, \"{}\" has {}.", d.origin(), a.name, a.values.size(), b.name, b.values.size()));
}

std::vector<named_column> columns_of(const data& d, const std::string& name) {
  if (!d.has_texts(name)) return {{name, d.vector(name)}};
  const groups g = groups_of(d.texts(name));
  std::vector<named_column> all;
  for (std::size_t k = 1; k < g.names.size(); ++k) {
    all.push_back({fmt::format("{}[{}]", name, g.names[k]), {}});
    for (const std::size_t of : g.index) all.back().values.push_back(of == k ? 1.0 : 0.0);
  }
  return all;
}

std::vector<named_column> products(const data& d, const std::vector<named_column>& left, const std::vector<named_column>& right) {
  std::vector<named_column> all;
  for (const auto& a : left)
    for (const auto& b : right) {
      require_same_rows(d, a, b);
      all.push_back({a.name + ":" + b.name, a.values});
      for (std::size_t i = 0; i < b.values.size(); ++i) all.back().values[i] *= b.values[i];
    }
  return all;
}

std::vector<named_column> columns_of_term(const data& d, const std::string& term) {
  const std::size_t colon = d.has(term) ? std::string::npos : term.find(':');
  if (colon == std::string::npos) return columns_of(d, term);
  return products(d, columns_of(d, term.substr(0, colon)), columns_of_term(d, term.substr(colon + 1)));
}

}  // namespace

design design_matrix(const data& d, const std::vector<std::string>& terms) {
  std::vector<named_column> all;
  for (const std::string& term : terms) {
    if (term == "1" && !d.has("1")) all.push_back({"1", {}});  // ones, as many as the others have rows
    else
      for (auto& column : columns_of_term(d, term)) all.push_back(std::move(column));
  }
  const auto first = std::find_if(all.begin(), all.end(), [](const named_column& c) { return c.name != "1" || !c.values.empty(); });
  if (first == all.end()) throw input_error(fmt::format("{}: a design matrix needs a column of the table, to know how many rows there are.", d.origin()));
  design result;
  result.matrix = {first->values.size(), all.size(), std::vector<double>(first->values.size() * all.size(), 1.0)};
  for (std::size_t j = 0; j < all.size(); ++j) {
    const auto& [name, values] = all[j];
    result.names.push_back(name);
    if (name == "1" && values.empty()) continue;
    require_same_rows(d, all[j], *first);
    for (std::size_t i = 0; i < values.size(); ++i) result.matrix.values[i * all.size() + j] = values[i];
  }
  return result;
}

}  // namespace starling
