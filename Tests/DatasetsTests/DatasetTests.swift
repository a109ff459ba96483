import Datasets
import LinearAlgebra
import Testing

/// The bytes that identify a data set.
struct DatasetTests {
  func bytes(_ set: Dataset) -> [UInt8] {
    var result: [UInt8] = []
    set.forEachDigestChunk { result.append(contentsOf: $0) }
    return result
  }

  @Test func `pixels and labels of the training part come before those of the test part`() {
    let images = ImageSet(count: 2, height: 1, width: 1, channels: 1, pixels: [200, 7])
    let part = Examples(labels: [1, 258], images: images)
    var set = Dataset(name: "a", classNames: [], train: part, test: nil)
    let expected: [UInt8] = [200, 7, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0]
    #expect(bytes(set) == expected)
    set.test = part
    #expect(bytes(set) == expected + expected)
    set.train.features = Matrix(zeros: 2, 3)
    #expect(bytes(set) == expected + expected)
  }

  @Test func `features count where there are no images`() {
    let features = Matrix(rows: 1, columns: 2, elements: [1, -0.5])
    let part = Examples(labels: [3], features: features)
    let set = Dataset(name: "a", classNames: [], train: part, test: nil)
    #expect(bytes(set) == [0, 0, 128, 63, 0, 0, 0, 191, 3, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func `long parts are handed over whole, piece by piece`() {
    let count = 200_001
    let part = Examples(
      labels: Array(0..<count), features: Matrix(zeros: count, 1))
    let set = Dataset(name: "a", classNames: [], train: part, test: nil)
    let all = bytes(set)
    #expect(all.count == count * 12)
    #expect(Array(all.suffix(8)) == [0x40, 0x0d, 3, 0, 0, 0, 0, 0])
  }
}
