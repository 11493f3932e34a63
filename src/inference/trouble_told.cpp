#include <starling/inference/trouble_told.hpp>

#include <cstdio>

namespace starling {

namespace {
std::string text(double x) {
  char number[32];
  std::snprintf(number, sizeof number, "%.6g", x);
  return number;
}
}  // namespace

trouble_told::trouble_told(std::string& to, const path& at) : to_(to) { to_ = "the density is 0 at " + at.str(); }

void trouble_told::add_value(double value) { to_ += ", whose value is " + text(value); }
void trouble_told::add_element(std::size_t i, double value) {
  to_ += (elements_++ == 0 ? ", whose element " : ", ") + std::to_string(i) + " is " + text(value);
}
void trouble_told::add_distribution(std::string_view distribution) { to_ += ", of the distribution " + std::string(distribution); }

// Of vectors of parameters the first few.
void trouble_told::add_parameter(std::string_view parameter, double value) {
  if (parameters_ < 6) to_ += (parameters_ == 0 ? " with " : ", ") + std::string(parameter) + " " + text(value);
  ++parameters_;
}

}  // namespace starling
