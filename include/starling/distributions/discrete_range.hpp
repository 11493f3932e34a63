// discrete_range(lo, hi): Stan's name of discrete_uniform(lo, hi).
#pragma once

#include <utility>

#include <starling/distributions/discrete_uniform.hpp>

namespace starling {

template <class Lo, class Hi> auto discrete_range(Lo&& lo, Hi&& hi) { return discrete_uniform(std::forward<Lo>(lo), std::forward<Hi>(hi)); }

}  // namespace starling
