import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Pickles that are made to exhaust whoever reads them, and damaged ones.
struct PickleLimitTests {
  @Test func `a value that contains itself is refused with the byte that made it`() {
    let list = fileError {
      _ = try PickleTests.read {
        $0.none()
        $0.emptyList()
        $0.put(0)
        $0.get(0)
        $0.append()
        $0.raw(0x86)
      }
    }
    #expect(list?.found == "one that does")
    #expect(list?.place == .byte(3))
    let tuple = fileError {
      _ = try PickleTests.read {
        $0.emptyDictionary()
        $0.put(0)
        $0.text("self")
        $0.get(0)
        $0.raw(0x85)
        $0.setItem()
      }
    }
    #expect(tuple?.found == "one that does")
    let array = fileError {
      _ = try PickleTests.read {
        $0.array("O8", [1]) { builder in
          builder.emptyList()
          builder.put(3)
          builder.get(3)
          builder.append()
        }
      }
    }
    #expect(array?.found == "one that does")
  }

  private func nested(_ depth: Int) -> [UInt8] {
    [0x80, 2] + [UInt8](repeating: 0x5d, count: depth)
      + [UInt8](repeating: 0x61, count: depth - 1) + [0x2e]
  }

  @Test func `a hundred values may lie inside one another, and no more`() throws {
    #expect(throws: Never.self) { try PickleTests.read(nested(100)) }
    for depth in [101, 102, 250, 1_000_000] {
      let error = fileError { _ = try PickleTests.read(nested(depth)) }
      #expect(error?.expected == "at most 100 values inside one another")
    }
  }

  @Test func `depth that is reached by what is remembered counts, too`() {
    let error = fileError {
      _ = try PickleTests.read {
        $0.emptyList()
        $0.put(0)
        for number in 1...120 as ClosedRange<UInt8> {
          $0.emptyList()
          $0.put(number)
          $0.get(number - 1)
          $0.append()
          $0.raw(0x86)
        }
      }
    }
    #expect(error?.kind == .format)
  }

  @Test func `lists of lists of lists that are always the same are refused by their sum`() {
    let pickle = PickleBuilder.file {
      $0.emptyDictionary()
      for level in 0..<20 as Range<UInt8> {
        $0.integer(Int32(level))
        $0.emptyList()
        $0.put(level)
        $0.mark()
        for _ in 0..<10 {
          if level == 0 { $0.text("lol") } else { $0.get(level - 1) }
        }
        $0.appends()
        $0.setItem()
      }
    }
    let error = fileError { _ = try PickleTests.read(pickle) }
    #expect(error?.kind == .tooLarge)
    #expect(error?.hints.isEmpty == false)
  }

  @Test func `the same bytes again and again are refused by their sum`() {
    let text = String(repeating: "x", count: 1 << 20)
    let shared = PickleBuilder.file {
      $0.emptyList()
      $0.mark()
      $0.text(text)
      $0.put(0)
      for _ in 0..<40 { $0.get(0) }
      $0.appends()
    }
    #expect(fileError { _ = try PickleTests.read(shared) }?.kind == .tooLarge)
    let encoded = PickleBuilder.file {
      $0.emptyList()
      $0.mark()
      $0.global("_codecs", "encode")
      $0.put(0)
      $0.tuple {
        $0.text(text)
        $0.text("latin1")
      }
      $0.put(1)
      $0.reduce()
      for _ in 0..<40 {
        $0.get(0)
        $0.get(1)
        $0.reduce()
      }
      $0.appends()
    }
    let error = fileError { _ = try PickleTests.read(encoded) }
    #expect(error?.kind == .tooLarge)
    #expect(error?.place != nil)
  }

  @Test func `millions of values, marks or memories at once are refused`() {
    for opcode: UInt8 in [0x4e, 0x28, 0x5d] {
      let many = [UInt8](repeating: opcode, count: 1 << 23 + 1)
      let error = fileError { _ = try PickleTests.read([0x80, 2] + many + [0x2e]) }
      #expect(error?.kind == .tooLarge, "\(opcode)")
    }
    let memories = [0x80, 4, 0x4e] + [UInt8](repeating: 0x94, count: 1 << 23 + 1) + [0x2e]
    #expect(fileError { _ = try PickleTests.read(memories) }?.kind == .tooLarge)
  }

  /// A pickle with every instruction that is followed.
  static let rich = PickleBuilder.file(protocol: 4) {
    $0.bytes += [0x95, 10, 0, 0, 0, 0, 0, 0, 0]
    $0.emptyDictionary()
    $0.mark()
    $0.text("numbers")
    $0.array("i8", [2, 3]) { $0.string(Build.bytes((0..<6).map { Int64($0) })) }
    $0.put(200)
    $0.text("objects")
    $0.array("O8", [2]) {
      $0.emptyList()
      $0.mark()
      $0.integer(4)
      $0.bytes += [0x8a, 2, 1, 1]
      $0.appends()
    }
    $0.text("list")
    $0.emptyList()
    $0.mark()
    $0.opcode("K", [1])
    $0.opcode("M", [2, 0])
    $0.appends()
    $0.opcode("U", [1, 0x62])
    $0.mark()
    $0.real(1.5)
    $0.bool(true)
    $0.none()
    $0.opcode("t")
    $0.setItems()
    $0.raw(0x8c, 1, 0x78)
    $0.raw(0x94)
    $0.get(200)
    $0.setItem()
  }

  @Test func `a pickle cut at any byte is an error`() throws {
    #expect(try PickleTests.read(Self.rich)["list"]?.integers == [1, 2])
    for length in Self.rich.indices {
      let error = fileError { _ = try PickleTests.read(Array(Self.rich[..<length])) }
      #expect(error?.kind == .format, "\(length)")
    }
  }

  @Test func `a damaged pickle ends in values or in a file error`() throws {
    var source = RandomSource(RandomKey(seed: 5, role: .data, method: "pickle"))
    try withMemoryFolder { folder in
      for _ in 0..<4000 {
        let path = try folder.write(damaged(Self.rich, using: &source), as: "a.pkl")
        do {
          let array = try StoredArray(path + ":numbers")
          #expect(try array.doubles().count == array.count)
        } catch is FileError {}
      }
    }
  }

  @Test(arguments: ["plain", "protocol2", "scalars", "empty"])
  func `a saved set cut at any byte is an error, and damaged is no trap`(name: String) throws {
    let bytes = [UInt8](
      try Data(contentsOf: Fixtures.url("oracles/saved-sets/\(name)/lSet.npy")))
    var source = RandomSource(RandomKey(seed: 6, role: .data, method: name))
    try withMemoryFolder { folder in
      for length in bytes.indices {
        let path = try folder.write(Array(bytes[..<length]), as: "a.npy")
        #expect(fileError { _ = try StoredArray(path).integers() }?.kind == .format, "\(length)")
      }
      for _ in 0..<1000 {
        let path = try folder.write(damaged(bytes, using: &source), as: "a.npy")
        do {
          let array = try StoredArray(path)
          #expect(try array.doubles().count == array.count)
        } catch is FileError {}
      }
    }
  }
}
