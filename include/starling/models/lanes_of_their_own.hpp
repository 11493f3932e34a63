#pragma once
// Values that all lanes share, given to each lane for itself.
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <starling/models/batch.hpp>

namespace starling {

// The state of a batch in which none of the sites that `which` names is shared, so that lanes may change them one by one; nothing where
// it is such a state itself.
template <class V, class Which>
std::optional<batch_state<V>> split_lanes(const batch_state<V>& s, Which&& which) {
  std::vector<std::uint8_t> split(s.structure->sites().size());
  bool some = false;
  for (std::uint32_t k = 0; k < split.size(); ++k) {
    split[k] = s.structure->sites()[k].shared && which(k);
    some = some || split[k];
  }
  if (!some) return {};
  batch_state<V> t;
  t.structure = std::make_shared<const schema>(s.structure->without_sharing(split));
  t.scores = s.scores;
  t.densities = s.densities;
  t.calls = s.calls;
  t.keeps = s.keeps;
  const std::size_t blocks = s.scores.size();
  t.values.resize(blocks * t.structure->elements());
  t.shared.resize(t.structure->shared_elements());
  for (std::size_t b = 0; b < blocks; ++b) copy_values<V>(*s.structure, s.block(b), *t.structure, t.block(b));
  return t;
}
template <class V, class Which>
batch_state<V> with_lanes_of_their_own(const batch_state<V>& s, Which&& which) {
  auto split = split_lanes(s, which);
  return split ? std::move(*split) : s;
}

}  // namespace starling
