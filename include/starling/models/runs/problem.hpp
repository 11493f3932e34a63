#pragma once
// Bad numbers found while a body ran: a distribution whose parameters are outside its domain.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <starling/traces/schema.hpp>

namespace starling {

// The first bad parameter of a run. The site has log density −∞ in that lane and its sampler gives NaN.
struct bad_parameter {
  bool found = false;
  std::uint32_t site = 0;
  std::size_t lane = 0;
  std::string_view distribution, parameter, requirement;
  double value = 0;
  std::shared_ptr<const path> where = {};  // of a site in an instance that a trace keeps by itself; null: the site's path
  bool is_factor = false;                  // a factor that is NaN: told where a density is 0, and no error by itself

  void keep_first(const bad_parameter& other) {
    if (other.found && (!found || is_factor > other.is_factor || (is_factor == other.is_factor && other.lane < lane))) *this = other;
  }
  // The same where several threads do it at once.
  void keep_first_of_threads(const bad_parameter& other) {
    if (other.found) [[unlikely]]
      keep_guarded(other);
  }
  // Whether parameters were bad.
  bool is_error() const { return found && !is_factor; }
  std::string sentence(const schema& where) const;  // "at y[3]: normal: scale must be positive and finite, got -1 (lane 7)"

 private:
  void keep_guarded(const bad_parameter& other);
};

// What an operation called by the user throws where parameters were bad.
class parameter_error : public std::domain_error {
 public:
  using std::domain_error::domain_error;
};

inline void throw_if_bad(const bad_parameter& bad, const schema& where) {
  if (bad.is_error()) throw parameter_error(bad.sentence(where));
}

}  // namespace starling
