// expect: ok
// What the kernels' users include declares the readers, the tokenizer and random orthogonal matrices without the JSON
// library, utf8proc and Eigen.
#include <encore/backend/cpu.hpp>
#include <encore/io/npy.hpp>
#include <encore/io/safetensors_writer.hpp>
#include <encore/layers.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/initialise.hpp>
#include <encore/models/sentence_encoder.hpp>
#include <encore/models/tasks.hpp>
#include <encore/text/tokenizer.hpp>

#if defined(INCLUDE_NLOHMANN_JSON_HPP_) || defined(UTF8PROC_H) || defined(EIGEN_CORE_H)
#error "a header that the kernels' users include leads to a library of what is compiled ahead"
#endif
