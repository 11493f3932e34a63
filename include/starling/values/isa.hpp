// Instruction sets. Every type that knows a register's width carries one of these tags as a template
// parameter, so code compiled with different machine flags has different symbol names and never merges.
#pragma once

namespace starling::isa {

struct portable {};  // plain arrays of any length, no machine instructions assumed
struct sse2 {};      // x86-64's baseline
struct avx2 {};      // with FMA
struct avx512 {};    // F, DQ, VL
struct neon {};      // AArch64's baseline

#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__) && defined(__FMA__)
using native = avx512;
#elif defined(__AVX2__) && defined(__FMA__)
using native = avx2;
#elif defined(__SSE2__)
using native = sse2;
#elif defined(__aarch64__) && defined(__ARM_NEON)
using native = neon;
#else
using native = portable;
#endif

// Bytes of one register; portable packs have no register and take any number of lanes.
template <class Isa> inline constexpr int register_bytes = 16;
template <> inline constexpr int register_bytes<avx2> = 32;
template <> inline constexpr int register_bytes<avx512> = 64;

// Whether a fused multiply-add is one instruction.
template <class Isa> inline constexpr bool fast_fma = false;
template <> inline constexpr bool fast_fma<avx2> = true;
template <> inline constexpr bool fast_fma<avx512> = true;
template <> inline constexpr bool fast_fma<neon> = true;

}  // namespace starling::isa

namespace starling {

// How many lanes of T one register of the instruction set this file is compiled for holds.
template <class T> inline constexpr int native_width = isa::register_bytes<isa::native> / static_cast<int>(sizeof(T));

}  // namespace starling
