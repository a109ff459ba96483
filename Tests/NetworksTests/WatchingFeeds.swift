import LinearAlgebra
import Networks
import Synchronization

/// Notes which images are asked for.
final class CountingFeed: ImageFeed {
  private let feed: Rows
  private let seen = Mutex<[Int]>([])
  init(_ feed: Rows) { self.feed = feed }

  var shape: ImageShape { feed.shape }
  var count: Int { feed.count }
  var visits: [Int] { seen.withLock { $0 } }

  func write(_ index: Int, random: RandomSource?, into: UnsafeMutableBufferPointer<Float>) throws {
    seen.withLock { $0.append(index) }
    try feed.write(index, random: random, into: into)
  }
}

/// Asks for a stop as soon as an image is asked for.
struct InterruptingFeed: ImageFeed {
  private let feed: Rows
  init(_ feed: Rows) { self.feed = feed }

  var shape: ImageShape { feed.shape }
  var count: Int { feed.count }

  func write(_ index: Int, random: RandomSource?, into: UnsafeMutableBufferPointer<Float>) throws {
    Interrupt.request()
    try feed.write(index, random: random, into: into)
  }
}
