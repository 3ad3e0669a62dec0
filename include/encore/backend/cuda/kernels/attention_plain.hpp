// SPDX-License-Identifier: Apache-2.0
// Attention in fp32 arithmetic for any element format, any head size up to 128 and every hook of the plan. One warp
// takes 8 rows, one lane a column of 32; online softmax forward, probabilities recomputed from the log sums backward
// (Dao et al. 2022; two passes, one over rows of queries, one over rows of keys, so that no sum depends on scheduling).
#pragma once

#include <encore/backend/cuda/kernels/attention_rows.hpp>

namespace encore::cuda {

struct PlainAttention {
  static constexpr int warps = 8;
  static constexpr int threads = warps * warp_size;
  static constexpr int rows_per_warp = 8;
  static constexpr int tile_rows = warps * rows_per_warp;
  static constexpr int tile_cols = warp_size;
  static constexpr int max_head_size = 128;

  // Floats of a row in shared memory: whole packs, and four more so that lanes reading packs of 32 rows meet no bank
  // twice.
  ENCORE_HD static constexpr int width(int head_size) { return (head_size + 3) / 4 * 4; }
  ENCORE_HD static constexpr int stride(int head_size) { return width(head_size) + 4; }
  static constexpr std::size_t forward_shared(int head_size) {
    return sizeof(float) * std::size_t((tile_rows + 2 * tile_cols) * stride(head_size) + tile_rows * tile_cols);
  }
  static constexpr std::size_t backward_shared(int head_size) {
    return sizeof(float) *
           std::size_t(2 * (tile_rows + tile_cols) * stride(head_size) + 2 * tile_rows * tile_cols + 2 * tile_rows);
  }
};

namespace plain {

// Rows [first, first + rows) of a head as floats, turned; zeros beyond `length` and beyond the head.
template <class T, class Block>
ENCORE_DEVICE void load_rows(Block& block, const AttentionTask& task, float* target, HeadRows<const T> source,
                             std::int32_t first, std::int32_t rows, std::int32_t length, bool turns) {
  const int width = PlainAttention::width(task.head_size);
  const int stride = PlainAttention::stride(task.head_size);
  for (int i = block.thread(); i < rows * width; i += PlainAttention::threads) {
    const std::int32_t r = i / width;
    const std::int32_t c = i % width;
    const std::int32_t position = first + r;
    float value = 0;
    if (position < length && c < task.head_size) {
      const T* row = source[position];
      value = turns && task.cosine
                  ? turned(task, position, c, 1.0f, [row](std::int32_t column) { return to_float(row[column]); })
                  : to_float(row[c]);
    }
    target[r * stride + c] = value;
  }
}

// x . y over whole packs.
ENCORE_DEVICE inline float dot(const float* x, const float* y, int width) {
  float sum = 0;
  for (int c = 0; c < width; c += 4) {
    const Pack<float, 4> a = load_pack<4>(x + c);
    const Pack<float, 4> b = load_pack<4>(y + c);
    ENCORE_DEVICE_UNROLL
    for (int e = 0; e < 4; ++e) sum += a.values[e] * b.values[e];
  }
  return sum;
}

// A head's columns in the row of a distance; shared by the heads where there is room for one only.
template <class T>
ENCORE_DEVICE T* distance_row(const View& rows, std::int32_t distance, std::int32_t head, std::int32_t width) {
  return rows.row<T>((rows.rows - 1) / 2 + distance) + (rows.cols == width ? 0 : head * width);
}
// What hook C adds to q_i . k_j.
template <class T>
ENCORE_DEVICE float distance_score(const AttentionTask& task, std::int32_t distance, std::int32_t head, const float* q,
                                   const float* k) {
  float sum = 0;
  if (task.terms.to_query.data) {
    const T* r = distance_row<const T>(task.terms.to_query, distance, head, task.head_size);
    for (std::int32_t c = 0; c < task.head_size; ++c) sum += q[c] * to_float(r[c]);
  }
  if (task.terms.to_key.data) {
    const T* r = distance_row<const T>(task.terms.to_key, distance, head, task.head_size);
    for (std::int32_t c = 0; c < task.head_size; ++c) sum += k[c] * to_float(r[c]);
  }
  return sum;
}
// What hook B adds to a score.
template <class T>
ENCORE_DEVICE float bias_of(const AttentionTask& task, std::int32_t distance, std::int32_t head) {
  return task.terms.bias.data ? to_float(*distance_row<const T>(task.terms.bias, distance, head, 1)) : 0.0f;
}

}  // namespace plain

// slices: registers of a lane for a row's columns, head_size <= 32 slices.
template <class T, int slices>
struct PlainAttentionKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const AttentionTask& task) const {
    using P = PlainAttention;
    const AttentionTile tile = task.tiles[block.x()];
    const std::int32_t head = std::int32_t(block.y());
    const std::int32_t shared_head = head / (task.heads / task.kv_heads);
    const std::int64_t begin = task.offsets[tile.sequence];
    const std::int32_t length = std::int32_t(task.offsets[tile.sequence + 1] - begin);
    const int d = task.head_size;
    const int width = P::width(d);
    const int stride = P::stride(d);
    float* q = reinterpret_cast<float*>(block.shared());
    float* k = q + P::tile_rows * stride;
    float* v = k + P::tile_cols * stride;
    float* p = v + P::tile_cols * stride + block.warp() * P::rows_per_warp * P::tile_cols;

