// Convolutions and pools of one row, [channels][height][width].
#pragma once

#include <cstddef>

#include "product.hpp"

namespace starling::neural {

// f(channel, ky, kx, place in the image or -1, column of the patch matrix, place in the result) for all that a window meets.
template <class P, class F> [[gnu::always_inline]] inline void for_each_window(const window& w, F f) {
  const long height = w.height, width = w.width;
  std::size_t at = 0;
  for (std::uint32_t oy = 0; oy < w.out_height(); ++oy)
    for (std::uint32_t ox = 0; ox < w.out_width(); ++ox, ++at) {
      const long y0 = static_cast<long>(oy * w.stride_height) - w.padding_height, x0 = static_cast<long>(ox * w.stride_width) - w.padding_width;
      std::size_t tap = 0;
      for (std::uint32_t ky = 0; ky < w.kernel_height; ++ky)
        for (std::uint32_t kx = 0; kx < w.kernel_width; ++kx, ++tap) {
          const long y = y0 + ky, x = x0 + kx;
          f(at, tap, y >= 0 && y < height && x >= 0 && x < width ? y * width + x : -1);
        }
    }
}

// The patches of a row, [channel · taps + tap][place].
template <class P, class T> void gather_patches(const window& w, const T* x, T* patches) {
  const std::size_t area = std::size_t{w.height} * w.width, places = std::size_t{w.out_height()} * w.out_width(), taps = std::size_t{w.kernel_height} * w.kernel_width;
  for_each_window<P>(w, [&](std::size_t at, std::size_t tap, long from) {
    for (std::size_t c = 0; c < w.channels; ++c) patches[(c * taps + tap) * places + at] = from < 0 ? T(0) : x[c * area + static_cast<std::size_t>(from)];
  });
}
template <class P, class T> void add_patches(const window& w, const T* patches, T* x) {
  const std::size_t area = std::size_t{w.height} * w.width, places = std::size_t{w.out_height()} * w.out_width(), taps = std::size_t{w.kernel_height} * w.kernel_width;
  for_each_window<P>(w, [&](std::size_t at, std::size_t tap, long from) {
    if (from < 0) return;
    for (std::size_t c = 0; c < w.channels; ++c) x[c * area + static_cast<std::size_t>(from)] += patches[(c * taps + tap) * places + at];
  });
}

template <class P, class T> struct convolution {
  const window& w;
  std::size_t places, taps, out;
  T *patches, *room, *d_patches;

  convolution(const window& images, bool derivatives)
      : w(images), places(std::size_t{w.out_height()} * w.out_width()), taps(std::size_t{w.channels} * w.kernel_height * w.kernel_width), out(w.out_channels), patches(scratch<T>(taps * places)), room(scratch<T>(packed_numbers<P>(places > out ? places : out, taps) + packed_numbers<P>(taps, places) + packed_numbers<P>(out, places))), d_patches(derivatives ? scratch<T>(taps * places) : nullptr) {}

  void row(const T* x, const T* weight, const T* bias, T* y) const {
    gather_patches<P>(w, x, patches);
    for (std::size_t o = 0; o < out; ++o)
      for (std::size_t p = 0; p < places; ++p) y[o * places + p] = bias ? bias[o] : T(0);
    multiply_unpacked<P, T>(out, places, taps, {weight, taps, 1}, patches, places, 1, {y, places}, nullptr, room);
  }
  void pull_row(const T* x, const T* weight, const T* dy, T* dx, T* d_weight, T* d_bias) const {
    gather_patches<P>(w, x, patches);
    if (d_weight) multiply_unpacked<P, T>(out, taps, places, {dy, places, 1}, patches, 1, places, {d_weight, taps}, nullptr, room);
    if (d_bias)
      for (std::size_t o = 0; o < out; ++o)
        for (std::size_t p = 0; p < places; ++p) d_bias[o] += dy[o * places + p];
    if (!dx) return;
    for (std::size_t i = 0; i < taps * places; ++i) d_patches[i] = T(0);
    multiply_unpacked<P, T>(taps, places, out, {weight, 1, taps}, dy, places, 1, {d_patches, places}, nullptr, room);
    for (std::size_t i = 0; i < std::size_t{w.channels} * w.height * w.width; ++i) dx[i] = T(0);
    add_patches<P>(w, d_patches, dx);
  }
};

// Where the greatest number of each window stands: the first of them; NaN is greater than all.
template <class P, class T, class F> void for_each_greatest(const window& w, const T* x, F f) {
  const std::size_t taps = std::size_t{w.kernel_height} * w.kernel_width;
  T most(0);
  long where_most = -1;
  for_each_window<P>(w, [&](std::size_t at, std::size_t tap, long from) {
    if (tap == 0) where_most = -1;
    if (from >= 0 && (where_most < 0 || x[from] > most || (x[from] != x[from] && most == most))) {
      most = x[from];
      where_most = from;
    }
    if (tap + 1 == taps) f(at, static_cast<std::size_t>(where_most));
  });
}
template <class P, class T> void pool_row(bool greatest, const window& w, const T* x, T* y) {
  const std::size_t area = std::size_t{w.height} * w.width, places = std::size_t{w.out_height()} * w.out_width();
  const T by = T(1) / static_cast<T>(w.kernel_height * w.kernel_width);
  for (std::size_t c = 0; c < w.channels; ++c, x += area, y += places) {
    if (greatest) {
      for_each_greatest<P>(w, x, [&](std::size_t at, std::size_t from) { y[at] = x[from]; });
    } else {
      for (std::size_t p = 0; p < places; ++p) y[p] = T(0);
      for_each_window<P>(w, [&](std::size_t at, std::size_t, long from) { y[at] += from < 0 ? T(0) : x[from]; });
      for (std::size_t p = 0; p < places; ++p) y[p] *= by;
    }
  }
}
template <class P, class T> void pull_pool_row(bool greatest, const window& w, const T* x, const T* dy, T* dx) {
  const std::size_t area = std::size_t{w.height} * w.width, places = std::size_t{w.out_height()} * w.out_width();
  const T by = T(1) / static_cast<T>(w.kernel_height * w.kernel_width);
  for (std::size_t c = 0; c < w.channels; ++c, x += area, dy += places, dx += area) {
    for (std::size_t i = 0; i < area; ++i) dx[i] = T(0);
    if (greatest) for_each_greatest<P>(w, x, [&](std::size_t at, std::size_t from) { dx[from] += dy[at]; });
    else for_each_window<P>(w, [&](std::size_t at, std::size_t, long from) { if (from >= 0) dx[from] += dy[at] * by; });
  }
}

}  // namespace starling::neural
