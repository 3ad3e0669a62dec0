// SPDX-License-Identifier: Apache-2.0
// Names of the types that headers of user code pass around, without their definitions.
#pragma once

#include <encore/backend/cpu/tag.hpp>

namespace encore {

struct Encoding;
struct ModelShape;
class Batch;
class Builder;
class Checkpoint;
class ModelFolder;
class ParameterLayout;
class Segments;
class Tokenizer;

template <class T>
class Tensor;
template <class T>
struct MatrixView;

template <class S>
struct Reference;
template <class B>
class Context;
template <class B>
class Parameters;

template <class Spec>
struct Config;
template <class Spec>
struct Encoder;
template <class Spec>
class EncoderModel;
struct Poolings;
template <class Spec, class Pool = Poolings>
class SentenceEncoder;

}  // namespace encore
