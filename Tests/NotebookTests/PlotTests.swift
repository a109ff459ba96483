import Foundation
import Notebook
import Testing

/// `plot embedding`, `plot filter` and `plot noise`: what is in the picture, and where the truth is.
@Suite struct PlotTests {
  private static let data = "load blobs samples=80 test=60 classes=4 dimensions=3 seed=2\n"

  @Test func `each sample of the pool is in one group, and each clean one has a ball`() throws {
    try withTrial { trial in
      try trial.ok(Self.data + "noise sym 0.4\nquery npc 20 delta=0.3\nfilter aum")
      let plot = try trial.ok("plot embedding")
      let curves = try #require(plot["curves"]?.array)
      func size(_ name: String) -> Int? {
        curves.first { $0["name"]?.string == name }?["x"]?.array?.count
      }
      let (labeled, suspected) = (size("labeled") ?? 0, size("suspected") ?? 0)
      #expect(size("unlabeled") == 60)
      #expect(labeled + suspected == 20)
      #expect(size("balls") == labeled)
      #expect(curves.first?["radius"]?.double == 0.3)
    }
  }

  @Test func `balls and samples are drawn in the same units`() throws {
    try withTrial { trial in
      let plot = try trial.ok("load digits\nquery probcover 3 delta=0.5\nplot embedding")
      let places = (plot["curves"]?.array ?? []).flatMap { $0["x"]?.doubles ?? [] }
      // Rows of length 1, each centred: nothing is farther out than 2.
      #expect(places.allSatisfy { abs($0) <= 2 })
      #expect(places.contains { abs($0) > 0.3 })
    }
  }

  @Test func `qualities are counted once by the verdict and once by the truth`() throws {
    try withTrial { trial in
      try trial.ok(Self.data + "noise sym 0.4\nquery random 30\nfilter aum")
      let plot = try trial.ok("plot filter")
      func total(_ curves: [JSON]?) -> Double {
        (curves ?? []).flatMap { $0["y"]?.array ?? [] }.compactMap(\.double).reduce(0, +)
      }
      #expect(total(plot["curves"]?.array) == 30)
      #expect(total(plot["evaluation"]?["curves"]?.array) == 30)
      let names = plot["curves"]?.array?.compactMap { $0["name"]?.string }
      #expect(names == ["kept", "suspected"])
    }
  }

  @Test func `without a judgement it is said how to make one`() throws {
    try withTrial { trial in
      let failed = try trial.failing(Self.data + "query random 8\nplot filter")
      #expect(failed.failure?.diagnostic.message == "nothing is judged yet")
    }
  }

  @Test func `the noise matrix is drawn in percent and stands under evaluation`() throws {
    try withTrial { trial in
      try trial.ok(Self.data + "noise sym 0.5")
      let plot = try #require(try trial.run("plot noise").last?.output)
      let matrix = try #require(plot.json["evaluation"]?["matrix"]?.array)
      #expect(matrix.count == 4)
      for row in matrix {
        let sum = (row.array ?? []).compactMap(\.double).reduce(0, +)
        #expect(abs(sum - 1) < 1e-9)
      }
      #expect(plot.picture.count == 6)
      #expect(plot.picture[0].contains("(evaluation)"))
    }
  }

  @Test func `a matrix too wide for percentages is shaded, and one wider still is joined`() throws {
    try withTrial(columns: 60) { trial in
      try trial.ok("load blobs samples=200 test=60 classes=100 dimensions=3 seed=2")
      let picture = try #require(try trial.run("plot noise").last?.output?.picture)
      #expect(picture.count == 53)
      let widest = picture.dropLast().map(\.count).max() ?? 0
      #expect(widest < 60)
      #expect(picture.joined().contains("the largest of 2 by 2"))
    }
  }

  @Test(arguments: ["embedding", "filter", "noise"])
  func `the same picture is the same file`(_ subject: String) throws {
    try withTrial { trial in
      try trial.ok(Self.data + "noise sym 0.4\nquery random 20\nfilter aum")
      let files = ["one.svg", "two.svg"].map(trial.path)
      for file in files {
        try trial.ok("plot \(subject) file='\(file)'")
      }
      let bytes = try files.map { try Data(contentsOf: URL(filePath: $0)) }
      #expect(bytes[0] == bytes[1])
      let text = String(decoding: bytes[0], as: UTF8.self)
      #expect(text.contains("<svg") && text.contains("</svg>"))
    }
  }
}
