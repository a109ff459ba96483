import Dispatch
import Foundation
import Synchronization

/// Loops spread over the cores. Which thread does what never changes a result: each iteration
/// writes to places of its own, and sums are taken in the order of the iterations.
package enum Parallel {
  private static let limit = Atomic<Int>(0)

  /// How many threads a loop may use; at least 1. Unset, it is the number of cores that this
  /// process may run on.
  package static var threads: Int {
    get {
      let chosen = limit.load(ordering: .relaxed)
      return chosen > 0 ? chosen : ProcessInfo.processInfo.activeProcessorCount
    }
    set { limit.store(max(1, newValue), ordering: .relaxed) }
  }

  /// Runs `body(0)` … `body(count - 1)`, each once, on up to `threads` threads, in no order.
  ///
  /// The interrupt flag is looked at before each iteration. The first error thrown stops the
  /// loop: iterations not begun are skipped, and that error is thrown when the others are done.
  package static func forEach(_ count: Int, _ body: @Sendable (Int) throws -> Void) throws {
    let workers = min(threads, count)
    guard workers > 1 else {
      for i in 0..<count {
        try Interrupt.check()
        try body(i)
      }
      return
    }
    let next = Atomic<Int>(0)
    let failure = Mutex<(any Error)?>(nil)
    withoutActuallyEscaping(body) { body in
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        while true {
          let i = next.wrappingAdd(1, ordering: .relaxed).oldValue
          guard i < count else { return }
          do {
            try Interrupt.check()
            try body(i)
          } catch {
            next.store(count, ordering: .relaxed)
            failure.withLock { if $0 == nil { $0 = error } }
            return
          }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
