import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Torch files that no torch wrote, and what may not be in one.
struct TorchFormatTests {
  /// Six floats as the only storage.
  static let six = Build.bytes((0..<6).map { Float($0) })

  static func archive(
    offset: Int32 = 0, size: [Int32] = [2, 3], stride: [Int32] = [3, 1], count: Int32 = 6,
    key: String = "0", data: [UInt8] = six, byteOrder: String? = "little"
  ) -> [UInt8] {
    Build.torch(
      PickleBuilder.file {
        $0.tensor(offset: offset, size: size, stride: stride) {
          $0.storage(key: key, count: count)
        }
      }, storages: ["0": data], byteOrder: byteOrder)
  }

  @Test func `offsets and strides of every kind mean what they mean in torch`() throws {
    let cases: [(offset: Int32, size: [Int32], stride: [Int32], values: [Float])] = [
      (0, [2, 3], [3, 1], [0, 1, 2, 3, 4, 5]), (0, [3, 2], [1, 3], [0, 3, 1, 4, 2, 5]),
      (1, [2, 2], [2, 1], [1, 2, 3, 4]), (1, [5], [1], [1, 2, 3, 4, 5]),
      (0, [3], [2], [0, 2, 4]), (1, [2, 3], [0, 2], [1, 3, 5, 1, 3, 5]),
      (5, [4], [0], [5, 5, 5, 5]), (3, [], [], [3]), (0, [2, 2], [1, 1], [0, 1, 1, 2]),
      (4, [1, 2], [99, 1], [4, 5]), (2, [3, 1], [1, 7], [2, 3, 4]), (6, [0, 3], [3, 1], []),
      (0, [2, 1, 3], [1, 5, 2], [0, 2, 4, 1, 3, 5]),
    ]
    try withMemoryFolder { folder in
      for (offset, size, stride, values) in cases {
        let file = Self.archive(offset: offset, size: size, stride: stride)
        let array = try StoredArray(folder.write(file, as: "a.pt"))
        #expect(array.shape == size.map { Int($0) })
        #expect(try array.floats() == values, "\(offset) \(size) \(stride)")
        #expect(try array.doubles() == values.map { Double($0) })
      }
    }
  }

  @Test func `every small view equals its definition, in both forms of files`() throws {
    try withMemoryFolder { folder in
      for size in [[2, 2], [1, 3], [3, 2]] as [[Int32]] {
        for first: Int32 in 0...3 {
          for second: Int32 in 0...3 {
            let places = (0..<size[0]).flatMap { i in
              (0..<size[1]).map { 1 + i * first + $0 * second }
            }
            let count = (places.max() ?? 0) + 1
            let data = Build.bytes((0..<count).map { Float($0) })
            let pickle = PickleBuilder.file {
              $0.tensor(offset: 1, size: size, stride: [first, second]) {
                $0.storage(key: "k", count: count, isLegacy: true)
              }
            }
            let old = Build.legacyTorch(pickle, storages: [("k", Int64(count), data)])
            let new = Build.torch(pickle, storages: ["k": data])
            for file in [old, new] {
              let path = try folder.write(file, as: "a.pt")
              #expect(try StoredArray(path).floats() == places.map { Float($0) })
            }
          }
        }
      }
    }
  }

  @Test func `a transposed matrix larger than one piece is read right`() throws {
    let (rows, columns) = (911, 353)
    let values = (0..<rows * columns).map { Int64($0) }
    let pickle = PickleBuilder.file {
      $0.tensor(size: [Int32(columns), Int32(rows)], stride: [1, Int32(columns)]) {
        $0.storage("LongStorage", count: Int32(rows * columns))
      }
    }
    let file = Build.torch(pickle, storages: ["0": Build.bytes(values)])
    try withMemoryFolder { folder in
      let array = try StoredArray(folder.write(file, as: "a.pt"))
      let expected = (0..<columns).flatMap { j in (0..<rows).map { $0 * columns + j } }
      #expect(try array.integers() == expected)
    }
  }

  @Test func `any location, further arguments and unknown members are passed over`() throws {
    let pickle = PickleBuilder.file {
      $0.tensor(size: [6], stride: [1], more: 2) { $0.storage(location: "cuda:0", count: 6) }
    }
    let members = [
      Build.Member(name: "x/data.pkl", data: pickle),
      Build.Member(name: "x/data/0", data: Self.six),
      Build.Member(name: "x/.data/serialization_id", data: Array("0123".utf8)),
      Build.Member(name: "x/later", data: [1, 2, 3]), Build.Member(name: "x/data/9", data: [1]),
    ]
    try withMemoryFolder { folder in
      let array = try StoredArray(folder.write(Build.zip(members), as: "a.pth"))
      #expect(try array.floats() == [0, 1, 2, 3, 4, 5])
    }
  }

