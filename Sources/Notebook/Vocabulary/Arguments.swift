import CommandLanguage

/// Values bound to the parameters of a command and of the method it names, in canonical form.
package struct Arguments: Sendable {
  /// Values as they were typed, to point at when only running shows that one does not do.
  private var typed: [String: Given] = [:]
  private(set) var values: [String: Value] = [:]
  /// Names whose value the user gave; the others have their defaults.
  private(set) var given: Set<String> = []
  /// Options that are no parameters, where the entry takes any.
  private(set) var extra: [(name: String, value: Value)] = []

  /// Where values were typed.
  var ranges: [String: SourceRange] { typed.mapValues(\.range) }

  /// The elements of a list, or the one value, with their places.
  func elements(_ name: String) -> [Given] {
    guard let value = values[name] else { return [] }
    let places = typed[name]?.elements.map(\.range) ?? []
    let found = value.list ?? [value]
    let whole = typed[name]?.range ?? SourceRange(0, 0)
    return found.indices.map { index in
      Given(value: found[index], range: places.count == found.count ? places[index] : whole)
    }
  }

  /// - Parameter value: what `source` is in canonical form.
  mutating func set(_ name: String, _ value: Value, from source: Given) {
    values[name] = value
    typed[name] = source
    given.insert(name)
  }

  /// A value that comes with an alias, as if the user had given it.
  mutating func preset(_ name: String, _ value: Value) {
    values[name] = value
    given.insert(name)
  }

  /// The same with the places of `others`, where those have one.
  mutating func point(as others: Arguments) {
    typed.merge(others.typed) { _, other in other }
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
