import Glibc

/// Cores that this process may run on (its affinity mask), not those that the machine has.
var coresAtHand: Int {
  var mask = cpu_set_t()
  guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &mask) == 0 else { return 1 }
  return withUnsafeBytes(of: &mask) { $0.reduce(0) { $0 + $1.nonzeroBitCount } }
}
