// SPDX-License-Identifier: Apache-2.0
// How a JSON tree dies. The destructor of nlohmann's json allocates for whatever holds something, and ends the process
// where there is no memory; of an empty array or object, of a number and of a string it does not. So a tree is taken
// apart first, from its leaves up.
#pragma once

#include <nlohmann/json.hpp>

namespace encore {

// Empties the arrays and objects of a tree, the innermost first. Recursive: a document of parse_json is at most 64 deep.
template <class Json>
void take_apart(Json& tree) noexcept {
  if (tree.is_object())
    for (auto& member : tree.template get_ref<typename Json::object_t&>()) take_apart(member.second);
  else if (tree.is_array())
    for (Json& element : tree.template get_ref<typename Json::array_t&>()) take_apart(element);
  else
    return;
  tree.clear();
}

// A tree that is being built. Assign to what operator* gives, one member at a time: a braced list makes temporary trees.
template <class Json>
class BuiltJson {
 public:
  BuiltJson() : tree_(Json::object()) {}
  BuiltJson(const BuiltJson&) = delete;
  BuiltJson& operator=(const BuiltJson&) = delete;
  ~BuiltJson() { take_apart(tree_); }

  Json& operator*() { return tree_; }

 private:
  Json tree_;
};

}  // namespace encore
