// What the lanes of one register can do: the small uniform set of primitives that every pack is built on.
// `registers<T, N, Isa>` has types `vec`, `mask`, `bits` and static functions; each instruction set has a file.
#pragma once

#include <starling/values/isa.hpp>
#include <starling/values/registers_portable.hpp>
#include <starling/values/registers_scalar.hpp>
#if defined(__SSE2__)
#include <starling/values/registers_sse2.hpp>
#endif
#if defined(__AVX2__) && defined(__FMA__)
#include <starling/values/registers_avx2.hpp>
#endif
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512VL__) && defined(__FMA__)
#include <starling/values/registers_avx512.hpp>
#endif
#if defined(__aarch64__) && defined(__ARM_NEON)
#include <starling/values/registers_neon.hpp>
#endif
