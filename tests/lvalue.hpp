// SPDX-License-Identifier: Apache-2.0
// A temporary where a reference is wanted, for the length of one expression.
#pragma once

template <class T>
T& lvalue(T&& x) {
  return x;
}
