import Datasets
import Foundation
import TestSupport
import Testing

/// The data set that is compiled in.
struct DigitsTests {
  @Test func `1297 training and 500 test images of ten classes`() throws {
    let digits = try Digits.load()
    #expect(digits.classNames == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
    let test = try #require(digits.test)
    #expect(digits.train.count == 1297)
    #expect(test.count == 500)
    for part in [digits.train, test] {
      let images = try #require(part.images)
      #expect(images.count == part.count)
      #expect(images.height == 8 && images.width == 8 && images.channels == 1)
      #expect(try images.bytes().max() == 16)
    }
  }

  @Test func `every class has its share of the test part`() throws {
    let digits = try Digits.load()
    let test = try #require(digits.test)
    for digit in 0...9 {
      let inTest = test.labels.count { $0 == digit }
      let all = inTest + digits.train.labels.count { $0 == digit }
      #expect(abs(Double(inTest) - Double(all) * 500 / 1797) < 1, "digit \(digit)")
    }
  }

  @Test func `the first image is the first line of the file`() throws {
    let images = try #require(try Digits.load().train.images)
    #expect(
      try Array(images.bytes().prefix(16)) == [0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0])
  }

  /// The rule of the split in other words: of the rows stably sorted by label, the m-th test row is
  /// the one of rank ⌈1797 m / 500⌉ − 1.
  @Test func `the split of the file's rows follows the rule`() throws {
    let lines = try referenceLines()
    let ranked = lines.indices.sorted { (lines[$0][64], $0) < (lines[$1][64], $1) }
    let testRows = Set((1...500).map { m in ranked[(1797 * m + 499) / 500 - 1] })
    let digits = try Digits.load()
    let test = try #require(digits.test)
    for (part, rows) in [
      (digits.train, lines.indices.filter { !testRows.contains($0) }), (test, testRows.sorted()),
    ] {
      let pixels = try #require(part.images).bytes()
      let found = part.labels.indices.map { i in
        pixels[i * 64..<i * 64 + 64].map { Int($0) } + [part.labels[i]]
      }
      let isSame = found == rows.map { lines[$0] }
      #expect(isSame)
    }
  }

  /// All rows of the original file, put together from IDX files that another program made of it in
  /// another order: 64 pixels and the label each.
  private func referenceLines() throws -> [[Int]] {
    let folder = Fixtures.url("oracles/digits-idx").path(percentEncoded: false)
    let files = try FashionMNIST.load(from: DataDirectories(paths: []), path: folder)
    let test = try #require(files.test)
    let labels = files.train.labels + test.labels
    let pixels = try #require(files.train.images).bytes() + #require(test.images).bytes()
    let order = try Oracle("data_files").ints("split")
    var lines = [[Int]](repeating: [], count: order.count)
    for (place, row) in order.enumerated() {
      lines[row] = pixels[place * 64..<place * 64 + 64].map { Int($0) } + [labels[place]]
    }
    return lines
  }
}
