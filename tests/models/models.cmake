# SPDX-License-Identifier: Apache-2.0
# Models of any architecture come compiled.
target_link_libraries(encore_test_models PRIVATE encore::models)
if(TARGET encore_cuda)
  target_link_libraries(encore_test_models PRIVATE encore::cuda)
endif()
