#pragma once

#include <starling/values/isa.hpp>

namespace starling::isa {

// What an instruction set is called.
template <class Isa> inline constexpr const char* name = "portable";
template <> inline constexpr const char* name<sse2> = "sse2";
template <> inline constexpr const char* name<avx2> = "avx2";
template <> inline constexpr const char* name<avx512> = "avx512";
template <> inline constexpr const char* name<neon> = "neon";

}  // namespace starling::isa
