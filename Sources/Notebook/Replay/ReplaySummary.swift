/// What all inputs of a replay come to.
package struct ReplaySummary {
  private let inputs: Int
  private let differing: Int
  private let ties: Int
  private let unrecorded: Int

  package init(_ results: [Verification]) {
    inputs = results.count
    differing = results.count { $0.outcome == .differs }
    ties = results.count { $0.outcome == .tie }
    unrecorded = results.count { !$0.isRecorded }
  }

  /// - Parameter exactly: whether ties count as differences.
  package func isSame(exactly: Bool) -> Bool { differing == 0 && (ties == 0 || !exactly) }

  package var text: String {
    guard differing == 0 else { return "\(differing) of \(inputs) inputs differ" }
    guard ties == 0 else {
      return "a tie: two values closer than \(Verification.tieGap) fell the other way; "
        + "the metrics are as recorded"
    }
    return unrecorded == 0
      ? "verified: all \(inputs) inputs are as recorded"
      : "nothing differs, but of \(unrecorded) of \(inputs) inputs nothing is recorded"
  }
}
