import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// npz archives, sound and unsound.
struct NumpyArchiveTests {
  static let labels = Build.npy("<i8", "(3,)", Build.bytes([Int64(2), 0, 1]))
  static let other = Build.npy("|u1", "(2,)", [7, 8])

  static func members() -> [Build.Member] {
    [Build.Member(name: "labels.npy", data: labels), Build.Member(name: "other.npy", data: other)]
  }

  @Test func `an array is found by its key, with and without the ending`() throws {
    try withMemoryFolder { folder in
      let path = try folder.write(Build.zip(Self.members(), comment: "hello"), as: "a.npz")
      #expect(try StoredArray(path + ":labels").integers() == [2, 0, 1])
      #expect(try StoredArray(path + ":other.npy").integers() == [7, 8])
    }
  }

  @Test func `a key that is not there, or is needed, is answered with the keys`() throws {
    try withMemoryFolder { folder in
      let path = try folder.write(Build.zip(Self.members()), as: "a.npz")
      let wrong = fileError { _ = try StoredArray(path + ":lables") }
      #expect(wrong?.expected == "one of its arrays: labels, other")
      #expect(wrong?.found == "'lables'")
      #expect(fileError { _ = try StoredArray(path) }?.found == "no key")
      let empty = try folder.write(Build.zip([]), as: "b.npz")
      #expect(fileError { _ = try StoredArray(empty) }?.expected == "one of its arrays: none")
      let npy = try folder.write(Self.labels, as: "c.npy")
      #expect(fileError { _ = try StoredArray(npy + ":labels") }?.member == "labels")
    }
  }

  @Test func `an archive of one array needs no key`() throws {
    try withMemoryFolder { folder in
      let path = try folder.write(Build.zip([Self.members()[0]]), as: "a.npz")
      #expect(try StoredArray(path).integers() == [2, 0, 1])
    }
  }

  @Test func `a file name with a colon is a file name`() throws {
    try withMemoryFolder { folder in
      let path = try folder.write(Self.labels, as: "a:b.npy")
      #expect(try StoredArray(path).integers() == [2, 0, 1])
    }
  }

  @Test func `a location is a file, or a file and a key`() throws {
    #expect(ArrayLocation("/none/a.npz:k:1").path == "/none/a.npz:k:1")
    #expect(ArrayLocation("/none/a.npz:k").key == "k")
    #expect(ArrayLocation("/none/a:b.npy").path == "/none/a:b.npy")
    #expect(ArrayLocation("/none/a.npy").key == nil)
    for text in ["", ":", ":k", "a:"] { #expect(ArrayLocation(text).path == text) }
  }

  @Test func `sizes that stand in the zip64 fields are read from there`() throws {
    var members = Self.members()
    for i in members.indices { members[i].usesZip64 = true }
    try withMemoryFolder { folder in
      let path = try folder.write(Build.zip(members), as: "a.npz")
      #expect(try StoredArray(path + ":other").integers() == [7, 8])
    }
  }

  @Test func `a wrong checksum is an error`() throws {
    var member = Self.members()[0]
    member.checksum = 1
    try withMemoryFolder { folder in
      let path = try folder.write(Build.zip([member]), as: "a.npz")
      let error = fileError { _ = try StoredArray(path).integers() }
      #expect(error?.expected == "data of the recorded checksum")
      #expect(error?.member == "labels")
    }
  }

  @Test func `a member that promises more than its bytes can hold is refused unread`() throws {
    var member = Self.members()[0]
    member.method = 8
    member.size = 1 << 31
    try withMemoryFolder { folder in
      let path = try folder.write(Build.zip([member]), as: "a.npz")
      #expect(
        fileError { _ = try StoredArray(path) }?.expected == "a member whose sizes are possible")
    }
  }

  @Test func `encrypted and strangely packed members are refused by name`() throws {
    var member = Self.members()[0]
    member.method = 12
    try withMemoryFolder { folder in
      let path = try folder.write(Build.zip([member]), as: "a.npz")
      let error = fileError { _ = try StoredArray(path) }
      #expect(error?.found == "packing method 12")
      #expect(error?.member == "labels.npy")
    }
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func `an archive cut at any byte is an error`(name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Fixtures.url("npy-ref/\(name)")))
    try withMemoryFolder { folder in
      for length in bytes.indices {
        let path = try folder.write(Array(bytes[..<length]), as: "a.npz")
        #expect(fileError { _ = try StoredArray(path + ":labels").doubles() } != nil)
      }
    }
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func `a damaged archive gives the right numbers or a file error, never other numbers`(
    name: String
  ) throws {
    let bytes = [UInt8](try Data(contentsOf: Fixtures.url("npy-ref/\(name)")))
    let expected = try StoredArray(NumpyReferenceTests.path(name) + ":features").floats()
    var source = RandomSource(RandomKey(seed: 2, role: .data, method: name))
    try withMemoryFolder { folder in
      for _ in 0..<1500 {
        let path = try folder.write(damaged(bytes, using: &source), as: "a.npz")
        do {
          #expect(try StoredArray(path + ":features").floats() == expected)
        } catch is FileError {}
      }
    }
  }
}
