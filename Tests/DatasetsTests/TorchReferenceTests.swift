import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Files that two versions of torch wrote, with the values they hold.
struct TorchReferenceTests {
  struct Entry: Decodable {
    let key: String?
    let dtype: String
    let shape: [Int]
    let value: NumpyReferenceTests.Value?
  }

  static let folders = ["torch-1.13", "torch-2.13"]

  static func path(_ name: String) -> String {
    Fixtures.url("torch-ref/\(name)").path(percentEncoded: false)
  }

  static func manifest(_ folder: String) -> [String: Entry] {
    let decoded = try? JSONDecoder().decode(
      [String: Entry].self,
      from: Data(contentsOf: Fixtures.url("torch-ref/\(folder)/manifest.json")))
    return decoded ?? [:]
  }

  static let descriptors = [
    "torch.float32": "<f4", "torch.float64": "<f8", "torch.float16": "<f2",
    "torch.bfloat16": "bfloat16", "torch.int64": "<i8", "torch.int32": "<i4",
    "torch.int16": "<i2", "torch.int8": "|i1", "torch.uint8": "|u1", "torch.bool": "|b1",
    "int64": "<i8", "float32": "<f4",
  ]

  @Test(arguments: folders)
  func `every file gives the shape, type and numbers that torch read back`(folder: String) throws {
    let manifest = Self.manifest(folder)
    #expect(manifest.count == 33)
    for (name, expected) in manifest {
      // Of a tuple the first part is meant.
      let key = (expected.key ?? (name == "tuple.pt" ? "0" : nil)).map { ":\($0)" } ?? ""
      let array = try StoredArray(Self.path("\(folder)/\(name)") + key)
      #expect(array.shape == expected.shape, "\(name)")
      #expect(array.type.descriptor == Self.descriptors[expected.dtype], "\(name)")
      guard let values = expected.value?.flat, name != "big_f16_300x64.pt" else { continue }
      #expect(try array.doubles() == values, "\(name)")
      #expect(try array.floats() == values.map { Float($0) }, "\(name)")
      if array.type.isWhole { #expect(try array.integers() == values.map { Int($0) }, "\(name)") }
    }
  }

  @Test(arguments: folders)
  func `a larger file of half floats has the sum that torch found`(folder: String) throws {
    let matrix = try StoredArray(Self.path("\(folder)/big_f16_300x64.pt")).matrix()
    #expect(matrix.rows == 300 && matrix.columns == 64)
    #expect(abs(matrix.elements.reduce(0) { $0 + Double($1) } + 168.157010) < 5e-7)
  }

  @Test(arguments: folders)
  func `both views of one storage are read, in both forms of files`(folder: String) throws {
    let train = try StoredArray(Self.path("\(folder)/dict_shared_storage.pt:train")).floats()
    for name in ["dict_shared_storage.pt", "dict_shared_storage_legacy.pth"] {
      let test = try StoredArray(Self.path("\(folder)/\(name):test"))
      #expect(test.shape == [4, 8])
      #expect(try test.floats().count == 32)
      #expect(try StoredArray(Self.path("\(folder)/\(name):train")).floats() == train)
    }
  }

  @Test(arguments: folders)
  func `features and labels of a data set are taken from a torch file`(folder: String) throws {
    let path = Self.path("\(folder)/dict_features_labels.pt")
    let data = try ArrayDataset(features: path + ":features", labels: path + ":labels").load()
    #expect(data.train.labels == [0, 1, 2, 2, 1, 0])
    #expect(data.train.features?.rows == 6 && data.train.features?.columns == 4)
    let rows = Self.path("\(folder)/list_of_rows.pt")
    let labels = Self.path("\(folder)/labels_i64_legacy.pth")
    let stacked = try ArrayDataset(features: rows, labels: labels).load()
    #expect(stacked.train.features == data.train.features)
    #expect(
      try LabelFile.read(Self.path("\(folder)/numpy_in_pt.pt:noisy_label"), count: 6).count == 6)
  }

  @Test func `a key that is needed or wrong is answered with the keys`() throws {
    let path = Self.path("torch-2.13/dict_features_labels.pt")
    let needed = fileError { _ = try StoredArray(path) }
    #expect(needed?.expected == "one of its arrays: features, labels, classes")
    #expect(needed?.found == "no key")
    #expect(needed?.hints == ["name one: \(path):features"])
    #expect(fileError { _ = try StoredArray(path + ":feature") }?.found == "'feature'")
    #expect(fileError { _ = try LabelFile.read(path + ":lables") }?.member == "lables")
    let tuple = fileError { _ = try StoredArray(Self.path("torch-1.13/tuple.pt")) }
    #expect(tuple?.expected == "one of its arrays: 0, 1")
  }

  @Test(arguments: [
    "torch-2.13/tensor_f32.pt", "torch-1.13/expanded.pt", "torch-2.13/numpy_in_pt_proto.pt",
    "torch-1.13/sliced_offset_legacy.pth", "torch-2.13/labels_i64_legacy.pth",
  ])
  func `a file cut at any byte is an error`(name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Fixtures.url("torch-ref/\(name)")))
    try withMemoryFolder { folder in
      for length in bytes.indices {
        let path = try folder.write(Array(bytes[..<length]), as: "a.pt")
        #expect(fileError { _ = try StoredArray(path).floats() }?.kind == .format, "\(length)")
      }
      let path = try folder.write(bytes + [0], as: "a.pt")
      #expect(fileError { _ = try StoredArray(path).floats() } != nil)
    }
  }

  @Test(arguments: [
    "torch-2.13/transposed.pt", "torch-1.13/strided.pt", "torch-1.13/list_of_rows.pt",
    "torch-2.13/parameter.pt", "torch-1.13/tensor_bf16.pt",
  ])
  func `a damaged archive gives the right numbers or a file error, never others`(
    name: String
  ) throws {
    let bytes = [UInt8](try Data(contentsOf: Fixtures.url("torch-ref/\(name)")))
    let expected = try StoredArray(Self.path(name)).floats()
    var source = RandomSource(RandomKey(seed: 3, role: .data, method: name))
    try withMemoryFolder { folder in
      for _ in 0..<1000 {
        let path = try folder.write(damaged(bytes, using: &source), as: "a.pt")
        do {
          #expect(try StoredArray(path).floats() == expected)
        } catch is FileError {}
      }
    }
  }

  @Test(arguments: [
    "torch-2.13/transposed_legacy.pth", "torch-1.13/dict_shared_storage_legacy.pth",
    "torch-1.13/tensor_f64_legacy.pth",
  ])
  func `a damaged file of the old form ends in numbers or in a file error`(name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: Fixtures.url("torch-ref/\(name)")))
    let key = name.contains("dict") ? ":train" : ""
    var source = RandomSource(RandomKey(seed: 4, role: .data, method: name))
    try withMemoryFolder { folder in
      for _ in 0..<1500 {
        let path = try folder.write(damaged(bytes, using: &source), as: "a.pth") + key
        do {
          let array = try StoredArray(path)
          #expect(try array.doubles().count == array.count)
        } catch is FileError {}
      }
    }
  }
}
