// SPDX-License-Identifier: Apache-2.0
// Every error the library throws: one base, one type per kind of cause. The message is one line and names the op,
// tensor, key, file or line at fault.
#pragma once

#include <encore/config.hpp>

#include <stdexcept>
#include <string>

namespace encore {

// The base of all errors thrown by encore.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Operands of an op do not fit together: names the op and both shapes.
class ShapeError : public Error {
 public:
  using Error::Error;
};

// A caller's argument cannot be: an option or a count out of range, a store or a value that is not for this.
class ArgumentError : public Error {
 public:
  using Error::Error;
};

// Token ids or texts that the model cannot take: an id outside the vocabulary, an empty sequence, a sequence longer
// than the position table.
class InputError : public Error {
 public:
  using Error::Error;
};

// A file cannot be read or written, or its content is malformed: names the file and, where there is one, the line.
class FileError : public Error {
 public:
  using Error::Error;
};

// A key of a configuration file is missing, of the wrong type or out of range: names the file and the key.
class ConfigError : public Error {
 public:
  using Error::Error;
};

// The tensors of a checkpoint do not match the model: counts the missing, unexpected and mis-shaped ones, and names the
// first five of each.
class WeightsError : public Error {
 public:
  using Error::Error;
};

// Something valid that this library, or this backend, does not do: names it and what is supported instead.
class UnsupportedError : public Error {
 public:
  using Error::Error;
};

// The memory asked for is not to be had: says how many bytes were asked for.
class MemoryError : public Error {
 public:
  using Error::Error;
};

}  // namespace encore
