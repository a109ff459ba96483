/// A setting of the reference that has no counterpart in the script, and why.
package struct Ignored: Sendable, Equatable {
  /// The flag (`--exp-name`) or the key of the configuration (`DATA_LOADER.NUM_WORKERS`).
  package var key: String
  /// Its value, as it was written.
  package var value: String
  /// Why it is left out, in a sentence without a full stop.
  package var reason: String

  package init(key: String, value: String, reason: String) {
    self.key = key
    self.value = value
    self.reason = reason
  }
}
