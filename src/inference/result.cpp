#include <starling/inference/progress.hpp>
#include <starling/inference/result.hpp>

#include <algorithm>
#include <stdexcept>

namespace starling {

void progress::update(const char*, std::size_t, std::size_t) {}

bool progress::stop_requested() const { return false; }

std::size_t variable::elements() const {
  std::size_t product = 1;
  for (const std::size_t extent : shape) product *= extent;
  return product;
}

std::string variable::element_name(std::size_t element) const {
  if (shape.empty()) return name;
  std::string indices;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    indices.insert(0, std::to_string(element % shape[axis]) + (indices.empty() ? "" : ","));
    element /= shape[axis];
  }
  return name + "[" + indices + "]";
}

std::vector<double> variable::element(std::size_t element) const {
  const std::size_t stride = elements();
  if (element >= stride)
    throw std::out_of_range("`" + name + "` has " + std::to_string(stride) + " elements: there is no element " +
                            std::to_string(element) + ".");
  std::vector<double> column(values.size() / stride);
  for (std::size_t i = 0; i < column.size(); ++i) column[i] = values[i * stride + element];
  return column;
}

const variable* draws::find(std::string_view name) const {
  const auto found = std::find_if(variables.begin(), variables.end(), [&](const variable& v) { return v.name == name; });
  return found == variables.end() ? nullptr : &*found;
}

const variable& draws::operator[](std::string_view name) const {
  if (const variable* found = find(name)) return *found;
  std::string names;
  for (const variable& v : variables) names += (names.empty() ? "`" : ", `") + v.name + "`";
  throw std::out_of_range("There is no variable `" + std::string(name) + "` among these draws. " +
                          (names.empty() ? "There are none at all." : "There is " + names + "."));
}

const std::string* result::attribute(std::string_view name) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.first == name; });
  return found == attributes.end() ? nullptr : &found->second;
}

namespace {

// row(name, values, optional), for each scalar.
template <class Row>
std::vector<summary_row> rows_of(const draws& of, Row row) {
  std::vector<summary_row> rows;
  for (const variable& v : of.variables)
    for (std::size_t e = 0; e < v.elements(); ++e) {
      auto one = row(v.element_name(e), v.element(e), v.optional);
      if (!(v.optional && one.present == 0.0)) rows.push_back(std::move(one));
    }
  return rows;
}

}  // namespace

std::vector<summary_row> summarise(const draws& of) {
  return rows_of(of, [&](std::string name, const std::vector<double>& x, bool optional) {
    return optional ? summarise_present(std::move(name), x, of.chains) : summarise(std::move(name), x, of.chains);
  });
}

std::vector<summary_row> summarise(const result& fit) {
  if (fit.posterior.empty()) return fit.summaries;
  if (fit.log_weights.empty()) return summarise(fit.posterior);
  return rows_of(fit.posterior, [&](std::string name, const std::vector<double>& x, bool optional) {
    return summarise_weighted(std::move(name), x, fit.log_weights, optional);
  });
}

}  // namespace starling
