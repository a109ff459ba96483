import LinearAlgebra
import Synchronization
import Testing

struct RandomSourceTests {
  private let key = RandomKey(seed: 7, role: .query, round: 3, share: 1, method: "probcover")

  @Test func `draws the same numbers for the same address, for ever`() {
    var random = RandomSource(key)
    let drawn = (0..<4).map { _ in random.next() }
    #expect(
      drawn == [
        0x76e9_00dc_5ae5_6716,
        0x55d2_8daa_51e6_d826,
        0x2737_2213_0888_c287,
        0x5158_b0f4_30c7_3d09,
      ])
  }

  @Test func `gives every address a stream of its own`() {
    let changes: [(inout RandomKey) -> Void] = [
      { $0.seed += 1 }, { $0.role = .filter }, { $0.round += 1 }, { $0.share += 1 },
      { $0.method += "x" }, { _ in },
    ]
    let source = RandomSource(key)
    let first = changes.map { change in
      var stream = source.derived(change)
      return stream.next()
    }
    #expect(Set(first).count == changes.count)
  }

  @Test func `does not depend on draws made before when deriving`() {
    var used = RandomSource(key)
    for _ in 0..<10 { _ = used.next() }
    var late = used.derived { $0.share = 5 }
    var early = RandomSource(key).derived { $0.share = 5 }
    #expect(late.next() == early.next())
  }

  @Test func `shuffles, and samples without repetition`() {
    var random = RandomSource(key)
    #expect(random.shuffled(Array(0..<50)).sorted() == Array(0..<50))
    #expect(Set(random.sample(20, of: Array(0..<50))).count == 20)
    #expect(random.sample(0, of: [1]).isEmpty)
  }

  @Test func `draws every order of three equally often`() {
    var random = RandomSource(key)
    var counts = [[Int]: Int]()
    for _ in 0..<6000 { counts[random.shuffled([0, 1, 2]), default: 0] += 1 }
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { (850...1150).contains($0) })
  }

  @Test func `has the mean and variance that its names promise`() {
    var random = RandomSource(key)
    let uniform = (0..<20_000).map { _ in random.uniform() }
    #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(close(uniform.reduce(0, +) / 20_000, 0.5, within: 0.01))
    let normal = (0..<20_000).map { _ in random.normal() }
    #expect(close(normal.reduce(0, +) / 20_000, 0, within: 0.03))
    #expect(close(normal.reduce(0) { $0 + $1 * $1 } / 20_000, 1, within: 0.04))
  }
}

struct ParallelTests {
  private struct Stop: Error {}

  @Test func `runs every iteration once`() throws {
    let counts = Mutex([Int](repeating: 0, count: 1000))
    try Parallel.forEach(1000) { i in counts.withLock { $0[i] += 1 } }
    #expect(counts.withLock { $0 } == [Int](repeating: 1, count: 1000))
    try Parallel.forEach(0) { _ in throw Stop() }
  }

  @Test func `stops at the first error and passes it on`() {
    let begun = Atomic<Int>(0)
    #expect(throws: Stop.self) {
      try Parallel.forEach(100_000) { i in
        begun.wrappingAdd(1, ordering: .relaxed)
        if i == 3 { throw Stop() }
      }
    }
    #expect(begun.load(ordering: .relaxed) < 100_000)
  }

  @Test func `stops when interrupted`() async {
    await #expect(processExitsWith: .success) {
      #expect(throws: Interrupted.self) {
        try Parallel.forEach(1000) { if $0 == 5 { Interrupt.request() } }
      }
      Interrupt.clear()
      try Parallel.forEach(10) { _ in }
    }
  }
}
