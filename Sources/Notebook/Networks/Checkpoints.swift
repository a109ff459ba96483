import CommandLanguage
import Dispatch
import Synchronization
import WorkspaceStore

/// Where a training goes on from, and where it says how far it has come.
///
/// States are written beside the training, one at a time, and take a tenth of its time at the most: a
/// training that is killed loses the epoch that was under way or, where epochs are very short, ten times
/// as long as a state takes to be written.
final class Checkpoints: Sendable {
  private struct Writing: Sendable {
    var isUnderWay = false
    /// When the next may begin.
    var due = ContinuousClock.now
    var failure: String?
  }

  /// What the work is.
  let work: String
  private let found: Checkpoint?
  private let lease: SessionLease
  private let cell: Int
  private let queue = DispatchQueue(label: "checkpoints")
  private let writing = Mutex(Writing())

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

  /// Whether it is time for a state.
  var isDue: Bool { writing.withLock { !$0.isUnderWay && ContinuousClock.now >= $0.due } }

  /// Has a state written now.
  /// - Precondition: `isDue`.
  func keep(step: Int, _ state: @escaping @Sendable () -> [UInt8]) {
    writing.withLock { $0.isUnderWay = true }
    queue.async { self.write(step, state) }
  }

  private func write(_ step: Int, _ state: () -> [UInt8]) {
    let started = ContinuousClock.now
    var failure: String?
    do {
      try lease.keep(Checkpoint(step: step, work: work, state: state()), of: cell)
    } catch {
      failure = WorkspaceMessage.diagnostic(error).message
    }
    let ended = ContinuousClock.now
    let due = ended.advanced(by: started.duration(to: ended) * 9)
    let said = failure
    writing.withLock { $0 = Writing(isUnderWay: false, due: due, failure: said) }
  }

  /// Waits for the disk.
  /// - Returns: why a state could not be kept; nil where all could.
  func finish() -> String? {
    queue.sync {}
    return writing.withLock { $0.failure }
  }
}
