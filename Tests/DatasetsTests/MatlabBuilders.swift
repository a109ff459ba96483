/// MATLAB files of level 5, as they should be or not.
struct MatlabBuilder {
  var isBigEndian = false

  func word(_ value: UInt32) -> [UInt8] {
    Build.bytes([isBigEndian ? value.byteSwapped : value])
  }

  /// Text, version and byte order.
  var header: [UInt8] {
    Array(repeating: 0x20, count: 124) + (isBigEndian ? [1, 0, 0x4d, 0x49] : [0, 1, 0x49, 0x4d])
  }

  /// An element with its tag and padding.
  func element(_ type: UInt32, _ data: [UInt8], promising count: Int? = nil) -> [UInt8] {
    let padding = [UInt8](repeating: 0, count: (8 - data.count % 8) % 8)
    return word(type) + word(UInt32(count ?? data.count)) + data + padding
  }

  /// An element of four bytes or fewer inside its tag.
  func small(_ type: UInt32, _ data: [UInt8]) -> [UInt8] {
    word(UInt32(data.count) << 16 | type) + data + Array(repeating: 0, count: 4 - data.count)
  }

  /// An array; `data` is the whole element with the numbers.
  func array(
    _ name: String, classNumber: UInt32, flags: UInt32 = 0, _ sizes: [Int32], _ data: [UInt8],
    promising count: Int? = nil
  ) -> [UInt8] {
    let parts =
      element(6, word(classNumber | flags << 8) + word(0))
      + element(5, sizes.flatMap { word(UInt32(bitPattern: $0)) })
      + (name.utf8.count <= 4 ? small(1, Array(name.utf8)) : element(1, Array(name.utf8))) + data
    return element(14, parts, promising: count)
  }

  /// An element packed as zlib does it, if only into stored blocks.
  func packed(_ bytes: [UInt8], damagedChecksum: Bool = false) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: max(1, bytes.count), by: 65_535) {
      let block = bytes[start..<min(start + 65_535, bytes.count)]
      let length = UInt16(block.count)
      let isLast = start + 65_535 >= bytes.count
      stream += [isLast ? 1 : 0] + Build.bytes([length, ~length]) + block
    }
    let checksum = Self.adler32(bytes) ^ (damagedChecksum ? 1 : 0)
    stream += Build.bytes([checksum.byteSwapped])
    // Packed elements have no padding.
    return word(15) + word(UInt32(stream.count)) + stream
  }

  /// The checksum of zlib.
  private static func adler32(_ bytes: [UInt8]) -> UInt32 {
    var sums: (low: UInt32, high: UInt32) = (1, 0)
    for byte in bytes {
      sums.low = (sums.low + UInt32(byte)) % 65_521
      sums.high = (sums.high + sums.low) % 65_521
    }
    return sums.high << 16 | sums.low
  }
}
