import ActiveLearning
import CommandLanguage
import Foundation
import LinearAlgebra
import WorkspaceStore

/// One session at work: takes statements, runs them as cells, keeps all of it in the workspace.
///
/// The same way serves the prompt, scripts and replay. Its state is a value that changes only when
/// the cell that changed it is written.
package final class Session {
  package let workspace: Workspace
  package let lease: SessionLease
  package var environment: Environment
  private(set) var state = SessionState()
  /// Values that take the place of top-level assignments (`run -p name=value`).
  package var overrides: [String: Value] = [:]
  /// Whether the cell just written has ended its input.
  var hasEndedInput = false
  /// Loop variables in force, the innermost last.
  var loop: [SessionState.Variable] = []
  /// What of an input that goes on is done already; nil once it is caught up with.
  var skipping: Skipping?
  /// The cell that the next command takes up again where it was cut short.
  var cutShort: Int?
  /// The data sets used last, the newest first: a cell that is undone and done again finds its graph
  /// there. No more than two, since each may hold all of its arrays.
  private var handles: [DataHandle] = []

  /// Opens the session where it stands, without computing anything again.
  package init(workspace: Workspace, lease: SessionLease, environment: Environment) throws {
    self.workspace = workspace
    self.lease = lease
    self.environment = environment
    try restore()
  }

  /// The number of the next cell, as the prompt shows it.
  package var nextCell: Int { get throws { try lease.nextCell() } }

  /// What `$NAME` stands for, loop variables included.
  package var variables: [String: Value] {
    loop.reduce(into: skipping?.variables ?? state.environment) { $0[$1.name] = $1.value }
  }

  /// The state of the cell that the session stands at, read back from the workspace.
  func restore() throws {
    let records = try lease.lineage()
    var restored = SessionState()
    restored.seed = lease.seed
    let applied = try Restoration(lease: lease, records: records).effects()
    for effect in applied { restored.apply(effect, open: handle) }
    state = restored
  }

  /// The handle of a loaded data set; the same one for the same record.
  func handle(_ record: DataRecord) -> DataHandle {
    let known = handles.first { $0.record.isSame(as: record) }
    let handle =
      known
      ?? DataHandle(
        record: record, workspace: workspace, directories: environment.data,
        cache: environment.cache)
    keep(handle)
    return handle
  }

  /// Keeps what `load` has in memory already, unless the same was loaded before: that handle may
  /// have a graph.
  func adopt(_ handle: DataHandle) {
    let known = handles.first { $0.record.isSame(as: handle.record) && $0.isOpen }
    keep(known ?? handle)
  }

  private func keep(_ handle: DataHandle) {
    handles.removeAll { $0.record.isSame(as: handle.record) }
    handles.insert(handle, at: 0)
    handles.removeLast(max(0, handles.count - 2))
  }

  /// Applies what a cell did, once it is written.
  func commit(_ invocation: Invocation, seconds: Double) throws {
    guard case .byItself = invocation.headMove else { return try restore() }
    state.apply(
      AppliedEffect(
        cell: invocation.cell, command: invocation.bound.canonical, effect: invocation.effect,
        loop: loop,
        purchases: invocation.purchases.map { ($0.sample, $0.label) },
        verdict: invocation.verdict, metrics: invocation.metrics,
        filter: invocation.settings.filter, seconds: seconds),
      open: handle)
  }
}
