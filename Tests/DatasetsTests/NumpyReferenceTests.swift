import Datasets
import Foundation
import TestSupport
import Testing

/// Files that NumPy itself wrote, with the values they hold.
struct NumpyReferenceTests {
  /// Nested lists of numbers, or null where nothing is said.
  enum Value: Decodable {
    case number(Double)
    case list([Value])
    case none

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if container.decodeNil() {
        self = .none
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .list(try container.decode([Value].self))
      }
    }

    var flat: [Double] {
      switch self {
      case .number(let number): [number]
      case .list(let values): values.flatMap(\.flat)
      case .none: []
      }
    }
  }

  struct Entry: Decodable {
    let dtype: String?
    let shape: [Int]?
    let value: Value?
  }

  static func path(_ name: String) -> String {
    Fixtures.url("npy-ref/\(name)").path(percentEncoded: false)
  }

  static let manifest: [String: Entry] = {
    let decoded = try? JSONDecoder().decode(
      [String: Entry].self, from: Data(contentsOf: Fixtures.url("npy-ref/manifest.json")))
    return decoded ?? [:]
  }()

  static var arrays: [String] {
    manifest.keys.filter { $0.hasSuffix(".npy") && $0 != "object_dict.npy" }.sorted()
  }

  @Test(arguments: arrays)
  func `every type, order and version gives the numbers that NumPy wrote`(name: String) throws {
    let expected = try #require(Self.manifest[name])
    let array = try StoredArray(Self.path(name))
    #expect(array.shape == expected.shape)
    #expect(array.type.descriptor == expected.dtype)
    let values = try #require(expected.value).flat
    #expect(try array.doubles() == values)
    #expect(try array.floats() == values.map { Float($0) })
    guard array.type.isWhole else {
      #expect(throws: FileError.self) { try array.integers() }
      return
    }
    #expect(try array.integers() == values.map { Int($0) })
  }

  @Test func `the manifest was read`() { #expect(Self.arrays.count == 19) }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func `members of archives, stored and deflated, are read by their keys`(name: String) throws {
    let archive = try NumpyArchive(Self.path(name))
    #expect(archive.keys == ["features", "labels"])
    let values = try #require(Self.manifest[name]?.value).flat
    #expect(try archive.array("features").doubles() == values)
    #expect(try StoredArray(Self.path(name) + ":features").doubles() == values)
    #expect(try StoredArray(Self.path(name) + ":labels").type.descriptor == "<i8")
  }

  @Test func `every array of every copied oracle is readable`() throws {
    let folder = Fixtures.url("oracles").path(percentEncoded: false)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter {
      $0.hasSuffix(".npz")
    }
    #expect(names.count >= 13)
    for name in names {
      let archive = try NumpyArchive("\(folder)/\(name)")
      for key in archive.keys {
        let array = try archive.array(key)
        #expect(try array.doubles().count == array.shape.reduce(1, *))
      }
    }
  }
}