  @Test func `numbers stored with the other sign are refused, whatever else is noted is not`()
    throws
  {
    let archive = { (notes: [String: Bool]) in
      Build.torch(
        PickleBuilder.file {
          $0.tensor(size: [6], stride: [1], notes: notes) { $0.storage(count: 6) }
        }, storages: ["0": Self.six])
    }
    try withMemoryFolder { folder in
      let other = try folder.write(archive(["other": true, "neg": false]), as: "a.pt")
      #expect(try StoredArray(other).floats() == [0, 1, 2, 3, 4, 5])
      let negative = try folder.write(archive(["conj": false, "neg": true]), as: "b.pt")
      let error = try #require(fileError { _ = try StoredArray(negative) })
      #expect(error.kind == .format && error.found.contains("resolve_neg"))
    }
  }

  @Test func `a storage that is part of another is read where it is`() throws {
    let pickle = PickleBuilder.file {
      $0.emptyDictionary()
      $0.mark()
      $0.text("part")
      $0.tensor(offset: 1, size: [2], stride: [1]) {
        $0.storage(key: "r", count: 6, view: ("v", 2, 3))
      }
      $0.text("all")
      $0.tensor(size: [6], stride: [1]) { $0.storage(key: "r", count: 6, isLegacy: true) }
      $0.setItems()
    }
    try withMemoryFolder { folder in
      let path = try folder.write(
        Build.legacyTorch(pickle, storages: [("r", 6, Self.six)]), as: "a.pth")
      #expect(try StoredArray(path + ":part").floats() == [3, 4])
      #expect(try StoredArray(path + ":all").floats() == [0, 1, 2, 3, 4, 5])
    }
  }

  @Test func `weights with versions of their parts are a dictionary like any other`() throws {
    let pickle = PickleBuilder.file {
      $0.global("collections", "OrderedDict")
      $0.tuple { _ in }
      $0.reduce()
      $0.mark()
      $0.text("encoder.weight")
      $0.tensor(size: [2, 3], stride: [3, 1]) { $0.storage(count: 6) }
      $0.setItems()
      $0.emptyDictionary()
      $0.text("_metadata")
      $0.emptyDictionary()
      $0.setItem()
      $0.build()
    }
    let file = Build.torch(pickle, storages: ["0": Self.six])
    try withMemoryFolder { folder in
      let path = try folder.write(file, as: "a.pt")
      #expect(try StoredArray(path + ":encoder.weight").shape == [2, 3])
      #expect(try StoredArray(path).shape == [2, 3])
    }
  }

  struct View: Sendable {
    let offset: Int32
    let size: [Int32]
    let stride: [Int32]
  }

  static let views: [View] = [
    View(offset: 1, size: [2, 3], stride: [3, 1]), View(offset: -1, size: [2], stride: [1]),
    View(offset: 0, size: [-1], stride: [1]), View(offset: 0, size: [2], stride: [-1]),
    View(offset: 0, size: [7], stride: [1]), View(offset: 0, size: [2, 2], stride: [5, 1]),
    View(offset: 0, size: [2], stride: [1, 1]), View(offset: 6, size: [], stride: []),
    View(
      offset: 0, size: [2_000_000_000, 2_000_000_000, 2_000_000_000], stride: [0, 0, 0]),
    View(offset: 0, size: [2_000_000_000, 2], stride: [2_000_000_000, 1]),
  ]

  @Test(arguments: views)
  func `a tensor outside its storage is refused`(view: View) throws {
    try withMemoryFolder { folder in
      let file = Self.archive(offset: view.offset, size: view.size, stride: view.stride)
      let error = fileError { _ = try StoredArray(folder.write(file, as: "a.pt")) }
      #expect(error?.expected == "a tensor within its storage of 6 elements")
      #expect(error?.member == "a/data.pkl")
    }
  }

  @Test func `a storage that is missing or has another size is refused`() throws {
    try withMemoryFolder { folder in
      func error(_ file: [UInt8]) -> FileError? {
        fileError { _ = try StoredArray(folder.write(file, as: "a.pt")) }
      }
      #expect(error(Self.archive(key: "1"))?.found == "none")
      #expect(error(Self.archive(count: 7))?.found == "24 bytes")
      #expect(error(Self.archive(count: 2_000_000_000))?.member == "a/data/0")
      #expect(error(Self.archive(key: "../../0"))?.member == "a/data/../../0")
      let tensor = PickleBuilder.file {
        $0.tensor(size: [6], stride: [1]) { $0.storage(key: "k", count: 6, isLegacy: true) }
      }
      for count: Int64 in [5, 7, -1, .max, 1 << 62] {
        let file = Build.legacyTorch(tensor, storages: [("k", count, Self.six)])
        #expect(error(file)?.kind == .format, "\(count)")
      }
      #expect(error(Build.legacyTorch(tensor, storages: [("j", 6, Self.six)])) != nil)
      #expect(error(Build.legacyTorch(tensor, storages: []))?.found != nil)
      let twice = [("k", Int64(6), Self.six), ("k", 6, Self.six)]
      #expect(error(Build.legacyTorch(tensor, storages: twice)) != nil)
    }
  }

