import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Files of CIFAR that are not as they should be.
struct CIFARFaultTests {
  func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: Fixtures.url("oracles/\(path)")))
  }

  /// Reads one file of these bytes.
  func read(_ bytes: [UInt8], _ classes: CIFARBatch.Classes, python: Bool) throws -> CIFARBatch {
    try withMemoryFolder { folder in
      let path = try folder.write(bytes, as: "batch")
      return try python
        ? CIFARPickles.read(path, classes: classes) : CIFARRecords.read(path, classes: classes)
    }
  }

  /// A pickle of a dictionary as Python 2 writes it: keys as byte strings, values as they are given.
  func pickle(_ entries: [(String, [UInt8])]) -> [UInt8] {
    let items = entries.flatMap { string($0.0) + $0.1 }
    return [0x80, 2] + Array("}(".utf8) + items + Array("u.".utf8)
  }

  func string(_ text: String) -> [UInt8] {
    [UInt8(ascii: "U"), UInt8(text.utf8.count)] + Array(text.utf8)
  }

  func list(_ numbers: [Int32]) -> [UInt8] {
    Array("](".utf8) + numbers.flatMap { [UInt8(ascii: "J")] + Build.bytes([$0]) }
      + Array("e".utf8)
  }

  /// An array of bytes, of `type`, as NumPy pickles it.
  func array(
    _ shape: [Int32], type: String = "u1", fortran: Bool = false, count: Int? = nil
  ) -> [UInt8] {
    let size = type.hasSuffix("2") ? 2 : 1
    let count = count ?? shape.reduce(size) { $0 * Int($1) }
    let sizes = shape.flatMap { [UInt8(ascii: "J")] + Build.bytes([$0]) }
    return Array("cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\u{0}".utf8) + [0x85]
      + string("b") + [0x87] + Array("R(K\u{1}(".utf8) + sizes
      + Array("tcnumpy\ndtype\n".utf8) + string(type) + Array("K\u{0}K\u{1}".utf8) + [0x87]
      + Array("R(K\u{3}".utf8) + string(size == 1 ? "|" : "<")
      + Array("NNNJ".utf8) + Build.bytes([Int32(-1)]) + Array("J".utf8) + Build.bytes([Int32(-1)])
      + Array("K\u{0}tb".utf8) + [fortran ? 0x88 : 0x89] + Array("T".utf8)
      + Build.bytes([UInt32(count)]) + [UInt8](repeating: 7, count: count) + Array("tb".utf8)
  }

  /// The error of a file of CIFAR-10 with this dictionary.
  func refusal(
    _ entries: [(String, [UInt8])], _ location: SourceLocation = #_sourceLocation
  ) -> FileError? {
    fileError(location) { _ = try read(pickle(entries), .ten, python: true) }
  }

  @Test func `the builder makes what is read`() throws {
    let batch = try read(
      pickle([("data", array([2, 3072])), ("labels", list([9, 0]))]), .ten, python: true)
    #expect(batch.labels == [9, 0] && batch.coarseLabels.isEmpty)
    #expect(batch.pixels == [UInt8](repeating: 7, count: 6144))
  }

  @Test func `dictionaries with other keys or values are refused, with what is there`() throws {
    let data = ("data", array([2, 3072]))
    let labels = ("labels", list([9, 0]))
    #expect(refusal([data])?.expected == "a dictionary with data, labels")
    #expect(refusal([data])?.found == "a dictionary with data")
    let fine = refusal([data, ("fine_labels", list([1, 2]))])
    #expect(fine?.found == "a dictionary with data, fine_labels")
    let hundred = fileError { _ = try read(pickle([data, labels]), .hundred, python: true) }
    #expect(hundred?.expected == "a dictionary with data, fine_labels, coarse_labels")
    #expect(refusal([("data", list([1])), labels])?.found == "a list of 1")
    #expect(refusal([data, ("labels", string("x"))])?.found == "a byte string")
    #expect(refusal([data, ("labels", list([1]))])?.found == "1")
    #expect(refusal([data, ("labels", list([1, 2, 3]))])?.member == "labels")
    let text = [UInt8](repeating: 0x80, count: 1) + [2] + string("x") + Array(".".utf8)
    #expect(fileError { _ = try read(text, .ten, python: true) }?.found == "a byte string")
  }

  @Test func `pixels of another type, shape or order are refused`() throws {
    let labels = ("labels", list([9, 0]))
    for (pixels, found) in [
      (array([2, 3072], type: "u2"), "2 × 3072 elements of type '<u2'"),
      (array([2, 3072], type: "i1"), "2 × 3072 elements of type '|i1'"),
      (array([2, 3071]), "2 × 3071 elements of type '|u1'"),
      (array([0, 3072]), "0 × 3072 elements of type '|u1'"),
      (array([6144]), "6144 elements of type '|u1'"),
      (array([2, 3, 1024]), "2 × 3 × 1024 elements of type '|u1'"),
      (array([2, 3072], fortran: true), "2 × 3072 elements of type '|u1' in Fortran order"),
    ] {
      let error = refusal([("data", pixels), labels])
      #expect(error?.found == found && error?.member == "data")
    }
    #expect(refusal([("data", array([2, 3072], count: 6143)), labels])?.kind == .format)
    #expect(refusal([("data", array([.max, 3072], count: 10)), labels])?.kind == .format)
  }

  @Test func `labels out of range are errors with their row`() throws {
    for wrong: Int32 in [10, -1, .max] {
      let error = refusal([("data", array([2, 3072])), ("labels", list([9, wrong]))])
      #expect(error?.place == .row(1) && error?.found == "\(wrong)")
    }
    var ten = try bytes("cifar-10-batches-bin/test_batch.bin")
    ten[3073 * 4] = 10
    #expect(fileError { _ = try read(ten, .ten, python: false) }?.place == .row(4))
    var hundred = try bytes("cifar-100-binary/test.bin")
    hundred[3074 * 5] = 20
    let coarse = fileError { _ = try read(hundred, .hundred, python: false) }
    #expect(coarse?.place == .row(5) && coarse?.expected == "a coarse label from 0 to 19")
  }

  @Test func `a fine class of two coarse ones is an error with the row`() throws {
    try withMemoryFolder { folder in
      for name in ["train.bin", "fine_label_names.txt", "coarse_label_names.txt"] {
        _ = try folder.write(try bytes("cifar-100-binary/\(name)"), as: name)
      }
      var test = try bytes("cifar-100-binary/test.bin")
      test[3074 * 7] = 19
      _ = try folder.write(test, as: "test.bin")
      let path = folder.path(percentEncoded: false)
      let error = fileError {
        _ = try CIFAR100.load(from: DataDirectories(paths: []), path: path)
      }
      #expect(error?.place == .row(7) && error?.found == "19")
      #expect(error?.path.hasSuffix("test.bin") == true)
    }
  }

  @Test func `records cut anywhere but at their ends are errors`() throws {
    let records = Array(try bytes("cifar-10-batches-bin/data_batch_1.bin")[..<6146])
    for length in records.indices where length != 3073 {
      let error = fileError { _ = try read(Array(records[..<length]), .ten, python: false) }
      #expect(error?.expected == "records of 3073 bytes")
    }
    #expect(try read(Array(records[..<3073]), .ten, python: false).labels.count == 1)
  }

  @Test func `a python file cut at any byte of its structure is an error`() throws {
    let file = pickle([("labels", list([9, 0])), ("data", array([2, 3072]))])
    for length in file.indices where length < 250 || length > file.count - 100 {
      let error = fileError { _ = try read(Array(file[..<length]), .ten, python: true) }
      #expect(error?.kind == .format)
    }
  }

  @Test func `class names have to be as many as classes`() throws {
    try withMemoryFolder { folder in
      let names = Array("](".utf8) + string("a") + string("b") + Array("e".utf8)
      let path = try folder.write(pickle([("label_names", names)]), as: "batches.meta")
      let ten = fileError { _ = try CIFARPickles.names(path, classes: .ten) }
      #expect(ten?.expected == "10 class names")
      let hundred = fileError { _ = try CIFARPickles.names(path, classes: .hundred) }
      #expect(hundred?.expected == "a dictionary with coarse_label_names")
    }
    let meta = Fixtures.url("oracles/cifar-100-python/meta").path(percentEncoded: false)
    #expect(try CIFARPickles.names(meta, classes: .hundred)[19] == "cattle")
  }

  @Test func `damaged files end in images or in a file error`() throws {
    var source = RandomSource(RandomKey(seed: 7, role: .data, method: "cifar"))
    let small = pickle([("labels", list([9, 0])), ("data", array([2, 3072]))])
    let real = try bytes("cifar-100-python/test")
    let records = Array(try bytes("cifar-100-binary/test.bin")[..<6148])
    for _ in 0..<1000 {
      do {
        _ = try read(damaged(small, using: &source), .ten, python: true)
      } catch is FileError {}
      do {
        _ = try read(damaged(records, using: &source), .hundred, python: false)
      } catch is FileError {}
      var bytes = small
      bytes[source.integer(below: 200)] = UInt8(source.integer(below: 256))
      do { _ = try read(bytes, .ten, python: true) } catch is FileError {}
    }
    for _ in 0..<100 {
      do { _ = try read(damaged(real, using: &source), .hundred, python: true) } catch is FileError
      {}
    }
  }
}
