/// Tells whoever waits how far a long loop is. Libraries report; only the terminal shows.
///
/// The meter in force is task-local: `ProgressMeter.$current.withValue(meter) { … }`. Take it once,
/// on the thread that starts the loop, before handing work to other threads.
package struct ProgressMeter: Sendable {
  @TaskLocal package static var current = ProgressMeter { _, _, _ in }

  private let sink: @Sendable (_ work: String, _ done: Int, _ total: Int) -> Void

  /// - Parameter sink: called from any thread, often; it must be quick.
  package init(_ sink: @escaping @Sendable (_ work: String, _ done: Int, _ total: Int) -> Void) {
    self.sink = sink
  }

  /// Says that `done` of `total` steps of `work` ("coverage graph", "epochs") are over.
  /// - Parameter work: behind a colon stands what may change from report to report: "training: loss 2.1".
  package func report(_ work: String, _ done: Int, of total: Int) { sink(work, done, total) }
}