  @Test func `a huge count in the pickle of the old form is refused unread`() throws {
    let pickle = PickleBuilder.file {
      $0.tensor(size: [6], stride: [1]) {
        $0.storage(key: "k", count: 2_000_000_000, isLegacy: true)
      }
    }
    let file = Build.legacyTorch(pickle, storages: [("k", 2_000_000_000, Self.six)])
    try withMemoryFolder { folder in
      let error = fileError { _ = try StoredArray(folder.write(file, as: "a.pt")) }
      #expect(error?.found.hasPrefix("the end of the file") == true)
    }
  }

  @Test func `repeated elements are read while they are few`() throws {
    try withMemoryFolder { folder in
      let few = try folder.write(
        Self.archive(size: [100_000, 6], stride: [0, 1]), as: "a.pt")
      let matrix = try StoredArray(few).matrix()
      #expect(matrix.rows == 100_000 && matrix.elements.last == 5)
      let many = try folder.write(
        Self.archive(size: [2_000_000_000, 6], stride: [0, 1]), as: "b.pt")
      #expect(fileError { _ = try StoredArray(many) }?.kind == .tooLarge)
    }
  }

  @Test func `the same rows again and again may not grow without end`() throws {
    func file(_ times: Int) -> [UInt8] {
      let pickle = PickleBuilder.file {
        $0.emptyList()
        $0.mark()
        $0.tensor(size: [60_000], stride: [1]) { $0.storage(count: 60_000) }
        $0.put(0)
        for _ in 1..<times { $0.get(0) }
        $0.appends()
      }
      return Build.torch(pickle, storages: ["0": [UInt8](repeating: 0, count: 240_000)])
    }
    try withMemoryFolder { folder in
      let stacked = try StoredArray(folder.write(file(30), as: "a.pt")).matrix()
      #expect(stacked.rows == 30)
      let error = fileError { _ = try StoredArray(folder.write(file(40), as: "b.pt")) }
      #expect(error?.kind == .tooLarge)
    }
  }

  @Test func `the other byte order and the earliest form are refused with what to do`() throws {
    try withMemoryFolder { folder in
      let big = try folder.write(Self.archive(byteOrder: "big"), as: "a.pt")
      #expect(fileError { _ = try StoredArray(big) }?.found == "'big'")
      let tensor = PickleBuilder.file {
        $0.tensor(size: [6], stride: [1]) { $0.storage(key: "k", count: 6, isLegacy: true) }
      }
      let old = try folder.write(
        Build.legacyTorch(tensor, storages: [("k", 6, Self.six)], littleEndian: false), as: "b.pt")
      #expect(fileError { _ = try StoredArray(old) }?.found == "'big'")
      var tar = [UInt8](repeating: 0, count: 1024)
      tar.replaceSubrange(257..<262, with: Array("ustar".utf8))
      let error = fileError { _ = try StoredArray(folder.write(tar, as: "c.pt")) }
      #expect(error?.found.hasPrefix("a tar archive") == true)
      #expect(error?.hints.isEmpty == false)
    }
  }

  @Test func `two storages or two pickles of one name are refused`() throws {
    let pickle = PickleBuilder.file {
      $0.tensor(size: [6], stride: [1]) { $0.storage(count: 6) }
    }
    let one = Build.Member(name: "a/data.pkl", data: pickle)
    let storage = Build.Member(name: "a/data/0", data: Self.six)
    try withMemoryFolder { folder in
      let twice = try folder.write(Build.zip([one, storage, storage]), as: "a.pt")
      #expect(fileError { _ = try StoredArray(twice) }?.found == "two of this name")
      let pickles = try folder.write(Build.zip([one, one, storage]), as: "b.pt")
      #expect(fileError { _ = try StoredArray(pickles) }?.found == "2 of them")
    }
  }

  @Test func `a storage that was changed fails its checksum`() throws {
    let pickle = PickleBuilder.file {
      $0.tensor(size: [1], stride: [1]) { $0.storage(count: 6) }
    }
    let members = [
      Build.Member(name: "a/data.pkl", data: pickle),
      Build.Member(name: "a/data/0", data: Self.six, checksum: 1),
    ]
    try withMemoryFolder { folder in
      let array = try StoredArray(folder.write(Build.zip(members), as: "a.pt"))
      let error = fileError { _ = try array.floats() }
      #expect(error?.expected == "data of the recorded checksum")
    }
  }
}
