import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Bytes of files as they should be, or not, for the readers to judge.
enum Build {
  /// An npy file. `shape` is Python text, so that nonsense can be written, too.
  static func npy(
    _ descriptor: String, _ shape: String, _ data: [UInt8], fortran: Bool = false,
    version: UInt8 = 1
  ) -> [UInt8] {
    npy(
      header: "{'descr': '\(descriptor)', 'fortran_order': \(fortran ? "True" : "False"), "
        + "'shape': \(shape), }\n", data, version: version)
  }

  static func npy(header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let length = header.utf8.count
    let bytes = [UInt8(length & 0xff), UInt8(length >> 8)] + (version == 1 ? [] : [0, 0])
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + bytes + Array(header.utf8) + data
  }

  static func bytes<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
  }

  static func bytes(_ values: [Float]) -> [UInt8] { bytes(values.map(\.bitPattern)) }

  static func bytes(_ values: [Double]) -> [UInt8] { bytes(values.map(\.bitPattern)) }

  /// A member of an archive and what the archive says about it.
  struct Member {
    var name: String
    var data: [UInt8]
    var method: UInt16 = 0
    var size: UInt32?
    var checksum: UInt32?
    var usesZip64 = false
  }

  /// The checksum of zip, bit by bit.
  static func crc32(_ data: [UInt8]) -> UInt32 {
    ~data.reduce(UInt32.max) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { rest, _ in
        rest & 1 == 1 ? rest >> 1 ^ 0xedb8_8320 : rest >> 1
      }
    }
  }

  /// A zip archive; the members' bytes go in as they are, packed or not.
  static func zip(_ members: [Member], comment: String = "") -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for member in members {
      let offset = UInt32(file.count)
      let crc = member.checksum ?? crc32(member.data)
      let packed = UInt32(member.data.count)
      let size = member.size ?? packed
      let name = Array(member.name.utf8)
      let wide = bytes([UInt16(1), 24]) + bytes([UInt64(size), UInt64(packed), UInt64(offset)])
      let extra = member.usesZip64 ? wide : []
      file += bytes([UInt32(0x0403_4b50)]) + bytes([UInt16(45), 0, member.method, 0, 0])
      file += bytes([crc, UInt32.max, UInt32.max]) + bytes([UInt16(name.count), 20]) + name
      file += bytes([UInt16(1), 16]) + bytes([UInt64(size), UInt64(packed)]) + member.data
      let marks = member.usesZip64 ? [UInt32.max, .max] : [packed, size]
      directory += bytes([UInt32(0x0201_4b50)]) + bytes([UInt16(45), 45, 0, member.method, 0, 0])
      directory += bytes([crc]) + bytes(marks)
      directory += bytes([UInt16(name.count), UInt16(extra.count), 0, 0, 0]) + bytes([UInt32(0)])
      directory += bytes([member.usesZip64 ? UInt32.max : offset]) + name + extra
    }
    let ends = bytes([UInt16(0), 0, UInt16(members.count), UInt16(members.count)])
    return file + directory + bytes([UInt32(0x0605_4b50)]) + ends
      + bytes([UInt32(directory.count), UInt32(file.count)])
      + bytes([UInt16(comment.utf8.count)]) + Array(comment.utf8)
  }

  /// An IDX file of bytes.
  static func idx(_ shape: [UInt32], _ data: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(shape.count)] + shape.flatMap { bytes([$0.bigEndian]) } + data
  }
}

extension URL {
  /// Writes `bytes` to a file in this folder and gives its path.
  func write(_ bytes: [UInt8], as name: String) throws -> String {
    let file = appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path(percentEncoded: false)
  }

  func write(_ text: String, as name: String) throws -> String {
    try write(Array(text.utf8), as: name)
  }
}

/// The `FileError` that `body` throws; anything else is a failure.
func fileError(
  _ location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> FileError? {
  do {
    try body()
    Issue.record("no error", sourceLocation: location)
  } catch let error as FileError {
    return error
  } catch {
    Issue.record("another error: \(error)", sourceLocation: location)
  }
  return nil
}

/// Damages bytes in one of the ways in which files are damaged.
func damaged(_ bytes: [UInt8], using source: inout RandomSource) -> [UInt8] {
  var bytes = bytes
  switch source.integer(below: 4) {
  case 0: bytes.removeLast(source.integer(below: bytes.count))
  case 1: bytes.insert(UInt8(source.integer(below: 256)), at: source.integer(below: bytes.count))
  case 2: bytes.remove(at: source.integer(below: bytes.count))
  default:
    for _ in 0...source.integer(below: 3) {
      bytes[source.integer(below: bytes.count)] = UInt8(source.integer(below: 256))
    }
  }
  return bytes
}
