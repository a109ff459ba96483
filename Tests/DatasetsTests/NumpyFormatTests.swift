import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// npy files that no NumPy wrote, and what may not be in one.
struct NumpyFormatTests {
  @Test func `Fortran order gives the same numbers as C order, for every small shape`() throws {
    try withMemoryFolder { folder in
      for shape in [[0], [3], [2, 3], [3, 1], [0, 2], [2, 3, 4], [1, 2, 1, 3], [3, 2, 2, 2]] {
        let count = shape.reduce(1, *)
        var transposed = [Int64](repeating: -1, count: count)
        for place in 0..<count { transposed[fortranPlace(of: place, in: shape)] = Int64(place) }
        let sizes = shape.map { "\($0)," }.joined(separator: " ")
        let path = try folder.write(
          Build.npy("<i8", "(\(sizes))", Build.bytes(transposed), fortran: true), as: "a.npy")
        #expect(try StoredArray(path).integers() == Array(0..<count), "shape \(shape)")
      }
    }
  }

  /// Where in Fortran order the element stands that is at `place` in C order.
  private func fortranPlace(of place: Int, in shape: [Int]) -> Int {
    var (rest, index) = (place, [Int]())
    for size in shape.reversed() {
      index.insert(rest % size, at: 0)
      rest /= size
    }
    return zip(index, shape).reversed().reduce(0) { $0 * $1.1 + $1.0 }
  }

  @Test func `a matrix larger than one piece is the same in both orders and all widths`() throws {
    let (rows, columns) = (1501, 257)
    let values = (0..<rows * columns).map { Float($0 % 2039) }
    var transposed = [Float]()
    for column in 0..<columns {
      for row in 0..<rows { transposed.append(values[row * columns + column]) }
    }
    try withMemoryFolder { folder in
      let shape = "(\(rows), \(columns))"
      let files = [
        Build.npy("<f4", shape, Build.bytes(values)),
        Build.npy("<f4", shape, Build.bytes(transposed), fortran: true),
        Build.npy("<f8", shape, Build.bytes(values.map { Double($0) }), version: 2),
        Build.npy("<f2", shape, Build.bytes(values.map { Float16($0).bitPattern })),
        Build.npy(">u4", shape, Build.bytes(values.map { UInt32($0).bigEndian })),
      ]
      for file in files {
        let matrix = try StoredArray(folder.write(file, as: "a.npy")).matrix()
        #expect(matrix == Matrix(rows: rows, columns: columns, elements: values))
      }
    }
  }

  @Test func `the extremes of every width survive`() throws {
    try withMemoryFolder { folder in
      let cases: [(String, [UInt8], [Int])] = [
        ("|i1", Build.bytes([Int8.min, .max]), [-128, 127]),
        ("|u1", Build.bytes([UInt8.min, .max]), [0, 255]),
        (">i2", Build.bytes([Int16.min.bigEndian, Int16.max.bigEndian]), [-32768, 32767]),
        ("<u2", Build.bytes([UInt16.min, .max]), [0, 65535]),
        (">i4", Build.bytes([Int32.min.bigEndian, Int32.max.bigEndian]), [-1 << 31, 1 << 31 - 1]),
        ("<u4", Build.bytes([UInt32.min, .max]), [0, 1 << 32 - 1]),
        (">i8", Build.bytes([Int64.min.bigEndian, Int64.max.bigEndian]), [.min, .max]),
        ("<u8", Build.bytes([UInt64.min, UInt64(Int.max)]), [0, .max]),
        (">u8", Build.bytes([UInt64(7).bigEndian, UInt64(8).bigEndian]), [7, 8]),
        ("|b1", [0, 2], [0, 1]),
      ]
      for (descriptor, data, expected) in cases {
        let path = try folder.write(Build.npy(descriptor, "(2,)", data), as: "a.npy")
        #expect(try StoredArray(path).integers() == expected, "\(descriptor)")
      }
      let path = try folder.write(
        Build.npy("<u8", "(2,)", Build.bytes([1, UInt64.max])), as: "a.npy")
      #expect(fileError { _ = try StoredArray(path).integers() }?.place == .element(1))
      #expect(try StoredArray(path).doubles() == [1, 0x1p64])
    }
  }

  @Test func `long integers and lists of Python 2 are understood in a header`() throws {
    try withMemoryFolder { folder in
      let header = "{\"shape\":(2L, 1L),\"descr\":'<i2','fortran_order':False}   \n"
      let path = try folder.write(
        Build.npy(header: header, Build.bytes([Int16(5), 6])), as: "a.npy")
      #expect(try StoredArray(path).integers() == [5, 6])
      #expect(try StoredArray(path).shape == [2, 1])
    }
  }

  @Test(arguments: [
    "", "{}", "{'descr': '<f4'}", "('<f4', False, (1,))",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': 1}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}",
    "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} and more",
    "{'descr': '<f4\\x00', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<i3', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<U', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<S4', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<U4611686018427387904', 'fortran_order': False, 'shape': (1,)}",
    "{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,)}",
    "((((((((((((((((((((((((((((((1", "__import__('os').system('true')",
  ])
  func `a header that says anything else is refused`(header: String) throws {
    try withMemoryFolder { folder in
      let path = try folder.write(Build.npy(header: header, [0, 0, 0, 0]), as: "a.npy")
      let error = fileError { _ = try StoredArray(path) }
      #expect(error?.kind == .format)
      #expect(error?.path == path)
    }
  }

