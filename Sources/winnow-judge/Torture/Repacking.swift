import LinearAlgebra

/// Puts damaged contents back into files whose checksums fit.
enum Repacking {
  /// One in five files is damaged as it is, whatever its packing.
  static func damaged(_ bytes: [UInt8], _ packing: Seed.Packing, _ damage: inout Damage) -> [UInt8]
  {
    let isInside = damage.random.integer(below: 5) > 0
    switch packing {
    case .zip where isInside: return zip(bytes, &damage) ?? damage.apply(to: bytes)
    case .png where isInside: return png(damage.apply(to: bytes))
    case .gzip, .matlab:
      return isInside
        ? packed(damage.apply(to: bytes), packing) : damage.apply(to: packed(bytes, packing))
    default: return damage.apply(to: bytes)
    }
  }

  /// As the file is written where its contents are `bytes`.
  static func packed(_ bytes: [UInt8], _ packing: Seed.Packing) -> [UInt8] {
    switch packing {
    case .gzip: gzip(bytes)
    case .matlab: matlab(bytes)
    case .none, .zip, .png: bytes
    }
  }

  /// Puts each element behind the header of 128 bytes into a packed one; what is no whole element is
  /// one together with all that follows.
  private static func matlab(_ bytes: [UInt8]) -> [UInt8] {
    var result = Array(bytes.prefix(128))
    var rest = bytes.dropFirst(128)
    while !rest.isEmpty {
      let size = rest.dropFirst(4).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
      let element = size <= rest.count - 8 ? rest.prefix(8 + size) : rest
      let data = zlib(Array(element))
      result += little(UInt32(15)) + little(UInt32(data.count)) + data
      rest = rest.dropFirst(element.count)
    }
    return result
  }

  private static func zlib(_ data: [UInt8]) -> [UInt8] {
    var (low, high) = (UInt32(1), UInt32(0))
    for byte in data {
      low = (low + UInt32(byte)) % 65521
      high = (high + low) % 65521
    }
    return [0x78, 0x01] + stored(data) + little((high << 16 | low).bigEndian)
  }

  private static func gzip(_ data: [UInt8]) -> [UInt8] {
    [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + stored(data) + little(crc32(data[...]))
      + little(UInt32(truncatingIfNeeded: data.count))
  }

  /// A deflate stream that holds bytes as they are.
  private static func stored(_ data: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for start in stride(from: 0, to: max(data.count, 1), by: 0xffff) {
      let piece = data[start..<min(start + 0xffff, data.count)]
      result.append(start + piece.count == data.count ? 1 : 0)
      result += little(UInt16(piece.count)) + little(~UInt16(piece.count)) + piece
    }
    return result
  }

  /// Gives every chunk the checksum that it has to have, as far as there are whole chunks.
  private static func png(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    var start = 8
    while start + 12 <= bytes.count {
      let length = bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - start - 12 else { break }
      let sum = little(crc32(bytes[start + 4..<start + 8 + length])).reversed()
      bytes.replaceSubrange(start + 8 + length..<start + 12 + length, with: sum)
      start += 12 + length
    }
    return bytes
  }

  private struct Member {
    let name: [UInt8]
    var data: [UInt8]
    var checksum: UInt32
    let size: UInt32
    let method: UInt16
  }

  /// The archive with one of its stored members damaged; nil where it is none that is understood.
  private static func zip(_ bytes: [UInt8], _ damage: inout Damage) -> [UInt8]? {
    guard var members = members(bytes) else { return nil }
    let stored = members.indices.filter { members[$0].method == 0 && !members[$0].data.isEmpty }
    guard !stored.isEmpty else { return nil }
    // What is interesting in torch files is the pickle.
    let pickles = stored.filter { members[$0].name.suffix(4).elementsEqual(".pkl".utf8) }
    let pool = damage.random.integer(below: 3) > 0 && !pickles.isEmpty ? pickles : stored
    let chosen = pool[damage.random.integer(below: pool.count)]
    members[chosen].data = damage.apply(to: members[chosen].data)
    members[chosen].checksum = crc32(members[chosen].data[...])
    return archive(members)
  }

  private static func archive(_ members: [Member]) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      let offset = UInt32(file.count)
      let packed = UInt32(member.data.count)
      let size = member.method == 0 ? packed : member.size
      let facts =
        little(member.checksum) + little(packed) + little(size)
        + little(UInt16(member.name.count)) + little(UInt16(0))
      let kind = little(member.method) + [0, 0, 0, 0]
      file +=
        little(UInt32(0x0403_4b50)) + [20, 0, 0, 0] + kind + facts + member.name + member.data
      directory += little(UInt32(0x0201_4b50)) + [20, 0, 20, 0, 0, 0] + kind + facts
      directory += [UInt8](repeating: 0, count: 10) + little(offset) + member.name
    }
    let count = little(UInt16(members.count))
    return file + directory + little(UInt32(0x0605_4b50)) + [0, 0, 0, 0] + count + count
      + little(UInt32(directory.count)) + little(UInt32(file.count)) + [0, 0]
  }

  /// The members of a sound archive without comment and without the extensions for large files.
  private static func members(_ bytes: [UInt8]) -> [Member]? {
    func number(_ start: Int, _ width: Int) -> Int {
      bytes[start..<start + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    let end = bytes.count - 22
    guard end >= 0, number(end, 4) == 0x0605_4b50 else { return nil }
    var place = number(end + 16, 4)
    var members: [Member] = []
    for _ in 0..<number(end + 10, 2) {
      guard place + 46 <= end, number(place, 4) == 0x0201_4b50 else { return nil }
      let name = number(place + 28, 2)
      let local = number(place + 42, 4)
      guard local + 30 <= bytes.count else { return nil }
      let start = local + 30 + number(local + 26, 2) + number(local + 28, 2)
      let packed = number(place + 20, 4)
      guard start + packed <= bytes.count, place + 46 + name <= bytes.count else { return nil }
      members.append(
        Member(
          name: Array(bytes[place + 46..<place + 46 + name]),
          data: Array(bytes[start..<start + packed]),
          checksum: UInt32(number(place + 16, 4)), size: UInt32(number(place + 24, 4)),
          method: UInt16(number(place + 10, 2))))
      place += 46 + name + number(place + 30, 2) + number(place + 32, 2)
    }
    return members.isEmpty ? nil : members
  }

  private static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  /// The checksum of gzip, zip and PNG.
  static func crc32(_ data: ArraySlice<UInt8>) -> UInt32 {
    var rest = UInt32.max
    for byte in data { rest = rest >> 8 ^ table[Int(UInt8(truncatingIfNeeded: rest) ^ byte)] }
    return ~rest
  }

  private static let table = (0..<256).map { (index: Int) -> UInt32 in
    var rest = UInt32(index)
    for _ in 0..<8 { rest = rest & 1 == 1 ? rest >> 1 ^ 0xedb8_8320 : rest >> 1 }
    return rest
  }
}
