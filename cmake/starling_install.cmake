# find_package(starling): targets starling::<layer> and starling::starling, and the function starling_add_model.
include(CMakePackageConfigHelpers)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/starling")
set(targets starling)
foreach(layer IN LISTS STARLING_LAYERS)
  list(APPEND targets starling_${layer})
endforeach()
install(TARGETS ${targets} EXPORT starling_targets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/starling" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT starling_targets FILE starling-targets.cmake NAMESPACE starling:: DESTINATION "${package_folder}")

list(REMOVE_DUPLICATES STARLING_DEPENDENCIES)
set(STARLING_FIND_DEPENDENCIES "")
foreach(package IN LISTS STARLING_DEPENDENCIES)
  string(APPEND STARLING_FIND_DEPENDENCIES "find_dependency(${package})\n")
endforeach()
configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/starling-config.cmake.in"
  "${PROJECT_BINARY_DIR}/starling-config.cmake" INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/starling-config-version.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/starling-config.cmake" "${PROJECT_BINARY_DIR}/starling-config-version.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/starling_add_model.cmake" "${PROJECT_SOURCE_DIR}/cmake/starling_native.cmake"
  "${PROJECT_SOURCE_DIR}/cmake/starling_optimise.cmake" "${PROJECT_SOURCE_DIR}/cmake/Findcsv.cmake"
  DESTINATION "${package_folder}")