  @Test func `text is read as text, in both byte orders and in Fortran order`() throws {
    let characters: [UInt32] = [0x61, 0, 0x1f40d, 0xe9, 0, 0x62]
    try withMemoryFolder { folder in
      let little = try folder.write(
        Build.npy("<U2", "(3,)", Build.bytes(characters)), as: "a.npy")
      #expect(try StoredArray(little).strings() == ["a", "🐍é", "\0b"])
      let big = try folder.write(
        Build.npy(">U2", "(3,)", Build.bytes(characters.map(\.bigEndian))), as: "b.npy")
      #expect(try StoredArray(big).strings() == ["a", "🐍é", "\0b"])
      let grid = try folder.write(
        Build.npy("<U1", "(2, 2)", Build.bytes([UInt32(0x61), 0x63, 0x62, 0x64]), fortran: true),
        as: "c.npy")
      #expect(try StoredArray(grid).strings() == ["a", "b", "c", "d"])
    }
  }

  @Test func `text is no number, numbers are no text, and not every number is a character`() throws
  {
    try withMemoryFolder { folder in
      let text = try StoredArray(
        folder.write(Build.npy("<U1", "(1,)", Build.bytes([UInt32(0x31)])), as: "a.npy"))
      #expect(fileError { _ = try text.integers() }?.found == "text ('<U1')")
      #expect(fileError { _ = try text.floats() }?.found == "text ('<U1')")
      let number = try StoredArray(folder.write(Build.npy("|u1", "(1,)", [7]), as: "b.npy"))
      #expect(fileError { _ = try number.strings() }?.found == "whole numbers ('|u1')")
      let surrogate = try folder.write(
        Build.npy("<U1", "(2,)", Build.bytes([UInt32(0x61), 0xd800])), as: "c.npy")
      #expect(fileError { _ = try StoredArray(surrogate).strings() }?.place == .element(1))
    }
  }

  @Test func `text of no characters may not claim more elements than any file has`() throws {
    try withMemoryFolder { folder in
      let few = try folder.write(Build.npy("<U0", "(3,)", []), as: "a.npy")
      #expect(try StoredArray(few).strings() == ["", "", ""])
      let many = try folder.write(Build.npy("<U0", "(4611686018427387904,)", []), as: "b.npy")
      #expect(fileError { _ = try StoredArray(many) }?.kind == .tooLarge)
    }
  }

  @Test(arguments: ["(4, 2)", "(3,)", "(5, 1)", "()", "(4611686018427387904, 4)", "(0, 3)"])
  func `data of another length than the header says are refused`(shape: String) throws {
    try withMemoryFolder { folder in
      let data = Build.bytes([Float](repeating: 1, count: 4))
      let path = try folder.write(Build.npy("<f4", shape, data), as: "a.npy")
      #expect(fileError { _ = try StoredArray(path) }?.kind == .format)
    }
  }

  @Test func `an array without elements keeps its shape`() throws {
    try withMemoryFolder { folder in
      for (shape, rows, columns) in [
        ("(0, 1000000)", 0, 1_000_000), ("(1000000, 0)", 1_000_000, 0),
      ] {
        let matrix = try StoredArray(folder.write(Build.npy("<f4", shape, []), as: "a.npy"))
          .matrix()
        #expect(matrix.rows == rows && matrix.columns == columns)
      }
      let huge = try folder.write(Build.npy("<f4", "(0, 4611686018427387904)", []), as: "b.npy")
      #expect(fileError { _ = try StoredArray(huge) }?.found == "0 × 4611686018427387904")
    }
  }

  @Test func `an array larger than the memory is refused before anything is allocated`() throws {
    try withMemoryFolder { folder in
      let head = Build.npy("<f4", "(\(1 << 40),)", [])
      let path = try folder.write(head, as: "a.npy")
      let file = try FileHandle(forUpdating: URL(filePath: path))
      try file.truncate(atOffset: UInt64(head.count + 4 << 40))
      try file.close()
      #expect(fileError { _ = try StoredArray(path).floats() }?.kind == .tooLarge)
    }
  }

  @Test(arguments: ["c_le_f4.npy", "fortran_f2.npy", "v3_f4.npy", "scalar.npy", "bool.npy"])
  func `a file cut at any byte is an error`(name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Fixtures.url("npy-ref/\(name)")))
    try withMemoryFolder { folder in
      for length in bytes.indices {
        let path = try folder.write(Array(bytes[..<length]), as: "a.npy")
        let error = fileError { _ = try StoredArray(path).doubles() }
        #expect(error?.kind == .format, "\(length) bytes")
      }
      let path = try folder.write(bytes + [0], as: "a.npy")
      #expect(fileError { _ = try StoredArray(path).doubles() }?.kind == .format)
    }
  }

  @Test func `what is no file at all is missing`() throws {
    try withMemoryFolder { folder in
      let path = folder.path(percentEncoded: false)
      #expect(fileError { _ = try StoredArray(path + "none.npy") }?.kind == .missing)
      #expect(fileError { _ = try StoredArray(path + "none.npz:key") }?.path == path + "none.npz")
      #expect(fileError { _ = try StoredArray(path) }?.found == "a folder")
      #expect(fileError { _ = try StoredArray("/dev/null") }?.found == "a special file")
      #expect(fileError { _ = try StoredArray("") }?.kind == .missing)
    }
  }

  @Test(arguments: ["c_be_i2.npy", "fortran_f4.npy", "v2_f4.npy", "nchw_f4.npy", "bool.npy"])
  func `damaged files end in numbers or in a file error`(name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Fixtures.url("npy-ref/\(name)")))
    var source = RandomSource(RandomKey(seed: 1, role: .data, method: name))
    try withMemoryFolder { folder in
      for _ in 0..<400 {
        let path = try folder.write(damaged(bytes, using: &source), as: "a.npy")
        do {
          let array = try StoredArray(path)
          #expect(try array.doubles().count == array.count)
        } catch is FileError {}
      }
    }
  }
}
