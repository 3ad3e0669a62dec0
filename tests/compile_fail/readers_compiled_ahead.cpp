// expect: ok
// What the kernels' users include declares the readers and the tokenizer without the JSON library and utf8proc.
#include <encore/backend/cpu.hpp>
#include <encore/io/npy.hpp>
#include <encore/io/safetensors_writer.hpp>
#include <encore/models/bert.hpp>
#include <encore/models/sentence_encoder.hpp>
#include <encore/models/tasks.hpp>
#include <encore/text/tokenizer.hpp>

#if defined(INCLUDE_NLOHMANN_JSON_HPP_) || defined(UTF8PROC_H)
#error "a header that the kernels' users include leads to a library of the readers"
#endif
