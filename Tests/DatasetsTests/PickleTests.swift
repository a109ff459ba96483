import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// What a pickle may hold, and what it may not.
struct PickleTests {
  static func read(_ bytes: [UInt8]) throws -> PythonValue {
    try withMemoryFolder { try Pickle.read($0.write(bytes, as: "a.pkl")) }
  }

  static func read(
    protocol version: UInt8 = 2, _ body: (inout PickleBuilder) -> Void
  ) throws -> PythonValue {
    try read(PickleBuilder.file(protocol: version, body))
  }

  @Test func `numbers of every width are themselves`() throws {
    let value = try Self.read {
      $0.mark()
      $0.opcode("J", Build.bytes([Int32.min]))
      $0.opcode("K", [255])
      $0.opcode("M", [0xff, 0xff])
      $0.raw(0x8a, 0)
      $0.raw(0x8a, 1, 0xff)
      $0.raw(0x8a, 8, 0, 0, 0, 0, 0, 0, 0, 0x80)
      $0.raw(0x8a, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)
      $0.opcode("t")
    }
    #expect(value.integers == [-1 << 31, 255, 65535, 0, -1, .min, .max])
  }

  @Test func `truth values, reals, None and wide numbers keep their kind`() throws {
    let value = try Self.read {
      $0.bool(true)
      $0.none()
      $0.real(-2.5)
      $0.raw(0x87)
    }
    guard case .tuple(let parts) = value, case .bool(true) = parts[0], case .none = parts[1],
      case .real(-2.5) = parts[2]
    else {
      Issue.record("\(value)")
      return
    }
    #expect(value.integers == nil)
    let wide = try Self.read { $0.bytes += [0x8a, 9] + [UInt8](repeating: 1, count: 9) }
    guard case .wideInteger(let bytes) = wide else {
      Issue.record("\(wide)")
      return
    }
    #expect(bytes.count == 9)
  }

  @Test func `texts and byte strings of every form are read`() throws {
    let value = try Self.read(protocol: 4) {
      $0.emptyList()
      $0.mark()
      $0.raw(0x8c, 2, 0xc3, 0xa9)
      $0.text("b")
      $0.bytes += [0x8d] + Build.bytes([UInt64(1)]) + [0x63]
      $0.opcode("U", [1, 0x64])
      $0.string([0x65])
      $0.opcode("C", [1, 0x66])
      $0.opcode("B", [1, 0, 0, 0, 0x67])
      $0.bytes += [0x8e] + Build.bytes([UInt64(1)]) + [0x68]
      $0.appends()
    }
    #expect(value.strings == ["é", "b", "c", "d", "e", "f", "g", "h"])
  }

  @Test func `a dictionary is asked by text, byte strings and numbers, and the last wins`() throws {
    let value = try Self.read {
      $0.emptyDictionary()
      $0.mark()
      $0.text("a")
      $0.integer(1)
      $0.string([0x62])
      $0.integer(2)
      $0.integer(7)
      $0.integer(3)
      $0.text("a")
      $0.integer(4)
      $0.setItems()
    }
    for (key, expected) in [("a", 4), ("b", 2), ("7", 3)] {
      guard case .integer(expected)? = value[key] else {
        Issue.record("\(key)")
        continue
      }
    }
    #expect(value["c"] == nil)
  }

  @Test func `what is remembered is filled later, and is shared`() throws {
    let value = try Self.read(protocol: 4) {
      $0.emptyList()
      $0.raw(0x94)
      $0.emptyList()
      $0.raw(0x94)
      $0.append()
      $0.get(1)
      $0.append()
      $0.mark()
      $0.opcode("j", Build.bytes([UInt32(1)]))
      $0.integer(5)
      $0.append()
      $0.put(9)
      $0.appends()
    }
    guard case .list(let parts) = value else {
      Issue.record("\(value)")
      return
    }
    #expect(parts.map(\.integers) == [[5], [5], [5]])
  }

  @Test func `values are remembered under any number, in any order`() throws {
    let numbers: [UInt32] = [1, 2, .max, 0, 300, 3, 4, 3, 299]
    let value = try Self.read {
      $0.emptyList()
      $0.mark()
      for (i, number) in numbers.enumerated() {
        $0.integer(Int32(i))
        $0.opcode("r", Build.bytes([number]))
      }
      for number in numbers { $0.opcode("j", Build.bytes([number])) }
      $0.appends()
    }
    #expect(value.integers?.suffix(9) == [0, 1, 2, 3, 4, 7, 6, 7, 8])
    #expect(throws: FileError.self) { try Self.read { $0.opcode("j", [5, 0, 0, 0]) } }
  }

