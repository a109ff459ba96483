import LinearAlgebra

/// Damages bytes in the ways in which files are damaged, and in some in which they are forged.
struct Damage {
  var random: RandomSource
  /// Of the same format, to take pieces from.
  let other: [UInt8]

  private static let numbers: [UInt64] = [
    0, 1, 2, 3, 4, 8, 16, 127, 128, 255, 256, 1000, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fff_ffff,
    0x8000_0000, 0xffff_fffe, 0xffff_ffff, 0x1_0000_0000, 0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000, 0xffff_ffff_ffff_fff0, 0xffff_ffff_ffff_ffff,
  ]

  private static let texts = [
    "0", "-1", "1", "2", "3", "9", "10", "255", "256", "65536", "2147483648", "4294967296",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808",
    "99999999999999999999999999", "1e308", "1e999", "nan", "inf", "-0", "0.5", "", " ", "(", "[",
    "'", "\n", "\r\n", "\t", ",", "é", "\u{0}",
  ]

  /// One to four changes, mostly one.
  mutating func apply(to bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    let changes = random.integer(below: 5) < 3 ? 1 : 2 + random.integer(below: 3)
    for _ in 0..<changes { change(&bytes) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else {
      bytes = piece(of: other)
      return
    }
    switch random.integer(below: 14) {
    case 0, 1: flipBits(&bytes)
    case 2, 3: for _ in 0...random.integer(below: 4) { bytes[place(in: bytes)] = byte() }
    case 4: bytes.removeLast(1 + random.integer(below: bytes.count))
    case 5: bytes.removeSubrange(range(in: bytes))
    case 6: bytes.insert(contentsOf: piece(of: bytes), at: place(in: bytes))
    case 7: bytes.insert(contentsOf: piece(of: other), at: place(in: bytes))
    case 8: overwrite(&bytes, with: piece(of: random.integer(below: 2) == 0 ? bytes : other))
    case 9, 10: overwrite(&bytes, with: number(bytes.count))
    case 11, 12: replaceText(&bytes)
    default:
      let value: UInt8 = random.integer(below: 2) == 0 ? 0 : 0xff
      for i in range(in: bytes) { bytes[i] = value }
    }
  }

  private mutating func flipBits(_ bytes: inout [UInt8]) {
    for _ in 0...random.integer(below: 8) {
      bytes[place(in: bytes)] ^= 1 << UInt8(random.integer(below: 8))
    }
  }

  private mutating func byte() -> UInt8 { UInt8(random.integer(below: 256)) }

  /// Often near the beginning or the end: that is where headers and directories are.
  private mutating func place(in bytes: [UInt8]) -> Int {
    let near = min(bytes.count, 200)
    switch random.integer(below: 5) {
    case 0, 1: return random.integer(below: near)
    case 2: return bytes.count - 1 - random.integer(below: near)
    default: return random.integer(below: bytes.count)
    }
  }

  private mutating func range(in bytes: [UInt8]) -> Range<Int> {
    let start = place(in: bytes)
    let longest = min(bytes.count - start, 1 << random.integer(below: 12))
    return start..<start + 1 + random.integer(below: longest)
  }

  private mutating func piece(of bytes: [UInt8]) -> [UInt8] {
    bytes.isEmpty ? [byte()] : Array(bytes[range(in: bytes)])
  }

  private mutating func overwrite(_ bytes: inout [UInt8], with piece: [UInt8]) {
    let start = place(in: bytes)
    for (i, byte) in piece.prefix(bytes.count - start).enumerated() { bytes[start + i] = byte }
  }

  /// A length or count as formats write them, in one to eight bytes of either order.
  private mutating func number(_ count: Int) -> [UInt8] {
    let own = [count, count - 1, count + 1, count / 2, -1 - random.integer(below: 300)]
      .map { UInt64(truncatingIfNeeded: $0) }
    let values = Self.numbers + own
    let value = values[random.integer(below: values.count)]
    let width = 1 << random.integer(below: 4)
    let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    return random.integer(below: 2) == 0 ? bytes : bytes.reversed()
  }

  /// Puts another text in place of a number, or anywhere.
  private mutating func replaceText(_ bytes: inout [UInt8]) {
    let start = place(in: bytes)
    let isDigit = { (byte: UInt8) in byte >= 0x30 && byte <= 0x39 }
    let first = bytes[start...].prefix(400).firstIndex(where: isDigit) ?? start
    let end = bytes[first...].prefix(20).firstIndex { !isDigit($0) } ?? first
    let text = Array(Self.texts[random.integer(below: Self.texts.count)].utf8)
    bytes.replaceSubrange(first..<max(first, end), with: text)
  }
}
