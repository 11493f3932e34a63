#pragma once

#include <starling/inference/result.hpp>

#include <string>
#include <vector>

namespace starling {

// The names of the axes of all variables of a fit, as its dims and coords have them where they fit.
class axis_names {
 public:
  explicit axis_names(const result& fit);

  // Of a variable: of fit.dims, or `<as_written>_dim_0`, …
  std::vector<std::string> of(const variable& v, const std::string& as_written) const;
  // The names along an axis, or nullptr.
  const std::vector<std::string>* along(const std::string& axis) const;
  // What does not fit and is not used: whole sentences.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  named_lists dims_, coords_;
  std::vector<std::string> problems_;
};

}  // namespace starling