  @Test func `many small numbers and names are cheap`() throws {
    let count = 50_000
    let value = try Self.read {
      $0.emptyList()
      for start in stride(from: 0, to: count, by: 1000) {
        $0.mark()
        for i in start..<start + 1000 { $0.opcode("K", [UInt8(i % 256)]) }
        $0.appends()
      }
    }
    #expect(value.integers == (0..<count).map { $0 % 256 })
  }

  @Test(arguments: [
    ("posix", "system"), ("os", "system"), ("builtins", "eval"), ("__builtin__", "eval"),
    ("torch._utils", "_rebuild_tensor"), ("torch", "FloatTensor"), ("torch", "QInt8Storage"),
    ("numpy", "load"), ("numpy.core.multiarray", "fromstring"), ("numpy", "ndarray "),
    ("collections", "defaultdict"), ("_codecs", "decode"), ("", ""),
  ])
  func `any other name is forbidden, and named with its byte`(module: String, name: String) {
    let error = fileError {
      _ = try Self.read {
        $0.none()
        $0.global(module, name)
      }
    }
    #expect(error?.kind == .forbidden)
    #expect(error?.place == .byte(3))
    #expect(error?.found.contains("'\(module).\(name)'") == true)
    #expect(error?.hints.first?.hasPrefix("in Python") == true)
    let stacked = fileError {
      _ = try Self.read(protocol: 4) {
        $0.text(module)
        $0.text(name)
        $0.raw(0x93)
      }
    }
    #expect(stacked?.kind == .forbidden)
  }

  @Test func `nothing that a file holds is run`() throws {
    try withTemporaryFolder { folder in
      let trace = folder.appending(path: "trace").path(percentEncoded: false)
      for (module, name) in [("posix", "system"), ("os", "system"), ("builtins", "exec")] {
        let command = name == "exec" ? "open('\(trace)', 'w')" : "touch '\(trace)'"
        let pickle = PickleBuilder.file {
          $0.global(module, name)
          $0.tuple { $0.text(command) }
          $0.reduce()
        }
        let plain = try folder.write(pickle, as: "a.pkl")
        #expect(fileError { _ = try Pickle.read(plain) }?.kind == .forbidden)
        #expect(fileError { _ = try StoredArray(plain) }?.kind == .forbidden)
        let torch = try folder.write(Build.torch(pickle, storages: [:]), as: "a.pt")
        #expect(fileError { _ = try StoredArray(torch) }?.kind == .forbidden)
        let old = try folder.write(Build.legacyTorch(pickle, storages: []), as: "b.pt")
        #expect(fileError { _ = try StoredArray(old) }?.kind == .forbidden)
        let objects = try folder.write(Build.npy("|O", "(1,)", pickle), as: "a.npy")
        #expect(fileError { _ = try StoredArray(objects) }?.kind == .forbidden)
      }
      #expect(!FileManager.default.fileExists(atPath: trace))
    }
  }

  @Test func `every other instruction is forbidden, and named if it has a name`() throws {
    let allowed =
      Set("\u{80}\u{95}.(NJKM\u{8a}GUT\u{8c}X\u{8d}CB\u{8e}]ae)t}sucRbQqrhj".unicodeScalars)
      .map { UInt8($0.value) } + [0x85, 0x86, 0x87, 0x88, 0x89, 0x93, 0x94]
    #expect(Set(allowed).count == 41)
    for byte in UInt8.min...UInt8.max where !allowed.contains(byte) {
      let error = fileError { _ = try Self.read { $0.raw(byte) } }
      #expect(error?.kind == .forbidden, "\(byte)")
      #expect(error?.place == .byte(2))
      #expect(error?.hints.isEmpty == false)
    }
    let instance = fileError { _ = try Self.read { $0.opcode("i") } }
    #expect(instance?.found == "INST (0x69)")
    #expect(fileError { _ = try Self.read { $0.raw(0xff) } }?.found.hasPrefix("0xff") == true)
  }

