import Datasets
import LinearAlgebra

/// SHA-256 digests of decisions and data, as sessions record them: hashes of indices and labels,
/// never of floats that two machines may round differently.
package enum Digest {
  /// The 64 hexadecimal digits of the SHA-256 of `bytes`.
  package static func sha256(_ bytes: some Sequence<UInt8>) -> String {
    var sha = SHA256()
    Array(bytes).withUnsafeBytes { sha.update($0) }
    return sha.hexadecimal
  }

  /// Of the integers as little-endian int64.
  package static func sha256(ints: [Int]) -> String { sha256(bytes(ints: ints)) }

  /// Of the rows of both parts as little-endian Float32, train before test.
  static func sha256(rows train: Matrix, _ test: Matrix?) -> String {
    var sha = SHA256()
    for values in [train.elements, test?.elements ?? []] {
      for start in stride(from: 0, to: values.count, by: 1 << 18) {
        let piece = values[start..<min(start + 1 << 18, values.count)]
        guard 1.littleEndian == 1 else {
          bytes(floats: Array(piece)).withUnsafeBytes { sha.update($0) }
          continue
        }
        piece.withUnsafeBytes { sha.update($0) }
      }
    }
    return sha.hexadecimal
  }

  /// Little-endian int64, eight bytes each.
  static func bytes(ints: [Int]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(ints.count * 8)
    for value in ints {
      withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// The inverse of `bytes(ints:)`; nil where the length is no multiple of eight.
  static func ints(bytes: [UInt8]) -> [Int]? {
    guard bytes.count.isMultiple(of: 8) else { return nil }
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 8).map {
        Int(Int64(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self)))
      }
    }
  }

  /// Little-endian Float32, four bytes each.
  static func bytes(floats: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(floats.count * 4)
    for value in floats {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  static func floats(bytes: [UInt8]) -> [Float]? {
    guard bytes.count.isMultiple(of: 4) else { return nil }
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map {
        Float(
          bitPattern: UInt32(
            littleEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)))
      }
    }
  }
}
