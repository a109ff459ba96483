/// A JSON value whose objects keep the order of their keys, so that results read as the contract
/// writes them. Foundation's encoders do not keep it.
package enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  package struct Member: Sendable, Hashable {
    package let key: String
    package let value: JSON
    package init(_ key: String, _ value: JSON) {
      self.key = key
      self.value = value
    }
  }

  /// One line of JSON text. What is not a number (NaN, infinity) is null.
  package var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .double(let value): value.isFinite ? String(value) : "null"
    case .string(let value): Self.quoted(value)
    case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
    case .object(let members):
      "{" + members.map { Self.quoted($0.key) + ":" + $0.value.text }.joined(separator: ",") + "}"
    }
  }

  /// The value of `key`; nil where this is no object or has no such key.
  package subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// The values of an array; nil for anything else.
  var elements: [JSON]? { if case .array(let values) = self { values } else { nil } }

  /// A number, whole or not; nil for anything else.
  var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..<"\u{20}", "\u{7f}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension JSON {
  static func optional(_ value: Double?) -> JSON { value.map(JSON.double) ?? .null }
  static func optional(_ value: Int?) -> JSON { value.map(JSON.int) ?? .null }
  static func optional(_ value: String?) -> JSON { value.map(JSON.string) ?? .null }
  static func ints(_ values: [Int]) -> JSON { .array(values.map(JSON.int)) }
  static func bools(_ values: [Bool]) -> JSON { .array(values.map(JSON.bool)) }
  static func doubles(_ values: [Double?]) -> JSON { .array(values.map(JSON.optional)) }
  static func matrix(_ rows: [[Int]]) -> JSON { .array(rows.map(JSON.ints)) }

  /// An object from pairs in order: `.record(("round", .int(1)), …)`.
  static func record(_ members: (String, JSON)...) -> JSON {
    .object(members.map { Member($0.0, $0.1) })
  }
}
