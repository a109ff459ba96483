import Glibc

/// The seconds that the calling thread's processor spent on `body`, which other work on the machine
/// does not lengthen: for saying that something is not walked through that would take hours.
package func processorSeconds(_ body: () throws -> Void) rethrows -> Double {
  func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
  let start = now()
  try body()
  return now() - start
}
