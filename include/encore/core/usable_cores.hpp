// SPDX-License-Identifier: Apache-2.0
// How many cores this process may use: the affinity mask, cut down by the cgroup's CPU quota (containers).
#pragma once

#include <encore/core/parallel.hpp>

#include <algorithm>
#include <cstdio>

namespace encore {

namespace detail {

// quota / period of a cgroup file pair or of "quota period" in one file, rounded up; 0 where there is no limit.
inline int quota_cores(const char* quota_file, const char* period_file) {
  long quota = 0;
  long period = 0;
  if (std::FILE* file = std::fopen(quota_file, "r")) {
    const int found = std::fscanf(file, "%ld %ld", &quota, &period);
    std::fclose(file);
    if (found < 1) return 0;  // "max 100000"
  }
  if (period_file) {
    if (std::FILE* file = std::fopen(period_file, "r")) {
      if (std::fscanf(file, "%ld", &period) != 1) period = 0;
      std::fclose(file);
    }
  }
  return quota > 0 && period > 0 ? int(std::clamp((quota + period - 1) / period, 1L, 1024L)) : 0;
}

inline int cgroup_cores() {
  const int version2 = quota_cores("/sys/fs/cgroup/cpu.max", nullptr);
  return version2 ? version2
                  : quota_cores("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us");
}

}  // namespace detail

inline int usable_cores() {
  int cores = std::max(1, int(std::thread::hardware_concurrency()));
#if defined(__linux__)
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) cores = std::max(1, CPU_COUNT(&mask));
#endif
  const int quota = detail::cgroup_cores();
  return std::clamp(quota ? std::min(cores, quota) : cores, 1, 1024);
}

}  // namespace encore
