#include <starling/inference/kernels/slice.hpp>
#include <starling/inference/run_checkpoint.hpp>
#include <starling/values/counts.hpp>

#include <stdexcept>

namespace starling::kernels {

slice::slice(slice_options options) : options_(std::move(options)) {
  require_number_or_0("slice", "width", options_.width, "to have it found");
}

std::string slice::mark() const { return options_.at.str() + exactly(options_.width) + " " + std::to_string(options_.steps_out); }

void slice::refuse_kind(const path& where, const choice_type& type) {
  throw std::invalid_argument("slice: moves real values, but " + where.str() + " is " + type.str() +
                              "; select others with .at, and combine with another kernel, such as regenerate");
}

void slice::refuse_condition(const path& where) {
  throw std::invalid_argument("slice: the choice at " + where.str() +
                              " exists only under a condition: slice moves a fixed set of choices. Use drift or "
                              "regenerate, which change branches");
}

}  // namespace starling::kernels
