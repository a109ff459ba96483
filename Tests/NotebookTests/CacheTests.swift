import ActiveLearning
import CommandLanguage
import Datasets
import Dispatch
import Foundation
import Notebook
import Synchronization
import TestSupport
import Testing
import WorkspaceStore

extension DerivedCache {
  fileprivate func bytes(_ key: String) -> [UInt8]? { read(key) { $0.numbers($0.left) } }

  fileprivate func keep(_ key: String, seconds: Double, _ content: () -> [UInt8]) {
    let content = content()
    keep(key, seconds: seconds, bytes: content.count) { content.withUnsafeBytes($0) }
  }
}

/// What was worked out from data is found again, and nothing else is.
@Suite struct CacheTests {
  private func withCache(
    limit: Int = 1 << 20, _ body: (DerivedCache) throws -> Void
  ) throws {
    try withMemoryFolder { folder in
      try body(
        DerivedCache(
          folder: folder.appending(path: "derived").path(percentEncoded: false), limit: limit,
          leastSeconds: 0))
    }
  }

  private func files(_ cache: DerivedCache) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: cache.folder).map {
      "\(cache.folder)/\($0)"
    }
  }

  @Test func `gives back what was kept under the very key`() throws {
    try withCache { cache in
      #expect(cache.bytes("a") == nil)
      cache.keep("a", seconds: 1) { [1, 2, 3] }
      cache.keep("b", seconds: 1) { [4] }
      #expect(cache.bytes("a") == [1, 2, 3])
      #expect(cache.bytes("b") == [4])
      #expect(cache.bytes("c") == nil)
      cache.keep("a", seconds: 1) { [9] }
      #expect(cache.bytes("a") == [9])
      let count = try files(cache).count
      #expect(count == 2)
    }
  }

  @Test func `a damaged, cut or swapped file is as good as none`() throws {
    try withCache { cache in
      cache.keep("a", seconds: 1) { Array(repeating: 5, count: 100) }
      let path = try #require(try files(cache).first)
      let whole = try #require(FileManager.default.contents(atPath: path))
      for place in stride(from: 0, to: whole.count, by: 7) {
        var damaged = whole
        damaged[place] ^= 1
        try damaged.write(to: URL(fileURLWithPath: path))
        #expect(cache.bytes("a") == nil, "byte \(place)")
        try whole.prefix(place).write(to: URL(fileURLWithPath: path))
        #expect(cache.bytes("a") == nil, "cut at \(place)")
      }
      try whole.write(to: URL(fileURLWithPath: path))
      #expect(cache.bytes("a")?.count == 100)
    }
  }

  @Test func `what was used longest ago goes first`() throws {
    try withCache(limit: 4000) { cache in
      for (age, key) in ["a", "b", "c"].enumerated() {
        cache.keep(key, seconds: 1) { Array(repeating: 0, count: 1000) }
        for path in try files(cache) {
          let data = try #require(FileManager.default.contents(atPath: path))
          guard data.count > 0, data.range(of: Data("1\n\(key)\n".utf8)) != nil else { continue }
          try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: Double(age - 10) * 100)],
            ofItemAtPath: path)
        }
      }
      #expect(cache.bytes("a") != nil)  // used just now
      cache.keep("d", seconds: 1) { Array(repeating: 0, count: 1000) }
      #expect(cache.bytes("b") == nil)
      #expect(cache.bytes("a") != nil && cache.bytes("c") != nil && cache.bytes("d") != nil)
      #expect(cache.size <= 4000)
    }
  }

  @Test func `a smaller limit takes from others no more than it adds`() throws {
    try withCache(limit: 1 << 20) { cache in
      for key in ["a", "b", "c", "d"] {
        cache.keep(key, seconds: 1) { Array(repeating: 0, count: 1000) }
      }
      let size = cache.size
      let frugal = DerivedCache(folder: cache.folder, limit: 1500, leastSeconds: 0)
      frugal.keep("e", seconds: 1) { Array(repeating: 0, count: 1000) }
      #expect(frugal.bytes("e") != nil)
      #expect(frugal.size == size)
      #expect(["a", "b", "c", "d"].count { cache.bytes($0) != nil } == 3)
    }
  }

  @Test func `without a limit nothing is read, written or removed`() throws {
    try withCache { cache in
      cache.keep("a", seconds: 1) { [1] }
      cache.limit = 0
      #expect(cache.bytes("a") == nil)
      cache.keep("b", seconds: 1) { [2] }
      let count = try files(cache).count
      #expect(count == 1)
      cache.limit = 1 << 20
      #expect(cache.bytes("a") == [1])
      #expect(cache.bytes("b") == nil)
    }
  }

  @Test func `where nothing can be written nothing happens`() throws {
    try withMemoryFolder { folder in
      let place = folder.appending(path: "file").path(percentEncoded: false)
      try Data("in the way".utf8).write(to: URL(fileURLWithPath: place))
      for taken in [place, "\(place)/below", "/proc/derived"] {
        let cache = DerivedCache(folder: taken, leastSeconds: 0)
        cache.keep("a", seconds: 1) { [1] }
        #expect(cache.bytes("a") == nil)
        #expect(cache.size == 0)
      }
      // A folder where the file should be, as whoever copies caches about may leave it.
      let cache = DerivedCache(folder: folder.path(percentEncoded: false), leastSeconds: 0)
      cache.keep("a", seconds: 1) { [1] }
      let path = try #require(try files(cache).first { !$0.hasSuffix("/file") })
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.createDirectory(
        atPath: path + "/in", withIntermediateDirectories: true)
      cache.keep("a", seconds: 1) { [1] }
      #expect(cache.bytes("a") == nil)
      let drafts = try files(cache).filter { $0.hasSuffix(".partial") }
      #expect(drafts.isEmpty)
    }
  }

  @Test func `many may read and write one file at once`() throws {
    try withCache(limit: 1 << 20) { cache in
      DispatchQueue.concurrentPerform(iterations: 8) { worker in
        for round in 0..<40 {
          let value = UInt8(truncatingIfNeeded: worker * 40 + round)
          cache.keep("a", seconds: 1) { Array(repeating: value, count: 5000) }
          guard let found = cache.bytes("a") else { continue }
          #expect(found.count == 5000 && Set(found).count == 1)
        }
      }
      #expect(cache.bytes("a")?.count == 5000)
      let count = try files(cache).count
      #expect(count == 1)
    }
  }

  @Test func `nothing is kept that is larger than the limit, quick to work out, or unwanted`()
    throws
  {
    try withCache(limit: 50) { cache in
      cache.keep("a", seconds: 1) { Array(repeating: 0, count: 51) }
      #expect(cache.bytes("a") == nil)
    }
    try withCache(limit: 0) { cache in
      cache.keep("a", seconds: 1) { [1] }
      #expect(cache.bytes("a") == nil)
    }
    try withMemoryFolder { folder in
      let cache = DerivedCache(folder: folder.path(percentEncoded: false), leastSeconds: 2)
      cache.keep("a", seconds: 1.9) { [1] }
      #expect(cache.bytes("a") == nil)
    }
  }

  /// Runs a script in a workspace of its own with a cache, and returns the last result.
  private func run(_ script: String, _ cache: DerivedCache, in folder: URL) throws -> JSON? {
    let path = folder.appending(component: UUID().uuidString).path(percentEncoded: false)
    let workspace = try Workspace.open(path)
    defer { try? workspace.close() }
    let session = try Session(
      workspace: workspace, lease: try workspace.openSession(.new),
      environment: Environment(data: DataDirectories(paths: [DataTrees.path]), cache: cache))
    let source = SourceText(text: script)
    var last: JSON?
    for statement in try Parser.parse(source).statements {
      _ = try session.run(statement, in: source, text: "") { report in
        #expect(report.failure == nil)
        last = report.output?.json
      }
    }
    return last
  }

  @Test func `a later session finds components and graph, and picks the same`() throws {
    try withMemoryFolder { folder in
      let cache = DerivedCache(
        folder: folder.appending(path: "derived").path(percentEncoded: false), limit: 1 << 26,
        leastSeconds: 0)
      let script = "load digits\nnoise sym 0.3\nquery npc 30 delta=0.6"
      let first = try run(script, cache, in: folder)
      let kept = try files(cache).sorted()
      #expect(kept.count >= 2)
      #expect(try run(script, cache, in: folder) == first)
      #expect(try files(cache).sorted() == kept)
      // Another part of the pool is another graph.
      _ = try run("load digits subset=900\nquery npc 5 delta=0.6", cache, in: folder)
      #expect(try files(cache).count > kept.count)
    }
  }

  @Test func `set cache is in force for data that are loaded already`() throws {
    try withMemoryFolder { folder in
      let path = folder.appending(path: "derived").path(percentEncoded: false)
      let open = { DerivedCache(folder: path, limit: 1 << 26, leastSeconds: 0) }
      let query = "query npc 30 delta=0.6"
      let first = try run("load digits\n\(query)", open(), in: folder)
      let kept = try files(open()).sorted()
      let other = "query npc 30 delta=0.5\nreset\n\(query)"
      #expect(try run("load digits\nset cache none\n\(other)", open(), in: folder) == first)
      #expect(try files(open()).sorted() == kept)
      #expect(try run("load digits\nset cache 100\n\(other)", open(), in: folder) == first)
      #expect(try files(open()).sorted() == kept)
      #expect(
        try run("load digits\nset cache none\nset cache 1G\n\(other)", open(), in: folder)
          == first)
      #expect(try files(open()).count > kept.count)
    }
  }

  @Test func `two sessions that share a folder find what the other one kept`() throws {
    try withMemoryFolder { folder in
      let path = folder.appending(path: "derived").path(percentEncoded: false)
      let script = "load digits\nnoise sym 0.3\nquery npc 30 delta=0.6"
      let results = Mutex<[JSON?]>([])
      DispatchQueue.concurrentPerform(iterations: 2) { _ in
        let cache = DerivedCache(folder: path, limit: 1 << 26, leastSeconds: 0)
        let result = try? run(script, cache, in: folder)
        results.withLock { $0.append(result) }
      }
      let found = results.withLock { $0 }
      #expect(found.count == 2 && found[0] != nil && found[0] == found[1])
    }
  }

  @Test func `damage in the cache changes nothing`() throws {
    try withMemoryFolder { folder in
      let cache = DerivedCache(
        folder: folder.appending(path: "derived").path(percentEncoded: false), limit: 1 << 26,
        leastSeconds: 0)
      let script = "load digits\nquery npc 30 delta=0.6"
      let first = try run(script, cache, in: folder)
      for path in try files(cache) {
        try Data("rubbish".utf8).write(to: URL(fileURLWithPath: path))
      }
      #expect(try run(script, cache, in: folder) == first)
    }
  }
}
