# discover_boost_tests(TARGET LABELS ...): each Boost.Test case of TARGET becomes a CTest case with the given labels.
# The list is taken from the built program itself, so that no case can be forgotten.
function(discover_boost_tests target)
  cmake_parse_arguments(arg "" "TIMEOUT" "LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  set(list_file ${CMAKE_CURRENT_BINARY_DIR}/${target}_cases.cmake)
  # A program that is not built in this folder has no cases here, which is no error.
  if(NOT EXISTS ${list_file})
    file(WRITE ${list_file} "")
  endif()
  add_custom_command(
    TARGET ${target} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -D program=$<TARGET_FILE:${target}> -D output=${list_file} -D "labels=${arg_LABELS}"
            -D timeout=${arg_TIMEOUT} -D prefix=${target} -P ${PROJECT_SOURCE_DIR}/tests/cmake/list_boost_tests.cmake
    VERBATIM)
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${list_file})
endfunction()
