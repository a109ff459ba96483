import Datasets

/// What a session takes from outside: places and limits, nothing that changes results.
package struct Environment: Sendable {
  package var data: DataDirectories
  /// Bytes that a coverage graph may take.
  package var memory: Int
  /// Whether each command's time is said.
  package var timing: Bool

  package init(
    data: DataDirectories, memory: Int = Environment.defaultMemory, timing: Bool = false
  ) {
    self.data = data
    self.memory = memory
    self.timing = timing
  }
}
