# starling_add_model(name file.cpp): an executable from a model, compiled for this machine's SIMD if STARLING_NATIVE is on.
# Optimised (-O2) unless the user's own flags or build type say otherwise.
include("${CMAKE_CURRENT_LIST_DIR}/starling_native.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/starling_optimise.cmake")

function(starling_add_model name file)
  add_executable(${name} ${file})
  target_link_libraries(${name} PRIVATE starling::starling)
  target_compile_features(${name} PRIVATE cxx_std_20)
  starling_native_flags(flags)
  target_compile_options(${name} PRIVATE ${flags})
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  starling_optimise(${name})
endfunction()
