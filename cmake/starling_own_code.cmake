# Options of the project's own code only. Nothing here reaches a target that is exported to others.
#   starling_warnings   for every target of the project (libraries included: PRIVATE, build only)
#   starling_own_code   for programs, tests and benchmarks: warnings, the machine's SIMD, no contraction
include(starling_native)
include(starling_optimise)

add_library(starling_warnings INTERFACE)
target_compile_options(starling_warnings INTERFACE -Wall -Wextra -Wpedantic)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # A pack passed by value changes the ABI between -m flags: harmless, packs carry their instruction set in their type.
  target_compile_options(starling_warnings INTERFACE -Wno-psabi)
  # g++ 12 warns of overlap inside std::string's operator+ (GCC bug 105651).
  target_compile_options(starling_warnings INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Masks are combined by & and |, and of one lane they are booleans: there is nothing to leave out.
  target_compile_options(starling_warnings INTERFACE -Wno-bitwise-instead-of-logical)
endif()
if(STARLING_WERROR)
  target_compile_options(starling_warnings INTERFACE -Werror)
endif()

add_library(starling_own_code INTERFACE)
target_link_libraries(starling_own_code INTERFACE starling_warnings)
starling_native_flags(flags)
target_compile_options(starling_own_code INTERFACE ${flags})

find_program(STARLING_CCACHE ccache)
mark_as_advanced(STARLING_CCACHE)

# starling_configure_own(target): what every target of the project shares.
function(starling_configure_own target)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  starling_optimise(${target})
  if(STARLING_CCACHE AND PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set_target_properties(${target} PROPERTIES CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND};-E;env;CCACHE_SLOPPINESS=pch_defines,time_macros;${STARLING_CCACHE}")
  endif()
endfunction()
