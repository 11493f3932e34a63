#pragma once

#include <span>

namespace starling {

/// Whether values are all the same but for rounding: |largest − smallest| ≤ 1e-12 |mean|. A chain of such draws has not moved. False of nothing, and
/// where one of them is NaN or infinite.
bool moves_by_rounding_only(std::span<const double> values);

}  // namespace starling
