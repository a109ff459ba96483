import Datasets
import Testing

/// Clusters drawn from a seed.
struct BlobsTests {
  @Test func `the parts have the sizes asked for, and balanced classes`() throws {
    var blobs = Blobs()
    (blobs.samples, blobs.test, blobs.classes, blobs.dimensions) = (103, 7, 4, 3)
    let set = try blobs.make()
    #expect(set.train.count == 103 && set.test?.count == 7)
    #expect(set.train.features?.rows == 103 && set.train.features?.columns == 3)
    let counts = (0..<4).map { label in set.train.labels.count { $0 == label } }
    #expect(counts == [26, 26, 26, 25])
    #expect(set.train.labels != set.train.labels.sorted())
  }

  @Test func `the same options give the same data, another seed others`() throws {
    var blobs = Blobs()
    let first = try blobs.make()
    #expect(try blobs.make().train.features == first.train.features)
    blobs.test = 0
    #expect(try blobs.make().train.features == first.train.features)
    #expect(try blobs.make().test == nil)
    blobs.seed = 1
    #expect(try blobs.make().train.features != first.train.features)
  }

  @Test func `clusters lie around common centres with the spread asked for`() throws {
    var blobs = Blobs()
    (blobs.samples, blobs.test, blobs.classes, blobs.spread) = (20_000, 20_000, 2, 0.5)
    let set = try blobs.make()
    let parts = [set.train, try #require(set.test)]
    var means: [[Double]] = []
    for part in parts {
      let features = try #require(part.features)
      for label in 0..<2 {
        let members = features.rows(at: part.labels.indices.filter { part.labels[$0] == label })
        for axis in 0..<2 {
          let values = (0..<members.rows).map { Double(members[$0, axis]) }
          let mean = values.reduce(0, +) / Double(values.count)
          let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
          #expect(abs(variance.squareRoot() - 0.5) < 0.02)
          #expect(abs(mean) <= 10.1)
          means.append([Double(label), Double(axis), mean])
        }
      }
    }
    for i in 0..<4 { #expect(abs(means[i][2] - means[i + 4][2]) < 0.03) }
  }

  @Test func `without spread every sample is its centre`() throws {
    var blobs = Blobs()
    blobs.spread = 0
    let features = try #require(try blobs.make().train.features)
    #expect(Set((0..<features.rows).map { Array(features.row($0)) }).count == 4)
  }

  @Test func `options out of range are refused by name`() {
    let changes: [(String, (inout Blobs) -> Void)] = [
      ("samples", { $0.samples = 3 }), ("samples", { $0.samples = .max }),
      ("test", { $0.test = -1 }),
      ("classes", { $0.classes = 0 }), ("dimensions", { $0.dimensions = 0 }),
      ("dimensions", { $0.dimensions = .max }), ("spread", { $0.spread = -1 }),
      ("spread", { $0.spread = .nan }), ("box", { $0.box = .infinity }),
    ]
    for (option, change) in changes {
      var blobs = Blobs()
      change(&blobs)
      do {
        _ = try blobs.make()
        Issue.record("\(option) was accepted")
      } catch {
        #expect((error as? OptionError)?.option == option)
      }
    }
  }
}
