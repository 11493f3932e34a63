// Random numbers where derivatives flow: constants of the tape. Samplers that are smooth functions of them give draws with derivatives with
// respect to the parameters; loops that reject run on `plain()`, the same numbers without a tape.
#pragma once

#include <cstddef>
#include <cstdint>

#include <starling/random/stream.hpp>
#include <starling/values/adjoint.hpp>

namespace starling {

// What stream<V> gives, number for number.
template <class V> class stream<adjoint<V>> {
 public:
  using real = adjoint<V>;
  using mask = mask_of<V>;
  using outer_scope = typename stream<V>::outer_scope;

  explicit stream(const key& k, std::uint64_t first_lane = 0, mask active = mask(true)) : plain_(k, first_lane, active) {}

  stream<V>& plain() { return plain_; }

  void visit(std::uint32_t v) { plain_.visit(v); }
  void element(std::uint32_t e) { plain_.element(e); }
  void next_stage() { plain_.next_stage(); }
  real uniform() { return real(plain_.uniform()); }
  real normal() { return real(plain_.normal()); }
  real exponential() { return real(plain_.exponential()); }

  mask active() const { return plain_.active(); }
  void set_active(mask m) { plain_.set_active(m); }
  void enter(outer_scope& outer, const key& k, std::uint64_t first_lane, mask active) { plain_.enter(outer, k, first_lane, active); }
  void leave(const outer_scope& outer) { plain_.leave(outer); }

 private:
  stream<V> plain_;
};

}  // namespace starling
