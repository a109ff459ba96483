/// An option of a data set has a value that it cannot have, or lacks one.
package struct OptionError: Error, Sendable, Equatable {
  /// As the user types it.
  package let option: String
  /// As given; nil where it is missing.
  package let value: String?
  /// What it may be, as a noun phrase.
  package let allowed: String

  package init(option: String, value: String?, allowed: String) {
    self.option = option
    self.value = value
    self.allowed = allowed
  }
}
