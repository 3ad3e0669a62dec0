# SPDX-License-Identifier: Apache-2.0
target_link_libraries(encore_test_interop PRIVATE encore::eigen)
