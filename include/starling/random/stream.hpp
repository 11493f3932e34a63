// Random numbers for the sites of one scope, in one lane or many.
//
// A number is addressed, not consumed: Philox's key is the key of the scope, its counter (lane, step, visit, draw).
// What lane l gets as draw k of site v depends on (key, l, step, v, k) and nothing else: not on the width of a pack, the
// instruction set, other lanes, other sites, or what was skipped. Within one precision all number types agree bit for bit.
//
// Counter words, with B = numbers a block gives (2 doubles, 4 floats):
//   draw 0 of visit v                 (lane, step, v / B, 0)                    B consecutive visits share a block
//   draw k ≥ 1 of visit v             (lane, step, v, 1 + (k - 1) / B)
//   draw 0 of element e of visit v    (lane, step, v, 2^31 + e / B)
//   draw k ≥ 1 of element e           (lane, step, v, 2^31 + e)                 key mixed with 1 + (k - 1) / B
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <starling/random/key.hpp>
#include <starling/random/uniform_bits.hpp>
#include <starling/values/log.hpp>
#include <starling/values/normal_functions.hpp>
#include <starling/values/real.hpp>

namespace starling {

template <real V> class element_stream;

// The stream that samplers draw from: lanes first_lane, first_lane + 1, … (below 2^31, or a multiple of the number of
// lanes). `active` are the lanes that take part: rejection loops run until those are served.
template <real V> class stream {
 public:
  using real = V;
  using mask = mask_of<V>;

  explicit stream(const key& k, std::uint64_t first_lane = 0, mask active = mask(true))
      : key_(state_of(k, first_lane)),
        step_(k.step_word()),
        first_lane_(static_cast<std::uint32_t>(first_lane)),
        active_(active) {
    const auto offsets = bits::lane_numbers(lanes_of<V>);
    for (std::size_t g = 0; g < bits::groups; ++g)
      product_of_lane_[g] =
          philox::first_product(counting::add_bits(offsets[g], counting::broadcast_bits(first_lane_)));
  }

  // Begins site v of the scope: the next number is its draw 0.
  void visit(std::uint32_t v) {
    visit_ = v;
    element_ = no_element;
    draw_ = 0;
  }
  // Begins element e (below 2^31) of the current, vector-valued site.
  void element(std::uint32_t e) {
    element_ = e;
    draw_ = 0;
  }

  // Goes on with the next of the draws 1 + 2^16 s of the site: how many numbers a rejection loop takes depends on all lanes, what comes after
  // it must not.
  void next_stage() { draw_ = 1 + (((draw_ >> 16) + 1) << 16); }

  // The next draw: uniform on the open interval (0, 1), standard normal, exponential with rate 1.
  [[gnu::always_inline]] V uniform() {
    if (draw_ != 0 || element_ != no_element) return later_draw();
    draw_ = 1;
    const std::uint32_t row = visit_ / per_block;
    if (shared_address_ != std::uint64_t{row} << 32) {
      set(shared_, block(product_of_lane_, step_, row, 0, key_));
      shared_address_ = std::uint64_t{row} << 32;
    }
    return shared_[visit_ % per_block];
  }
  [[gnu::always_inline]] V normal() { return normal_quantile(uniform()); }
  [[gnu::always_inline]] V exponential() {
    using starling::log;
    return -log(uniform());
  }
  // The first two draws of the next block that is the site's own; draw 0, and what is left of a block, are passed over. For loops that reject, which
  // take two numbers a round.
  [[gnu::always_inline]] std::array<V, 2> pair() {
    const std::uint32_t row = next_row(draw_);
    draw_ = 1 + row * per_block;
    const numbers x = own_block(row);
    return {x[0], x[1]};
  }
  // Draw 0 of the visits that share a block: row · per_block, row · per_block + 1, …
  static constexpr std::uint32_t per_block = uniform_bits<V>::per_block;
  [[gnu::always_inline]] std::array<V, per_block> uniforms(std::uint32_t row) const { return block(product_of_lane_, step_, row, 0, key_); }

  // The lanes that take part.
  mask active() const { return active_; }
  void set_active(mask m) { active_ = m; }

  // Goes on with the numbers of another scope, until leave() gives back what was.
  struct outer_scope {
    std::uint64_t key, shared_address;
    mask active;
    std::array<V, uniform_bits<V>::per_block> shared;
  };
  void enter(outer_scope& outer, const key& k, std::uint64_t first_lane, mask active) {
    outer.key = key_, outer.shared_address = shared_address_, outer.active = active_;
    set(outer.shared, shared_);
    key_ = state_of(k, first_lane), shared_address_ = no_address, active_ = active;
  }
  void leave(const outer_scope& outer) {
    key_ = outer.key, shared_address_ = outer.shared_address, active_ = outer.active;
    set(shared_, outer.shared);
  }

  // One lane only: elements first, first + 1, … of the current site at once, one per lane of the pack P. Each gets what
  // element(i) would give it.
  template <class P> element_stream<P> elements(std::uint32_t first, mask_of<P> active) const {
    static_assert(lanes_of<V> == 1, "elements of a site are laid out in lanes only where one lane runs");
    return element_stream<P>(key_, first_lane_, step_, visit_, first, active);
  }

 private:
  using bits = uniform_bits<V>;
  using counting = typename bits::counting;
  using words = typename counting::bits;
  using philox = philox_lanes<counting>;
  static constexpr std::uint32_t no_element = 0xffffffff;
  static constexpr std::uint64_t no_address = ~std::uint64_t{0};
  static constexpr std::uint32_t first_element_word = 0x80000000;
  template <starling::real> friend class element_stream;

  static constexpr std::uint64_t state_of(const key& k, std::uint64_t first_lane) {
    return first_lane >> 32 == 0 ? k.state() : k.scope(first_lane >> 32).state();
  }
  static constexpr std::uint64_t element_key(std::uint64_t k, std::uint32_t row) {
    std::uint64_t x = (k + row) * 0xbf58476d1ce4e5b9;  // SplitMix64's finaliser, as in key.hpp
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

  using products = std::array<words, bits::groups>;
  using numbers = std::array<V, per_block>;

  // One by one: copied as a whole, registers of 64 bytes would be stored in halves, and a load of the whole waits for both.
  [[gnu::always_inline]] static void set(numbers& to, const numbers& from) {
    for (std::size_t i = 0; i < per_block; ++i) to[i] = from[i];
  }

  // Inline, so that a stream can live in registers where sites draw once.
  [[gnu::always_inline]] static numbers block(const products& product_of_lane, std::uint32_t step, std::uint32_t visit_word,
                                              std::uint32_t draw_word, std::uint64_t k) {
    std::array<std::array<words, 4>, bits::groups> x;
    for (std::size_t g = 0; g < bits::groups; ++g)
      x[g] = philox::block(product_of_lane[g], step, visit_word, draw_word, k);
    return bits::numbers(x);
  }

  [[gnu::noinline]] V later_draw() {
    const std::uint32_t draw = draw_++;
    if (draw == 0) {
      const std::uint32_t draw_word = first_element_word + element_ / per_block;
      const std::uint64_t address = (std::uint64_t{visit_} << 32) | draw_word;
      if (shared_address_ != address) {
        set(shared_, block(product_of_lane_, step_, visit_, draw_word, key_));
        shared_address_ = address;
      }
      return shared_[element_ % per_block];
    }
    const std::uint32_t slot = (draw - 1) % per_block;
    if (slot == 0) own_ = own_block(1 + (draw - 1) / per_block);
    return own_[slot];
  }
  // The row of the first own block from which nothing was drawn when `draw` is next.
  static constexpr std::uint32_t next_row(std::uint32_t draw) { return draw == 0 ? 1 : 1 + (draw - 1 + per_block - 1) / per_block; }
  // Draws 1 + (row − 1) B, … of the site or element.
  [[gnu::always_inline]] numbers own_block(std::uint32_t row) const {
    const bool scalar_site = element_ == no_element;
    return block(product_of_lane_, step_, visit_, scalar_site ? row : first_element_word + element_, scalar_site ? key_ : element_key(key_, row));
  }

  std::uint64_t key_;
  std::uint32_t step_;
  std::uint32_t first_lane_;
  std::uint32_t visit_ = 0;
  std::uint32_t element_ = no_element;
  std::uint32_t draw_ = 0;
  std::uint64_t shared_address_ = no_address;
  mask active_;
  products product_of_lane_;
  numbers shared_{};  // draw 0 of per_block consecutive visits or elements
  numbers own_{};     // later draws of the current site or element
};

// The elements of one site of one lane, laid out over the lanes of V; made by stream::elements.
template <real V> class element_stream {
 public:
  using real = V;
  using mask = mask_of<V>;

  V uniform() {
    const std::uint32_t draw = draw_++;
    if (draw == 0) return first_draw();
    const std::uint32_t slot = (draw - 1) % per_block;
    if (slot == 0) own_ = own_block(1 + (draw - 1) / per_block);
    return own_[slot];
  }
  // As stream::pair.
  [[gnu::always_inline]] std::array<V, 2> pair() {
    const std::uint32_t row = scalar_stream::next_row(draw_);
    draw_ = 1 + row * per_block;
    const auto x = own_block(row);
    return {x[0], x[1]};
  }
  [[gnu::always_inline]] V normal() { return normal_quantile(uniform()); }
  [[gnu::always_inline]] V exponential() {
    using starling::log;
    return -log(uniform());
  }

  void next_stage() { draw_ = 1 + (((draw_ >> 16) + 1) << 16); }

  mask active() const { return active_; }
  void set_active(mask m) { active_ = m; }

 private:
  using bits = uniform_bits<V>;
  using counting = typename bits::counting;
  using words = typename counting::bits;
  using philox = philox_lanes<counting>;
  using scalar_stream = stream<scalar_of<V>>;
  static constexpr std::uint32_t per_block = bits::per_block;
  template <starling::real> friend class stream;

  element_stream(std::uint64_t k, std::uint32_t lane, std::uint32_t step, std::uint32_t visit, std::uint32_t first,
                 mask active)
      : key_(k), lane_(lane), step_(step), visit_(visit), active_(active) {
    element_ = bits::lane_numbers(lanes_of<V>);
    for (auto& e : element_) e = counting::add_bits(e, counting::broadcast_bits(first));
  }

  [[gnu::always_inline]] std::array<V, per_block> own_block(std::uint32_t row) const {
    const std::uint64_t k = scalar_stream::element_key(key_, row);
    std::array<std::array<words, 4>, bits::groups> x;
    for (std::size_t g = 0; g < bits::groups; ++g) {
      const words draws = counting::or_bits(element_[g], counting::broadcast_bits(scalar_stream::first_element_word));
      x[g] = philox::block_over_draws(lane_, step_, visit_, draws, k);
    }
    return bits::numbers(x);
  }

  // Lanes share blocks: each computes its block and takes its own part.
  V first_draw() const {
    constexpr int block_shift = per_block == 2 ? 1 : 2;
    std::array<std::array<words, 4>, bits::groups> x;
    for (std::size_t g = 0; g < bits::groups; ++g) {
      const words draws = counting::or_bits(counting::shift_right(element_[g], block_shift),
                                            counting::broadcast_bits(scalar_stream::first_element_word));
      auto w = philox::block_over_draws(lane_, step_, visit_, draws, key_);
      if constexpr (per_block == 2) {
        const words odd = bit_as_mask(element_[g], 0);
        w[0] = chosen(odd, w[2], w[0]);
        w[1] = chosen(odd, w[3], w[1]);
      } else {
        const words odd = bit_as_mask(element_[g], 0);
        w[0] = chosen(bit_as_mask(element_[g], 1), chosen(odd, w[3], w[2]), chosen(odd, w[1], w[0]));
      }
      x[g] = w;
    }
    return bits::numbers(x)[0];
  }
  static words bit_as_mask(words e, int bit) {
    return counting::sub_bits(counting::broadcast_bits(0), counting::and_bits(counting::shift_right(e, bit), counting::broadcast_bits(1)));
  }
  static words chosen(words mask_bits, words a, words b) {
    return counting::or_bits(counting::and_bits(mask_bits, a), counting::and_bits(counting::not_bits(mask_bits), b));
  }

  std::uint64_t key_;
  std::uint32_t lane_;
  std::uint32_t step_;
  std::uint32_t visit_;
  std::uint32_t draw_ = 0;
  mask active_;
  std::array<words, bits::groups> element_;
  std::array<V, per_block> own_;
};

}  // namespace starling
