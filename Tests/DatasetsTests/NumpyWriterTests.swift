import Datasets
import Foundation
import TestSupport
import Testing

/// What is written must be what NumPy would have written.
struct NumpyWriterTests {
  @Test func `floats and integers are written byte for byte as NumPy does`() throws {
    try withMemoryFolder { folder in
      let copy = folder.appending(path: "a.npy").path(percentEncoded: false)
      for name in ["c_le_f4.npy", "c_le_i8.npy", "empty.npy"] {
        let array = try StoredArray(NumpyReferenceTests.path(name))
        if array.type.isWhole {
          try NumpyWriter.write(array.integers(), shape: array.shape, to: copy)
        } else {
          try NumpyWriter.write(array.floats(), shape: array.shape, to: copy)
        }
        let original = try Data(contentsOf: Fixtures.url("npy-ref/\(name)"))
        #expect(try Data(contentsOf: URL(filePath: copy)) == original, "\(name)")
      }
    }
  }

  @Test(arguments: [[], [1], [7], [70_000], [2, 3], [4, 1, 5], [0]])
  func `what was written is read back`(shape: [Int]) throws {
    let values = (0..<shape.reduce(1, *)).map { $0 * 3 - 1 }
    try withMemoryFolder { folder in
      let path = folder.appending(path: "a.npy").path(percentEncoded: false)
      try NumpyWriter.write(values, shape: shape, to: path)
      #expect(try StoredArray(path).integers() == values)
      try NumpyWriter.write(values.map { Float($0) / 2 }, shape: shape, to: path)
      #expect(try StoredArray(path).floats() == values.map { Float($0) / 2 })
      #expect(try StoredArray(path).shape == shape)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()) == ["a.npy"])
    }
  }

  @Test func `truth values and 64-bit floats are written byte for byte as NumPy does`() throws {
    try withMemoryFolder { folder in
      let copy = folder.appending(path: "a.npy").path(percentEncoded: false)
      for name in ["bool.npy", "c_le_f8.npy"] {
        let array = try StoredArray(NumpyReferenceTests.path(name))
        if array.type.isWhole {
          let values = try array.integers().map { $0 != 0 }
          try NumpyWriter.write(values, shape: array.shape, to: copy)
        } else {
          try NumpyWriter.write(array.doubles(), shape: array.shape, to: copy)
        }
        let original = try Data(contentsOf: Fixtures.url("npy-ref/\(name)"))
        #expect(try Data(contentsOf: URL(filePath: copy)) == original, "\(name)")
      }
    }
  }

  @Test func `text is written as wide as the longest, and read back`() throws {
    try withMemoryFolder { folder in
      let path = folder.appending(path: "a.npy").path(percentEncoded: false)
      for (texts, descriptor) in [
        (["0.45", "", "🐍é"], "<U4"), ([""], "<U1"), ([], "<U1"), (["a", "b"], "<U1"),
      ] as [([String], String)] {
        try NumpyWriter.write(texts, shape: [texts.count], to: path)
        let array = try StoredArray(path)
        #expect(array.type.descriptor == descriptor)
        #expect(try array.strings() == texts)
      }
    }
  }

  @Test func `a place that cannot be written to is an error`() {
    let error = fileError { try NumpyWriter.write([1], shape: [1], to: "/no/such/folder/a.npy") }
    #expect(error?.kind == .unwritable)
  }
}
