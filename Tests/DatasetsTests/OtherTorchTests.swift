import Datasets
import Foundation
import TestSupport
import Testing

/// Torch files of other frameworks and the real human labels, which may not be copied here. They are
/// looked for in the folder that WINNOW_TEST_DATA names, else in `shared/data` beside the repository.
struct OtherTorchTests {
  private static func folder(_ name: String) -> [String: String] {
    let named = ProcessInfo.processInfo.environment["WINNOW_TEST_DATA"]
    let root =
      named.map { URL(filePath: $0) }
      ?? Fixtures.url("../../../shared/data").standardizedFileURL
    let folder = root.appending(path: name)
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: folder.path(percentEncoded: false))
    guard let names else {
      print("not tested: no \(folder.path(percentEncoded: false))")
      return [:]
    }
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, folder.appending(path: $0).path(percentEncoded: false))
      }
    )
  }

  /// Every array in the file, found by the keys that an error lists.
  private func keys(_ path: String) -> [String]? {
    do {
      _ = try StoredArray(path)
      return [""]
    } catch let error as FileError {
      let prefix = "one of its arrays: "
      guard error.expected.hasPrefix(prefix) else { return nil }
      let listed = error.expected.dropFirst(prefix.count).components(separatedBy: ", ")
      return listed.filter { !$0.hasPrefix("…") }.map { ":" + $0 }
    } catch {
      return nil
    }
  }

  @Test func `every torch file of Burn's tests is read, and the broken one is refused`() throws {
    let files = Self.folder("burn-pt").filter { $0.key.hasSuffix(".pt") }
    for (name, path) in files {
      if name.hasSuffix("broken.pt") {
        #expect(fileError { _ = try StoredArray(path) }?.kind == .format)
        continue
      }
      let keys = try #require(self.keys(path), "\(name)")
      #expect(!keys.isEmpty)
      for key in keys {
        let array = try StoredArray(path + key)
        if array.type.kind == .text { continue }
        #expect(try array.doubles().count == array.count, "\(name)\(key)")
      }
    }
    guard let views = files["src__pytorch__tests__reader__test_data__legacy_uncloned_views.pt"]
    else { return }
    #expect(try StoredArray(views + ":tensor1").floats() == (10..<20).map { Float($0) })
    #expect(try StoredArray(views + ":tensor2").floats() == (50..<60).map { Float($0) })
  }

  @Test func `the torch files of Candle's tests are read`() throws {
    let files = Self.folder("candle-pt")
    guard let plain = files["test.pt"], let keyed = files["test_with_key.pt"],
      let fortran = files["fortran_tensor_3d.pth"]
    else { return }
    #expect(try StoredArray(plain).integers() == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(try StoredArray(keyed).integers() == [1, 2, 3, 4, 5, 6, 7, 8])
    let cube = try StoredArray(fortran)
    #expect(cube.shape == [2, 3, 4])
    #expect(try cube.integers() == Array(1...24))
  }

  @Test func `the published human labels begin as they are known to`() throws {
    let files = Self.folder("cifar-n")
    guard let ten = files["CIFAR-10_human.pt"], let hundred = files["CIFAR-100_human.pt"] else {
      return
    }
    let worse = try LabelFile.read(ten + ":worse_label", count: 50_000, classes: 10)
    #expect(worse.prefix(12) == [4, 9, 0, 5, 1, 9, 2, 4, 8, 8, 6, 0])
    let noisy = try LabelFile.read(hundred + ":noisy_label", count: 50_000, classes: 100)
    #expect(noisy.prefix(12) == [19, 63, 10, 11, 1, 86, 90, 28, 23, 31, 39, 33])
    let coarse = try LabelFile.read(hundred + ":clean_coarse_label", count: 50_000, classes: 20)
    #expect(Set(coarse).count == 20)
  }

  @Test func `features of half floats with labels are read`() throws {
    for (name, path) in Self.folder("features-lite0") where name.hasSuffix("_f16.pt") {
      let data = try ArrayDataset(features: path + ":features", labels: path + ":labels").load()
      #expect(data.train.features?.rows == 2000 && data.train.features?.columns == 128)
    }
  }
}