    plain::load_rows<T>(block, task, q, head_rows<const T>(task.q, begin, head, d), tile.row, P::tile_rows, length,
                        true);
    float acc[P::rows_per_warp][slices] = {};
    float highest[P::rows_per_warp], sum[P::rows_per_warp];
    ENCORE_DEVICE_UNROLL
    for (int r = 0; r < P::rows_per_warp; ++r) {
      highest[r] = minus_infinity;
      sum[r] = 0;
    }
    const std::int32_t first_row = tile.row + block.warp() * P::rows_per_warp;
    const Visible keys = visible_from(task, tile.row, tile.row + P::tile_rows, length);
    for (std::int32_t j0 = keys.first / P::tile_cols * P::tile_cols; j0 < keys.last; j0 += P::tile_cols) {
      block.sync();
      plain::load_rows<T>(block, task, k, head_rows<const T>(task.k, begin, shared_head, d), j0, P::tile_cols, length,
                          true);
      plain::load_rows<T>(block, task, v, head_rows<const T>(task.v, begin, shared_head, d), j0, P::tile_cols, length,
                          false);
      block.sync();
      const std::int32_t j = j0 + block.lane();
      const float* key = k + block.lane() * stride;
      ENCORE_DEVICE_UNROLL
      for (int r = 0; r < P::rows_per_warp; ++r) {
        const std::int32_t i = first_row + r;
        const float* query = q + (block.warp() * P::rows_per_warp + r) * stride;
        float score = minus_infinity;
        if (i < length && j < length && sees(task, i, j)) {
          score = plain::dot(query, key, width);
          score += plain::distance_score<T>(task, i - j, head, query, key);
          score = score * task.scale + plain::bias_of<T>(task, i - j, head);
        }
        const float above = warp_max(block, score);
        const float next = above > highest[r] ? above : highest[r];
        const float base = next == minus_infinity ? 0.0f : next;
        const float kept = block.exponential(highest[r] - base);
        const float weight = block.exponential(score - base);
        highest[r] = next;
        sum[r] = sum[r] * kept + warp_sum(block, weight);
        ENCORE_DEVICE_UNROLL
        for (int s = 0; s < slices; ++s) acc[r][s] *= kept;
        p[r * P::tile_cols + block.lane()] = weight;
      }
      block.sync_warp();
      const std::int32_t last = length - j0 < P::tile_cols ? length - j0 : P::tile_cols;
      for (std::int32_t n = 0; n < last; ++n) {
        ENCORE_DEVICE_UNROLL
        for (int s = 0; s < slices; ++s) {
          const int c = block.lane() + s * warp_size;
          const float value = c < d ? v[n * stride + c] : 0.0f;
          ENCORE_DEVICE_UNROLL
          for (int r = 0; r < P::rows_per_warp; ++r) acc[r][s] += p[r * P::tile_cols + n] * value;
        }
      }
    }
    ENCORE_DEVICE_UNROLL
    for (int r = 0; r < P::rows_per_warp; ++r) {
      const std::int32_t i = first_row + r;
      if (i >= length) continue;
      T* out = head_rows<T>(task.out, begin, head, d)[i];
      ENCORE_DEVICE_UNROLL
      for (int s = 0; s < slices; ++s) {
        const int c = block.lane() + s * warp_size;
        if (c < d) out[c] = rounded<T>(acc[r][s] / sum[r]);
      }
      if (task.log_sum.data && block.lane() == 0)
        task.log_sum.row<float>(begin + i)[head] = highest[r] + block.logarithm(sum[r]);
    }
  }
};

