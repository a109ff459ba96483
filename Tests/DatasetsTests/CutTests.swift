import Datasets
import Foundation
import LinearAlgebra
import TestSupport
import Testing

/// Pools that are cut down on purpose.
@Suite struct CutTests {
  private func random(_ seed: Int = 0) -> RandomSource {
    RandomSource(RandomKey(seed: seed, role: .data, method: "cut"))
  }

  @Test func `the published sizes of imbalanced CIFAR come out`() {
    let ten = Imbalance.exponential(0.02).counts(samples: 50_000, classes: 10)
    #expect(ten == [5000, 3237, 2096, 1357, 878, 568, 368, 238, 154, 100])
    #expect(ten.reduce(0, +) == 13_996)
    let hundred = Imbalance.exponential(0.02).counts(samples: 50_000, classes: 100)
    #expect(Array(hundred.prefix(4)) == [500, 480, 462, 444])
    #expect(hundred.last == 10)
    #expect(hundred.reduce(0, +) == 12_608)
    let step = Imbalance.step(0.29).counts(samples: 1000, classes: 10)
    #expect(step == [100, 100, 100, 100, 100, 29, 29, 29, 29, 29])
    #expect(Imbalance.exponential(0.5).counts(samples: 7, classes: 1) == [7])
  }

  @Test func `each class keeps its number, in the order of the data`() throws {
    let labels = (0..<400).map { ($0 * 7) % 4 }
    var source = random()
    let kept = Imbalance.exponential(0.1).indices(labels: labels, classes: 4, using: &source)
    #expect(kept == kept.sorted() && Set(kept).count == kept.count)
    let counts = (0..<4).map { c in kept.count { labels[$0] == c } }
    #expect(counts == Imbalance.exponential(0.1).counts(samples: 400, classes: 4))
    var same = random()
    #expect(kept == Imbalance.exponential(0.1).indices(labels: labels, classes: 4, using: &same))
    var other = random(1)
    #expect(kept != Imbalance.exponential(0.1).indices(labels: labels, classes: 4, using: &other))
  }

  @Test func `a class that has fewer keeps what it has`() {
    var source = random()
    let kept = Imbalance.step(1).indices(labels: [0, 0, 0, 1], classes: 2, using: &source)
    // Two of the three of class 0, and the only one of class 1.
    #expect(kept.count == 3 && kept.last == 3)
  }

  @Test(arguments: [
    ("exp", "exp:0.02"), ("step", "step:0.1"), ("EXP:0.5", "exp:0.5"), ("step:1", "step:1.0"),
  ])
  func `a kind with and without its share is understood`(_ typed: String, _ meant: String) throws {
    #expect(try Imbalance(typed).text == meant)
  }

  @Test(arguments: ["", "tail", "exp:", "exp:0", "exp:1.5", "exp:nan", "exp:0.1:2", "step:-1"])
  func `what is no imbalance is refused`(_ typed: String) {
    #expect(throws: OptionError.self) { try Imbalance(typed) }
  }

  @Test func `a number is drawn, without repetition and in order`() throws {
    var source = random()
    let some = try Subset("30").indices(of: 100, using: &source)
    #expect(some.count == 30 && Set(some).count == 30 && some == some.sorted())
    #expect(some.allSatisfy { (0..<100).contains($0) })
    var all = random()
    #expect(try Subset("100").indices(of: 100, using: &all) == Array(0..<100))
    for number in ["0", "101", "-3"] {
      #expect(throws: OptionError.self) { try Subset(number).indices(of: 100, using: &all) }
    }
  }

  @Test func `a file names the samples, and wrong indices are refused with their row`() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(component: "subset.npy").path(percentEncoded: false)
      var source = random()
      try NumpyWriter.write([5, 0, 9], shape: [3], to: path)
      #expect(try Subset(path).indices(of: 10, using: &source) == [0, 5, 9])
      for (indices, row) in [([5, 10], 1), ([-1], 0), ([3, 4, 3], 2)] {
        try NumpyWriter.write(indices, shape: [indices.count], to: path)
        let error = try #require(throws: FileError.self) {
          try Subset(path).indices(of: 10, using: &source)
        }
        #expect(error.place == .row(row))
      }
      try NumpyWriter.write([Int](), shape: [0], to: path)
      #expect(throws: FileError.self) { try Subset(path).indices(of: 10, using: &source) }
    }
  }
}
