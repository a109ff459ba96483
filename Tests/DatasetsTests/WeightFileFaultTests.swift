import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Files that are no weights, or not whole.
struct WeightFileFaultTests {
  /// A file of safetensors with this header and so many bytes behind it.
  static func safetensors(_ header: String, data: Int = 8, length: UInt64? = nil) -> [UInt8] {
    Build.bytes([length ?? UInt64(header.utf8.count)]) + Array(header.utf8)
      + (0..<data).map { UInt8($0 % 60) }
  }

  static func error(_ bytes: [UInt8]) throws -> FileError? {
    try withMemoryFolder { folder in
      let path = try folder.write(bytes, as: "a")
      return fileError { _ = try StateDictionary.read(path) }
    }
  }

  static func entry(_ name: String, _ begin: Int, _ end: Int, shape: String? = nil) -> String {
    "\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(shape ?? "[\((end - begin) / 4)]"),"
      + "\"data_offsets\":[\(begin),\(end)]}"
  }

  @Test func `unordered and padded headers, in any JSON, are read`() throws {
    try withMemoryFolder { folder in
      for header in [
        "{\(Self.entry("b", 4, 8)),\(Self.entry("a", 0, 4))}",
        "{\(Self.entry("a", 0, 4)),\(Self.entry("b", 4, 8))}" + String(repeating: " ", count: 99),
        "{\n \"__metadata__\" : {\"x\": \"y\"},\n\(Self.entry("b", 4, 8)) ,\(Self.entry("a", 0, 4))\t}",
        "{\(Self.entry("\\u0061", 0, 4)),\(Self.entry("b", 4, 8))}",
        // The first byte of the length is that of a pickle.
        "{\(Self.entry("a", 0, 4)),\(Self.entry("b", 4, 8))}".padding(
          toLength: 0x180, withPad: " ", startingAt: 0),
      ] {
        let path = try folder.write(Self.safetensors(header), as: "a.safetensors")
        let state = try StateDictionary.read(path)
        #expect(state.tensors.map(\.name) == ["a", "b"])
        #expect(state.tensors.map(\.values.count) == [1, 1])
      }
    }
  }