  @Test(
    arguments: [
      [UInt8](), [0x80], [0x2e], Array("(lp0\n.".utf8), [0x80, 1, 0x4e, 0x2e],
      [0x80, 6, 0x4e, 0x2e], [0x80, 2, 0x2e], [0x80, 2, 0x4e, 0x4e, 0x2e],
      [0x80, 2, 0x28, 0x4e, 0x2e],
      [0x80, 2, 0x4e, 0x2e, 0x2e], [0x80, 2, 0x61, 0x2e], [0x80, 2, 0x65, 0x2e],
      [0x80, 2, 0x73, 0x2e],
      [0x80, 2, 0x28, 0x75, 0x2e], [0x80, 2, 0x52, 0x2e], [0x80, 2, 0x62, 0x2e],
      [0x80, 2, 0x51, 0x2e],
      [0x80, 2, 0x68, 0, 0x2e], [0x80, 2, 0x71, 0, 0x2e], [0x80, 2, 0x94, 0x2e],
      [0x80, 2, 0x93, 0x2e],
      [0x80, 2, 0x85, 0x2e], [0x80, 2, 0x4e, 0x28, 0x86, 0x2e],
      [0x80, 2, 0x4e, 0x28, 0x71, 0, 0x2e],
      [0x80, 2, 0x4e, 0x4e, 0x61, 0x2e], [0x80, 2, 0x7d, 0x28, 0x4e, 0x75, 0x2e],
      [0x80, 2, 0x8c, 1, 0xff, 0x2e], [0x80, 2, 0x58, 0xff, 0xff, 0xff, 0xff, 0x2e],
      [0x80, 2, 0x8e, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x2e],
      [0x80, 2, 0x8d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x2e],
      [0x80, 4, 0x95, 0xff, 0, 0, 0, 0, 0, 0, 0, 0x4e, 0x2e], [0x80, 2, 0x8a, 200, 0x2e],
    ] as [[UInt8]])
  func `a pickle that makes no sense is an error`(bytes: [UInt8]) {
    let error = fileError { _ = try Self.read(bytes) }
    #expect(error?.kind == .format)
    #expect(error?.place != nil)
  }

  @Test func `types and functions that nothing was made of are no data`() {
    #expect(fileError { _ = try Self.read { $0.global("numpy", "ndarray") } }?.found == "a name")
    #expect(fileError { _ = try Self.read { $0.dtype("f4") } }?.found == "an element type")
    let unfilled = fileError {
      _ = try Self.read {
        $0.global("numpy.core.multiarray", "_reconstruct")
        $0.tuple {
          $0.global("numpy", "ndarray")
          $0.integers([0])
          $0.string([0x62])
        }
        $0.reduce()
      }
    }
    #expect(unfilled?.found == "an empty one")
    let called = fileError {
      _ = try Self.read {
        $0.global("numpy", "ndarray")
        $0.integers([2])
        $0.reduce()
      }
    }
    #expect(called?.found == "a type")
  }

  @Test func `a reference to something outside is refused where there is nothing outside`() {
    let error = fileError {
      _ = try Self.read { $0.tensor(size: [1], stride: [1]) { $0.storage(count: 1) } }
    }
    #expect(error?.found == "a reference to something outside it")
  }

  @Test func `references that are none of torch are refused`() throws {
    let bodies: [(inout PickleBuilder) -> Void] = [
      { $0.text("storage") }, { $0.integers([1, 2, 3, 4, 5]) }, { $0.tuple { _ in } },
      { builder in
        builder.tuple {
          $0.text("module")
          $0.global("torch", "FloatStorage")
          for _ in 0..<2 { $0.text("0") }
          $0.integer(1)
        }
      },
      { builder in
        builder.tuple {
          $0.text("storage")
          $0.global("torch", "FloatStorage")
          for _ in 0..<2 { $0.text("0") }
          $0.integer(-1)
        }
      },
    ]
    try withMemoryFolder { folder in
      for body in bodies {
        let pickle = PickleBuilder.file {
          body(&$0)
          $0.opcode("Q")
        }
        let path = try folder.write(Build.torch(pickle, storages: [:]), as: "a.pt")
        #expect(fileError { _ = try StoredArray(path) }?.found == "another reference")
      }
      let view = PickleBuilder.file {
        $0.tensor(size: [1], stride: [1]) {
          $0.storage(key: "k", count: 6, view: ("v", 4, 3))
        }
      }
      let path = try folder.write(Build.legacyTorch(view, storages: [("k", 6, [])]), as: "b.pt")
      #expect(
        fileError { _ = try StoredArray(path) }?.expected == "a part of the storage of 6 elements")
    }
  }
}
