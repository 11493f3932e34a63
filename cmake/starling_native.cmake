# STARLING_NATIVE and the flags it stands for. Also installed: starling_add_model needs it.
include(CheckCXXCompilerFlag)
option(STARLING_NATIVE "Compile programs (models, tests, benchmarks; never the exported libraries) for this machine's SIMD" ON)
check_cxx_compiler_flag(-march=native STARLING_HAS_MARCH_NATIVE)

# starling_native_flags(result): the flags of our programs. (A function: it works in the scope of any project.)
function(starling_native_flags result)
  # Both compilers would contract a * b + c by default in C++; the packs ask for fma where they want it.
  set(flags -ffp-contract=off)
  if(STARLING_NATIVE AND STARLING_HAS_MARCH_NATIVE)
    list(APPEND flags -march=native)
  endif()
  set(${result} ${flags} PARENT_SCOPE)
endfunction()