  @Test(arguments: [
    "{\(entry("a", 0, 4))}", "{\(entry("a", 4, 8))}", "{\(entry("a", 0, 12))}",
    "{\(entry("a", 0, 4)),\(entry("b", 0, 4))}", "{\(entry("a", 0, 8)),\(entry("b", 4, 8))}",
    "{\(entry("a", 0, 4)),\(entry("a", 4, 8))}", "{\(entry("a", 8, 0))}",
    "{\(entry("a", -4, 4))}", "{\(entry("a", 0, 8, shape: "[3]"))}",
    "{\(entry("a", 0, 8, shape: "[-2]"))}", "{\(entry("a", 0, 8, shape: "[-1,-2]"))}",
    "{\(entry("a", 0, 8, shape: "[4611686018427387905,2]"))}",
    "{\(entry("a", 0, 8, shape: "[99999999999999999999]"))}",
    "{\(entry("a", 0, 8, shape: "[0.5]"))}", "{\(entry("a", 0, 8, shape: "2"))}",
    "{\(entry("a", 0, 8, shape: "[\(String(repeating: "1,", count: 99))2]"))}",
    "{\(entry("a", 0, 9_223_372_036_854_775_804))}", "{}", "{\"a\":1}", "{\"a\":{}}", "{\"a\"",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}",
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4,8]}}",
    "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}}",
    "{\"a\":{\"dtype\":7,\"shape\":[8],\"data_offsets\":[0,8]}}",
    "{" + String(repeating: "\"a\":{", count: 5000),
  ])
  func `headers whose arrays are not the rest of the file are refused`(header: String) throws {
    let error = try #require(try Self.error(Self.safetensors(header)))
    #expect(error.kind == .format)
    #expect(!error.expected.isEmpty && !error.found.isEmpty)
  }

  @Test func `lengths beyond the file and beyond reason are refused`() throws {
    let header = "{\(Self.entry("a", 0, 8))}"
    let lengths: [UInt64] = [0, 1, 7, 1 << 20, 1 << 62, .max, UInt64(header.utf8.count) + 9]
    for length in lengths {
      #expect(try Self.error(Self.safetensors(header, length: length))?.kind == .format)
    }
    let long = String(repeating: " ", count: 1 << 24)
    #expect(try Self.error(Self.safetensors("{\(long)}"))?.kind == .tooLarge)
  }

  @Test func `what is no file of weights is refused with what to do`() throws {
    for bytes in [[], [7], Array("hello, world".utf8), Build.npy("<f4", "(0,)", [])] {
      let error = try #require(try Self.error(bytes))
      #expect(error.kind == .format && !error.hints.isEmpty)
    }
    #expect(
      fileError { _ = try StateDictionary.read("/nonexistent/a.pth") }?.kind == .missing)
    let pickle = PickleBuilder.file { $0.integer(3) }
    #expect(try Self.error(pickle)?.found == "another pickle")
  }

  /// A dictionary with one tensor and what `body` adds.
  static func torch(_ body: (inout PickleBuilder) -> Void) -> [UInt8] {
    Build.torch(
      PickleBuilder.file {
        $0.emptyDictionary()
        $0.text("a")
        $0.tensor(size: [6], stride: [1]) { $0.storage(count: 6) }
        $0.setItem()
        body(&$0)
      }, storages: ["0": TorchFormatTests.six])
  }

  @Test func `dictionaries with other things, or with a name twice, are refused`() throws {
    let number = try #require(
      try Self.error(
        Self.torch {
          $0.text("epoch")
          $0.integer(3)
          $0.setItem()
        }))
    #expect(number.member == "epoch" && number.found == "a single number")
    let twice = try #require(
      try Self.error(
        Self.torch {
          $0.text("a")
          $0.tensor(size: [3], stride: [1]) { $0.storage(count: 6) }
          $0.setItem()
        }))
    #expect(twice.member == "a" && twice.found == "two of it")
    let single = Build.torch(
      PickleBuilder.file { $0.tensor(size: [6], stride: [1]) { $0.storage(count: 6) } },
      storages: ["0": TorchFormatTests.six])
    #expect(try Self.error(single)?.found == "a tensor")
  }

  @Test func `views of shared storages are read, and without end they are refused`() throws {
    try withMemoryFolder { folder in
      let tied = Self.torch {
        $0.text("b")
        $0.tensor(size: [3, 2], stride: [1, 3]) { $0.storage(count: 6) }
        $0.setItem()
      }
      let state = try StateDictionary.read(folder.write(tied, as: "a.pth"))
      #expect(state["a"]?.values == [0, 1, 2, 3, 4, 5])
      #expect(state["b"]?.values == [0, 3, 1, 4, 2, 5])
      #expect(state["b"]?.shape == [3, 2])
    }
    let many = Self.torch {
      for number in 0..<5 {
        $0.text("b\(number)")
        $0.tensor(size: [100_000, 6], stride: [0, 1]) { $0.storage(count: 6) }
        $0.setItem()
      }
    }
    #expect(try Self.error(many)?.kind == .tooLarge)
  }

  @Test func `only a prefix that all names have is taken off`() throws {
    try withMemoryFolder { folder in
      for (names, expected) in [
        (["module.a", "module.b"], ["a", "b"]), (["module.a", "b"], ["module.a", "b"]),
        (["modules.a"], ["modules.a"]), (["module.module.a"], ["module.a"]),
      ] {
        let tensors = names.map { StateDictionary.Tensor(name: $0, shape: [1], values: [1]) }
        let path = folder.appending(path: "a").path(percentEncoded: false)
        try StateDictionary(tensors).writeSafetensors(to: path)
        #expect(try StateDictionary.read(path).tensors.map(\.name) == expected)
      }
    }
  }

  @Test func `a name that safetensors needs itself, and a folder that is not there, are errors`()
    throws
  {
    let state = StateDictionary([
      StateDictionary.Tensor(name: "__metadata__", shape: [1], values: [1])
    ])
    try withMemoryFolder { folder in
      let path = folder.appending(path: "a").path(percentEncoded: false)
      #expect(fileError { try state.writeSafetensors(to: path) }?.kind == .unwritable)
      #expect(!FileManager.default.fileExists(atPath: path))
      let nowhere = folder.appending(path: "b/c").path(percentEncoded: false)
      #expect(fileError { try state.writeTorch(to: nowhere) }?.kind == .unwritable)
      #expect(fileError { try StateDictionary([]).writeSafetensors(to: nowhere) } != nil)
    }
  }

  @Test(arguments: ["state.pth", "state-legacy.pth", "checkpoint.pth", "state.safetensors"])
  func `damaged files are read or refused, and nothing else happens`(name: String) throws {
    let bytes = Array(try Data(contentsOf: URL(filePath: WeightFileTests.path(name))))
    var random = RandomSource(RandomKey(seed: 11, role: .data, method: name))
    try withMemoryFolder { folder in
      for _ in 0..<1500 {
        let path = try folder.write(damaged(bytes, using: &random), as: "a")
        do { _ = try StateDictionary.read(path) } catch is FileError {}
      }
      for length in bytes.indices {
        let path = try folder.write(Array(bytes[..<length]), as: "a")
        #expect(throws: FileError.self) { try StateDictionary.read(path) }
      }
    }
  }
}
