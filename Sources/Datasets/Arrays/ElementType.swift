/// How one element of an array is stored: a truth value, a whole number, a real one, or text.
package struct ElementType: Sendable, Equatable {
  /// What an element is. A `brain` float is the upper half of a 32-bit one, as torch's bfloat16;
  /// text is UTF-32, padded with zeros to the same length everywhere.
  package enum Kind: Sendable { case boolean, signed, unsigned, real, brain, text }

  /// What the elements are.
  package let kind: Kind
  /// Bytes per element: 1, 2, 4 or 8; four per character of text.
  package let size: Int
  /// Whether the most significant byte comes first.
  package let isBigEndian: Bool
  /// As NumPy writes it: "<f4", "|u1"; "bfloat16" for what NumPy does not have.
  package let descriptor: String

  /// Bytes as NumPy writes truth values.
  package static let boolean = ElementType(kind: .boolean, size: 1, descriptor: "|b1")
  /// Bytes as numbers from 0 to 255.
  package static let uint8 = ElementType(kind: .unsigned, size: 1, descriptor: "|u1")
  /// Bytes as numbers from -128 to 127.
  package static let int8 = ElementType(kind: .signed, size: 1, descriptor: "|i1")
  /// Little-endian 16-bit integers.
  package static let int16 = ElementType(kind: .signed, size: 2, descriptor: "<i2")
  /// Little-endian 32-bit integers.
  package static let int32 = ElementType(kind: .signed, size: 4, descriptor: "<i4")
  /// Little-endian 64-bit integers.
  package static let int64 = ElementType(kind: .signed, size: 8, descriptor: "<i8")
  /// Little-endian 16-bit floats.
  package static let float16 = ElementType(kind: .real, size: 2, descriptor: "<f2")
  /// Little-endian bfloat16.
  package static let bfloat16 = ElementType(kind: .brain, size: 2, descriptor: "bfloat16")
  /// Little-endian 32-bit floats.
  package static let float32 = ElementType(kind: .real, size: 4, descriptor: "<f4")
  /// Little-endian 64-bit floats.
  package static let float64 = ElementType(kind: .real, size: 8, descriptor: "<f8")

  private init(kind: Kind, size: Int, isBigEndian: Bool = false, descriptor: String) {
    self.kind = kind
    self.size = size
    self.isBigEndian = isBigEndian
    self.descriptor = descriptor
  }

  /// The type named by `descriptor`, or nil if it is none that holds plain numbers or text.
  init?(_ descriptor: String) {
    let letters = Array(descriptor.utf8)
    guard letters.count >= 3, let order = letters.first, "<>|=".utf8.contains(order),
      letters[2...].allSatisfy({ (0x30...0x39).contains($0) }),
      let count = Int(String(decoding: letters[2...], as: UTF8.self)),
      let kind = Self.kind(letters[1], count)
    else { return nil }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: 4)
    guard kind != .text || !overflow else { return nil }
    self.init(
      kind: kind, size: kind == .text ? bytes : count, isBigEndian: order == UInt8(ascii: ">"),
      descriptor: descriptor)
  }

  /// Text of `count` characters, the least significant byte first.
  static func text(_ count: Int) -> ElementType {
    ElementType(kind: .text, size: 4 * count, descriptor: "<U\(count)")
  }

  /// Whether every value is a whole number or a truth value.
  package var isWhole: Bool { kind == .boolean || kind == .signed || kind == .unsigned }

  /// What the elements are, for an error.
  var noun: String {
    switch kind {
    case .boolean: "truth values ('\(descriptor)')"
    case .signed, .unsigned: "whole numbers ('\(descriptor)')"
    case .real, .brain: "real numbers ('\(descriptor)')"
    case .text: "text ('\(descriptor)')"
    }
  }

  private static func kind(_ letter: UInt8, _ size: Int) -> Kind? {
    switch letter {
    case UInt8(ascii: "b"): size == 1 ? .boolean : nil
    case UInt8(ascii: "i"): [1, 2, 4, 8].contains(size) ? .signed : nil
    case UInt8(ascii: "u"): [1, 2, 4, 8].contains(size) ? .unsigned : nil
    case UInt8(ascii: "f"): [2, 4, 8].contains(size) ? .real : nil
    case UInt8(ascii: "U"): .text
    default: nil
    }
  }
}
