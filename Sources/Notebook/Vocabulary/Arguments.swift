import CommandLanguage

/// Values bound to the parameters of a command and of the method it names, in canonical form.
package struct Arguments: Sendable {
  /// Where a value was typed, to point at when only running shows that it does not do.
  private(set) var ranges: [String: SourceRange] = [:]
  private(set) var values: [String: Value] = [:]
  /// Names whose value the user gave; the others have their defaults.
  private(set) var given: Set<String> = []
  /// Options that are no parameters, where the entry takes any.
  private(set) var extra: [(name: String, value: Value)] = []

  mutating func set(_ name: String, _ value: Value, at range: SourceRange? = nil, given: Bool) {
    values[name] = value
    ranges[name] = range
    if given { self.given.insert(name) }
  }

  mutating func add(extra name: String, _ value: Value) { extra.append((name, value)) }

  /// Fills in a default that only running could tell; keeps what the user gave.
  mutating func resolve(_ name: String, _ value: Value) {
    if values[name] == nil { values[name] = value }
  }

  /// Takes a value out that another one now says.
  mutating func drop(_ name: String) {
    values[name] = nil
    given.remove(name)
  }

  /// Another spelling of the same value.
  mutating func replace(_ name: String, _ value: Value) { values[name] = value }

  subscript(name: String) -> Value? { values[name] }

  func isGiven(_ name: String) -> Bool { given.contains(name) }
  func integer(_ name: String) -> Int? { values[name]?.integer }
  func number(_ name: String) -> Double? { values[name]?.number }
  func flag(_ name: String) -> Bool { values[name]?.bool ?? false }
  func text(_ name: String) -> String? { values[name]?.plainText }

  /// `value`s of parameters that are not positional, as `name=value`, in the order of the table.
  func options(of parameters: [Parameter]) -> [(name: String, value: Value)] {
    parameters.filter { !$0.isPositional }.compactMap { parameter in
      values[parameter.name].map { (parameter.name, $0) }
    }
  }
}
