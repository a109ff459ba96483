import ActiveLearning
import CommandLanguage

/// Filters that look at where a sample lies among the others.
extension Vocabulary {
  static let geometryFilters: [Row<FilterImplementation>] = [
    Row(
      Entry(
        .filter, "knn", "suspects a label that its nearest labeled neighbours outvote",
        parameters: [
          .option(
            "k", .either([.choice(["auto"]), .integer(1...Int.max)]), default: .value("auto"),
            "neighbours asked; auto: labels / classes, rounded down"),
          .option(
            "include_self", .boolean, default: .value("false"),
            "count the sample as its own first neighbour, as the reference does"),
          scale,
        ],
        details: """
          Suspected where the label is not a most frequent one among the k nearest other labeled
          samples; quality is its share there. Below three labels a class everything is clean. The
          reference counts the sample as its own first neighbour and breaks ties by their order.
          """,
        citation: "after Wilson (1972), Asymptotic properties of nearest neighbor rules",
        examples: [
          "load digits\nnoise sym 0.2\nquery random 100\nfilter knn",
          "load digits\nnoise sym 0.2\nquery random 60\nfilter knn k=5",
        ]),
      FilterImplementation { arguments, context in
        NearestNeighbours(
          k: arguments.integer("k"), includeSelf: arguments.flag("include_self"),
          scale: scale(arguments, context))
      }),
    Row(
      Entry(
        .filter, "centroids", "suspects a sample that is nearer to another class's robust centre",
        parameters: [scale],
        details: """
          The centre of a class is the mean of that of some random halves of it whose covariance has
          the least determinant (of its logarithm, so that none underflows). Suspected where some
          other centre is strictly nearer than the own one; quality is d_other / (d_own + d_other).
          """,
        citation: "after Rousseeuw (1984), Least median of squares regression",
        examples: [
          "load digits\nnoise sym 0.5\nquery random 100\nfilter centroids",
          "load digits\nnoise sym 0.5\nquery npc 40 filter=centroids",
        ]),
      FilterImplementation { Centroids(scale: scale($0, $1)) }),
    Row(
      Entry(
        .filter, "fine", "suspects samples that are not aligned with their class's main direction",
        parameters: [
          .option(
            "mixture", .choice(["gaussian", "beta"]), default: .value("gaussian"),
            "which mixture splits the scores"),
          scale,
        ],
        details: """
          Rows are standardised; the score is the squared product with the first eigenvector of the
          class's Gram matrix; a mixture of two splits the scores of a class, and quality is the
          posterior of the larger one. Precise, and with few labels of low recall.
          """,
        citation: "Kim, Ko, Cho, Choi, Yun (2021), FINE samples, arXiv 2102.11628",
        examples: [
          "load digits\nnoise sym 0.2\nquery random 100\nfilter fine",
          "load digits\nnoise sym 0.2\nquery random 100\nfilter fine mixture=beta",
        ]),
      FilterImplementation { arguments, context in
        Fine(
          mixture: arguments.text("mixture") == "beta" ? .beta : .gaussian,
          scale: scale(arguments, context))
      }),
    Row(
      Entry(
        .filter, "imcod", "experimental: suspects samples in places of uneven density",
        parameters: [
          .option("t", .number(.above(0)), default: .value("0.0001"), "the largest clean score"),
          scale,
        ],
        details: """
          g(n|x) = mean distance / mean(1 / (distance + 1e-5)) from n to the nearest samples of x's
          label, score(x) = median over those n of |g(n|x) - g(x|x)|; suspected above t. The score
          grows with the square of the features' scale. For comparison only.
          """,
        examples: [
          "load digits\nnoise sym 0.2\nquery random 60\nfilter imcod",
          "load digits\nnoise sym 0.2\nquery random 60\nfilter imcod t=0.01",
        ]),
      FilterImplementation { arguments, context in
        IMCOD(t: arguments.number("t") ?? 1e-4, scale: scale(arguments, context))
      }),
    Row(
      Entry(
        .filter, "dbscan", "experimental: suspects the outliers of a density clustering by label",
        parameters: [scale],
        details: """
          The label is one more feature, the radius the trace of the covariance, five samples make a
          core. With as many labels as digits needs it suspects next to nothing.
          """,
        citation: "Ester, Kriegel, Sander, Xu (1996), A density-based algorithm",
        examples: [
          "load digits\nnoise sym 0.2\nquery random 20\nfilter dbscan",
          "load digits\nnoise sym 0.2\nquery random 60\nfilter dbscan scale=unit",
        ]),
      FilterImplementation { DBSCAN(scale: scale($0, $1)) }),
  ]
}