// delta = dout . out for each row and head; one warp each.
template <class T>
struct AttentionDeltaKernel {
  static constexpr int threads = 128;

  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const AttentionTask& task) const {
    const std::int64_t index = block.x() * (threads / warp_size) + block.warp();
    if (index >= task.out.rows * task.heads) return;
    const std::int64_t row = index / task.heads;
    const std::int32_t head = std::int32_t(index % task.heads);
    const T* out = task.out.row<const T>(row) + head * task.head_size;
    const T* dout = task.dout.row<const T>(row) + head * task.head_size;
    float sum = 0;
    for (int c = block.lane(); c < task.head_size; c += warp_size) sum += to_float(out[c]) * to_float(dout[c]);
    sum = warp_sum(block, sum);
    if (block.lane() == 0) task.delta.row<float>(row)[head] = sum;
  }
};

// Gradients of one side. keys = false: dq, rows are queries and lanes keys; keys = true: dk and dv, the other way
// round, summed over the query heads that share a key head. With p = exp(score - log_sum) and
// ds = p (dout . v - delta) scale:  dq_i = sum_j ds (k_j + R),  dk_j = sum_i ds (q_i + R),  dv_j = sum_i p dout_i.
template <class T, int slices, bool keys>
struct PlainAttentionBackwardKernel {
  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const AttentionTask& task) const {
    using P = PlainAttention;
    const AttentionTile tile = task.tiles[block.x()];
    const std::int32_t group = task.heads / task.kv_heads;
    const std::int64_t begin = task.offsets[tile.sequence];
    const std::int32_t length = std::int32_t(task.offsets[tile.sequence + 1] - begin);
    const int d = task.head_size;
    const int width = P::width(d);
    const int stride = P::stride(d);
    float* own = reinterpret_cast<float*>(block.shared());  // q or k
    float* own_value = own + P::tile_rows * stride;         // dout or v
    float* other = own_value + P::tile_rows * stride;       // k or q
    float* other_value = other + P::tile_cols * stride;     // v or dout
    float* p = other_value + P::tile_cols * stride + 2 * block.warp() * P::rows_per_warp * P::tile_cols;
    float* ds = p + P::rows_per_warp * P::tile_cols;

    float acc[P::rows_per_warp][slices] = {};        // dq or dk
    float acc_value[P::rows_per_warp][slices] = {};  // dv
    const std::int32_t first_row = tile.row + block.warp() * P::rows_per_warp;
    const Visible columns = visible_from(task, tile.row, tile.row + P::tile_rows, length);
    for (std::int32_t h = 0; h < (keys ? group : 1); ++h) {
      const std::int32_t head = keys ? std::int32_t(block.y()) * group + h : std::int32_t(block.y());
      const std::int32_t shared_head = head / group;
      const HeadRows<const T> q = head_rows<const T>(task.q, begin, head, d);
      const HeadRows<const T> k = head_rows<const T>(task.k, begin, shared_head, d);
      const HeadRows<const T> v = head_rows<const T>(task.v, begin, shared_head, d);
      const HeadRows<const T> dout = head_rows<const T>(task.dout, begin, head, d);
      block.sync();
      plain::load_rows<T>(block, task, own, keys ? k : q, tile.row, P::tile_rows, length, true);
      plain::load_rows<T>(block, task, own_value, keys ? v : dout, tile.row, P::tile_rows, length, false);
      for (std::int32_t n0 = columns.first / P::tile_cols * P::tile_cols; n0 < columns.last; n0 += P::tile_cols) {
        block.sync();
        plain::load_rows<T>(block, task, other, keys ? q : k, n0, P::tile_cols, length, true);
        plain::load_rows<T>(block, task, other_value, keys ? dout : v, n0, P::tile_cols, length, false);
        block.sync();
        const std::int32_t n = n0 + block.lane();
        ENCORE_DEVICE_UNROLL
        for (int r = 0; r < P::rows_per_warp; ++r) {
          const int row = block.warp() * P::rows_per_warp + r;
          const std::int32_t i = keys ? n : first_row + r;
          const std::int32_t j = keys ? first_row + r : n;
          float weight = 0, slope = 0;
          if (i < length && j < length && sees(task, i, j)) {
            const float* mine = own + row * stride;
            const float* theirs = other + block.lane() * stride;
            float score = plain::dot(mine, theirs, width);
            score += plain::distance_score<T>(task, i - j, head, keys ? theirs : mine, keys ? mine : theirs);
            weight = block.exponential(score * task.scale + plain::bias_of<T>(task, i - j, head) -
                                       task.log_sum.row<const float>(begin + i)[head]);
            const float dp = plain::dot(own_value + row * stride, other_value + block.lane() * stride, width);
            slope = weight * (dp - task.delta.row<const float>(begin + i)[head]) * task.scale;
          }
          p[r * P::tile_cols + block.lane()] = weight;
          ds[r * P::tile_cols + block.lane()] = slope;
        }
        block.sync_warp();
        const std::int32_t last = length - n0 < P::tile_cols ? length - n0 : P::tile_cols;
        for (std::int32_t m = 0; m < last; ++m) {
          ENCORE_DEVICE_UNROLL
          for (int s = 0; s < slices; ++s) {
            const int c = block.lane() + s * warp_size;
            if (c >= d) continue;
            const float x = other[m * stride + c];
            const float y = other_value[m * stride + c];
            ENCORE_DEVICE_UNROLL
            for (int r = 0; r < P::rows_per_warp; ++r) {
              const std::int32_t distance = keys ? n0 + m - (first_row + r) : first_row + r - (n0 + m);
              float z = x;
              const View& rows = keys ? task.terms.to_key : task.terms.to_query;
              if (rows.data && ds[r * P::tile_cols + m] != 0)
                z += to_float(plain::distance_row<const T>(rows, distance, head, d)[c]);
              acc[r][s] += ds[r * P::tile_cols + m] * z;
              if (keys) acc_value[r][s] += p[r * P::tile_cols + m] * y;
            }
          }
        }
      }
    }
    // Through shared memory: turning back needs the partner column.
    block.sync();
    ENCORE_DEVICE_UNROLL
    for (int r = 0; r < P::rows_per_warp; ++r) ENCORE_DEVICE_UNROLL
    for (int s = 0; s < slices; ++s) {
      const int c = block.lane() + s * warp_size;
      if (c < d) own[(block.warp() * P::rows_per_warp + r) * stride + c] = acc[r][s];
    }
    block.sync_warp();
    const View& target = keys ? task.dk : task.dq;
    ENCORE_DEVICE_UNROLL
    for (int r = 0; r < P::rows_per_warp; ++r) {
      const std::int32_t position = first_row + r;
      if (position >= length) continue;
      const float* row = own + (block.warp() * P::rows_per_warp + r) * stride;
      for (int c = block.lane(); target.data && c < d; c += warp_size)
        head_rows<T>(target, begin, std::int32_t(block.y()), d)[position][c] = rounded<T>(
            task.cosine ? turned(task, position, c, -1.0f, [row](std::int32_t column) { return row[column]; })
                        : row[c]);
      if constexpr (keys) {
        ENCORE_DEVICE_UNROLL
        for (int s = 0; s < slices; ++s) {
          const int c = block.lane() + s * warp_size;
          if (task.dv.data && c < d)
            head_rows<T>(task.dv, begin, std::int32_t(block.y()), d)[position][c] = rounded<T>(acc_value[r][s]);
        }
      }
    }
  }
};

