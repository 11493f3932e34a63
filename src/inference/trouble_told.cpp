#include <starling/inference/trouble_told.hpp>

#include "diagnostics/number_text.hpp"

namespace starling {

trouble_told::trouble_told(std::string& to, const path& at) : to_(to) { to_ = "the density is 0 at " + at.str(); }

void trouble_told::add_value(double value) { to_ += ", whose value is " + number_text(value, "%.6g"); }
void trouble_told::add_element(std::size_t i, double value) {
  to_ += (elements_++ == 0 ? ", whose element " : ", ") + std::to_string(i) + " is " + number_text(value, "%.6g");
}
void trouble_told::add_distribution(std::string_view distribution) { to_ += ", of the distribution " + std::string(distribution); }

// Of vectors of parameters the first few.
void trouble_told::add_parameter(std::string_view parameter, double value) {
  if (parameters_ < 6) to_ += (parameters_ == 0 ? " with " : ", ") + std::string(parameter) + " " + number_text(value, "%.6g");
  ++parameters_;
}

}  // namespace starling
