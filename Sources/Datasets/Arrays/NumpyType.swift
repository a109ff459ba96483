/// How one element of a NumPy array is stored: a truth value, a whole number or a real one.
package struct NumpyType: Sendable, Equatable {
  /// What an element is.
  package enum Kind: Sendable { case boolean, signed, unsigned, real }

  /// What the elements are.
  package let kind: Kind
  /// Bytes per element: 1, 2, 4 or 8.
  package let size: Int
  /// Whether the most significant byte comes first.
  package let isBigEndian: Bool
  /// As NumPy writes it: "<f4", "|u1".
  package let descriptor: String

  /// Little-endian 32-bit floats.
  package static let float32 = NumpyType(
    kind: .real, size: 4, isBigEndian: false, descriptor: "<f4")
  /// Little-endian 64-bit integers.
  package static let int64 = NumpyType(
    kind: .signed, size: 8, isBigEndian: false, descriptor: "<i8")

  private init(kind: Kind, size: Int, isBigEndian: Bool, descriptor: String) {
    self.kind = kind
    self.size = size
    self.isBigEndian = isBigEndian
    self.descriptor = descriptor
  }

  /// The type named by `descriptor`, or nil if it is none that holds plain numbers.
  init?(_ descriptor: String) {
    let letters = Array(descriptor.utf8)
    guard letters.count == 3, let order = letters.first, "<>|=".utf8.contains(order),
      let size = Int(String(decoding: letters[2...], as: UTF8.self)),
      let kind = NumpyType.kind(letters[1], size)
    else { return nil }
    self.init(
      kind: kind, size: size, isBigEndian: order == UInt8(ascii: ">"), descriptor: descriptor)
  }

  /// Whether every value is a whole number.
  package var isWhole: Bool { kind != .real }

  private static func kind(_ letter: UInt8, _ size: Int) -> Kind? {
    switch letter {
    case UInt8(ascii: "b"): size == 1 ? .boolean : nil
    case UInt8(ascii: "i"): [1, 2, 4, 8].contains(size) ? .signed : nil
    case UInt8(ascii: "u"): [1, 2, 4, 8].contains(size) ? .unsigned : nil
    case UInt8(ascii: "f"): [2, 4, 8].contains(size) ? .real : nil
    default: nil
    }
  }
}
