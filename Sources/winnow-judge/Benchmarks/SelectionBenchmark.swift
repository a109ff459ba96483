import ActiveLearning
import ArgumentParser
import Datasets
import LinearAlgebra

/// Choosing samples of a large pool and judging their labels, as the strategies and filters do it
/// inside of a query.
struct SelectionBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selection", abstract: "Graphs, picks and verdicts on a pool of points.",
    discussion: """
      The work is done on the rows of a file, each round from nothing unless the work says \
      otherwise. Where a work begins with labeled samples they are spread evenly over the pool, \
      sample ⌊i · N / n⌋ for i below their number n. The answers are the picks in their order, or \
      one number per label, 1 for clean; for a graph the sum of its degrees, and then that of the \
      graph it was made from.
      """)

  @Option(
    help: ArgumentHelp(
      "What is done.",
      discussion: """
        graph: who lies in whose ball. narrower: the same from the graph of a radius a tenth \
        larger, which is there already. cover: picks by the graph, which is there already. npc: \
        graph, picks, and the AUM filter after each share. aum: that filter alone, on as many \
        labels as there would be picks. cv: the cross-validation filter on them, the folds taking \
        turns. maxherding, typiclust: picks from nothing. coreset, badge: picks from one labeled \
        sample for each class on. product: none of these, but a product of matrices of 2048 × 2048 \
        through OpenBLAS, each thread doing its share of the rows.
        """))
  var work = Work.graph

  @Option(help: "The pool: a .npy of rows of 32-bit floats.")
  var points: String?

  @Option(help: "What the annotator would say about each of them: a .npy of whole numbers.")
  var labels: String?

  @Option(help: "Classes of the labels.")
  var classes = 100

  @Option(help: "The radius of balls, or the kernel's width.")
  var radius = 1.0

  @Option(help: "How many samples are chosen, or how many labels judged.")
  var picks = 500

  @Option(help: "MiB that the lists of a graph, or kernel values that are kept, may take.")
  var memory = 1024

  @Option(help: "Threads; without it, as many as there are cores.")
  var threads: Int?

  enum Work: String, ExpressibleByArgument, CaseIterable {
    case graph, narrower, cover, npc, aum, cv, maxherding, coreset, typiclust, badge, product
  }

  func validate() throws {
    guard (threads ?? 1) > 0, classes > 1, picks > 0, (1...1 << 20).contains(memory),
      radius > 0, radius.isFinite
    else {
      throw ValidationError(
        "threads, picks and radius are above 0, classes from 2 on, memory 1 to \(1 << 20) MiB")
    }
    guard work == .product || (points != nil && labels != nil) else {
      throw ValidationError("\(work.rawValue) needs --points FILE.npy and --labels FILE.npy")
    }
  }

  func run() throws {
    if let threads { Parallel.threads = threads }
    try RoundsOnCommand.serve(work == .product ? Self.product() : try SelectionWork(self).once())
  }

  /// A product of two matrices as fast as OpenBLAS makes it: what a graph could at best be made in.
  private static func product() -> RoundsOnCommand.Once {
    let side = 2048
    let factor = [Float](repeating: 0.5, count: side * side)
    var result = factor
    return {
      try factor.withUnsafeBufferPointer { factor in
        try result.withUnsafeMutableBufferPointer { result in
          guard let factor = factor.baseAddress, let result = result.baseAddress else { return }
          try product(of: factor, into: result, side: side)
        }
      }
      return []
    }
  }

  private static func product(
    of factor: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, side: Int
  ) throws {
    let parts = Parallel.threads
    // Each thread writes rows of its own, and the caller keeps both alive.
    nonisolated(unsafe) let (a, c) = (factor, result)
    try Parallel.forEach(parts) { part in
      let first = part * side / parts
      OpenBLAS.product(
        Block(a + first * side, leading: side), Block(a, leading: side), into: c + first * side,
        leading: side, rows: (part + 1) * side / parts - first, inner: side, columns: side)
    }
  }
}
