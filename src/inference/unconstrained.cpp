#include <starling/inference/unconstrained.hpp>

#include <cstdio>

namespace starling {

namespace {
std::string text(double x) {
  char number[32];
  std::snprintf(number, sizeof number, "%.6g", x);
  return number;
}
}  // namespace

trouble_told::trouble_told(std::string& to, const path& at, bool is_number, double value, std::string_view distribution) : to_(to) {
  to_ = "the density is 0 at " + at.str();
  if (is_number) to_ += ", whose value is " + text(value);
  to_ += ", of the distribution " + std::string(distribution);
}

// Of vectors of parameters the first few.
void trouble_told::add(std::string_view parameter, double value) {
  if (parameters_ < 6) to_ += (parameters_ == 0 ? " with " : ", ") + std::string(parameter) + " " + text(value);
  ++parameters_;
}

}  // namespace starling