// Gradients of rows by distance: sums over sequences and pairs of ds q_i, ds k_j and ds / scale; a block a distance (and,
// where heads have rows of their own, a head); its warps take sequences and heads in turn and are summed in order.
template <class T, int slices>
struct DistanceBackwardKernel {
  // Floats of shared memory of a warp: sums for queries, for keys, and of the bias.
  static constexpr std::size_t shared(int head_size) {
    return sizeof(float) * std::size_t(PlainAttention::warps * (2 * head_size + 1));
  }

  bool by_head;  // block.y() is the head
  bool rows;     // gradients of to_query and to_key
  bool numbers;  // gradient of the bias

  template <class Block>
  ENCORE_DEVICE void operator()(Block& block, const AttentionTask& task) const {
    using P = PlainAttention;
    const std::int32_t distance = std::int32_t(block.x()) - (task.longest - 1);
    const std::int32_t heads = by_head ? 1 : task.heads;
    const int d = task.head_size;
    float query_sum[slices] = {}, key_sum[slices] = {};
    float bias_sum = 0;
    for (std::int64_t n = block.warp(); n < std::int64_t(task.sequences) * heads; n += P::warps) {
      const std::int64_t sequence = n / heads;
      const std::int32_t head = by_head ? std::int32_t(block.y()) : std::int32_t(n % heads);
      const std::int32_t shared_head = head / (task.heads / task.kv_heads);
      const std::int64_t begin = task.offsets[sequence];
      const std::int32_t length = std::int32_t(task.offsets[sequence + 1] - begin);
      if (!sees(task, distance, 0)) continue;
      const std::int32_t first = distance > 0 ? distance : 0;
      const std::int32_t last = distance < 0 ? length + distance : length;
      for (std::int32_t i = first; i < last; ++i) {
        const std::int32_t j = i - distance;
        float q[slices] = {}, k[slices] = {};
        float score = 0, dp = 0;
        ENCORE_DEVICE_UNROLL
        for (int s = 0; s < slices; ++s) {
          const int c = block.lane() + s * warp_size;
          if (c >= d) continue;
          q[s] = element(task, head_rows<const T>(task.q, begin, head, d)[i], i, c);
          k[s] = element(task, head_rows<const T>(task.k, begin, shared_head, d)[j], j, c);
          score += q[s] * k[s];
          if (task.terms.to_query.data)
            score += q[s] * to_float(plain::distance_row<const T>(task.terms.to_query, distance, head, d)[c]);
          if (task.terms.to_key.data)
            score += k[s] * to_float(plain::distance_row<const T>(task.terms.to_key, distance, head, d)[c]);
          dp += to_float(head_rows<const T>(task.dout, begin, head, d)[i][c]) *
                to_float(head_rows<const T>(task.v, begin, shared_head, d)[j][c]);
        }
        score = warp_sum(block, score) * task.scale + plain::bias_of<T>(task, distance, head);
        dp = warp_sum(block, dp);
        const float p = block.exponential(score - task.log_sum.row<const float>(begin + i)[head]);
        const float slope = p * (dp - task.delta.row<const float>(begin + i)[head]);
        bias_sum += slope;
        ENCORE_DEVICE_UNROLL
        for (int s = 0; s < slices; ++s) {
          query_sum[s] += slope * task.scale * q[s];
          key_sum[s] += slope * task.scale * k[s];
        }
      }
    }
    float* partial = reinterpret_cast<float*>(block.shared());
    float* mine = partial + block.warp() * (2 * d + 1);
    ENCORE_DEVICE_UNROLL
    for (int s = 0; s < slices; ++s) {
      const int c = block.lane() + s * warp_size;
      if (c >= d) continue;
      mine[c] = query_sum[s];
      mine[d + c] = key_sum[s];
    }
    if (block.lane() == 0) mine[2 * d] = bias_sum;
    block.sync();
    const std::int32_t head = by_head ? std::int32_t(block.y()) : 0;
    for (int c = block.thread(); c <= 2 * d; c += P::threads) {
      float sum = 0;
      for (int w = 0; w < P::warps; ++w) sum += partial[w * (2 * d + 1) + c];
      if (c == 2 * d) {
        if (numbers) *plain::distance_row<T>(task.dterms.bias, distance, head, 1) = rounded<T>(sum);
      } else if (const View& target = c < d ? task.dterms.to_query : task.dterms.to_key; rows && target.data) {
        plain::distance_row<T>(target, distance, head, d)[c % d] = rounded<T>(sum);
      }
    }
  }

 private:
  ENCORE_DEVICE static float element(const AttentionTask& task, const T* row, std::int32_t position, std::int32_t c) {
    if (!task.cosine) return to_float(row[c]);
    return turned(task, position, c, 1.0f, [row](std::int32_t column) { return to_float(row[column]); });
  }
};

}  // namespace encore::cuda
