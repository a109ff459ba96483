import CommandLanguage
import Dispatch
import Synchronization
import WorkspaceStore

/// Where a training goes on from, and where it says how far it has come.
///
/// States are written beside the training, one at a time: while one is on its way to the disk, the
/// newest of those that come in between waits and the others are dropped. A training whose epochs take
/// longer than the disk loses at most the one that was under way.
final class Checkpoints: Sendable {
  private struct Waiting: Sendable {
    var next: (@Sendable () -> Checkpoint)?
    var isWriting = false
    var failure: String?
  }

  /// What the work is.
  let work: String
  private let found: Checkpoint?
  private let lease: SessionLease
  private let cell: Int
  private let queue = DispatchQueue(label: "checkpoints")
  private let waiting = Mutex(Waiting())

  /// - Parameters:
  ///   - work: names everything that the result depends on.
  ///   - cutShort: the cell of the same command that was cut short before.
  init(work: String, lease: SessionLease, cell: Int, cutShort: Int?) throws {
    self.work = work
    self.lease = lease
    self.cell = cell
    let kept = try cutShort.flatMap { try lease.checkpoint(of: $0) }
    found = kept?.work == work ? kept : nil
  }

  /// The state to go on from; nil to begin at the beginning.
  var start: [UInt8]? { found?.state }

  /// Has a state written as soon as the disk has time.
  func keep(step: Int, _ state: @escaping @Sendable () -> [UInt8]) {
    let work = work
    let begins = waiting.withLock { waiting in
      waiting.next = { Checkpoint(step: step, work: work, state: state()) }
      defer { waiting.isWriting = true }
      return !waiting.isWriting
    }
    if begins { queue.async { self.write() } }
  }

  private func write() {
    while let next = take() {
      do {
        try lease.keep(next(), of: cell)
      } catch {
        let said = WorkspaceMessage.diagnostic(error).message
        waiting.withLock { $0.failure = said }
      }
    }
  }

  private func take() -> (@Sendable () -> Checkpoint)? {
    waiting.withLock { waiting in
      defer { waiting.next = nil }
      if waiting.next == nil { waiting.isWriting = false }
      return waiting.next
    }
  }

  /// Waits for the disk.
  /// - Returns: why a state could not be kept; nil where all could.
  func finish() -> String? {
    queue.sync {}
    return waiting.withLock { $0.failure }
  }
}
