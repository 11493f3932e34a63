# starling_optimise(target): -O2, which templates of numbers need to be fast (a factor of 30), unless the user says otherwise: by a build type, by a
# generator that has several, or by an -O of their own among the flags of the project, the folder or the target. One given later wins.
function(starling_optimise target)
  get_directory_property(of_folder COMPILE_OPTIONS)
  get_target_property(of_target ${target} COMPILE_OPTIONS)
  if(CMAKE_BUILD_TYPE OR CMAKE_CONFIGURATION_TYPES OR " ${CMAKE_CXX_FLAGS} ;${of_folder};${of_target}" MATCHES "[ ;:>][-/]O")
    return()
  endif()
  if(MSVC)
    target_compile_options(${target} PRIVATE /O2)
  else()
    target_compile_options(${target} PRIVATE -O2)
  endif()
endfunction()
