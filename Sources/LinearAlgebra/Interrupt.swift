import Synchronization

/// The one flag that says "stop at the next safe point", and who looks at it.
///
/// Whoever handles signals calls `request`; every loop that may take long calls `check` once per
/// tile, batch or pick. The flag stays up until `clear`, so that nested loops all see it.
package enum Interrupt {
  private static let flag = Atomic<Bool>(false)

  package static func request() { flag.store(true, ordering: .relaxed) }
  package static func clear() { flag.store(false, ordering: .relaxed) }
  package static var isRequested: Bool { flag.load(ordering: .relaxed) }

  /// - Throws: `Interrupted` if a stop was requested.
  package static func check() throws(Interrupted) {
    if isRequested { throw Interrupted() }
  }
}

/// Work was stopped on request; nothing of it may be kept.
package struct Interrupted: Error {
  package init() {}
}
