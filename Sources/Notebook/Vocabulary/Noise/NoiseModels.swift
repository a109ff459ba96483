import ActiveLearning
import CommandLanguage
import Datasets

extension Vocabulary {
  /// The noise models.
  static let noiseModels: [Row<NoiseImplementation>] = (drawnAndGiven + annotators).map { row in
    let takesVotes = !["none", "human", "given", "file"].contains(row.entry.name)
    return takesVotes ? Row(row.entry.with([votes]), row.implementation) : row
  }

  private static let drawnAndGiven: [Row<NoiseImplementation>] = [
    Row(
      Entry(
        .noise, "none", aliases: ["clean", "clean_label"], "every answer is the true label",
        examples: ["load digits\nnoise none", "load digits\nnoise none\nquery probcover 20"]),
      NoiseImplementation(budgetRate: { _, _ in 0 }, make: { _, _ in NoNoise() })),
    Row(
      Entry(
        .noise, "sym",
        aliases: [
          "symmetric", "uniform", "sym_excl",
          Entry.Alias("sym_incl", presets: [("inclusive", "true")]),
        ],
        "a given share of the samples gets one of the other labels, each equally likely",
        parameters: [
          rate,
          .option(
            "inclusive", .boolean, default: .value("false"),
            "draw the new label from all classes, the true one too"),
        ],
        details: """
          Exactly floor(rate * N) samples, drawn without replacement, get a label that is uniform
          over the C-1 others, never their own. The realised rate therefore is the requested one;
          where others draw over all C classes it is rate * (C-1) / C.
          """,
        examples: ["load digits\nnoise sym 0.5", "load digits\nnoise sym 0.2\nshow noise"]),
      NoiseImplementation(
        budgetRate: { arguments, context in
          let rate = arguments.number("rate") ?? 0
          let classes = Double(context.classes)
          return arguments.flag("inclusive") ? rate * (classes - 1) / classes : rate
        },
        make: { arguments, _ in
          SymmetricNoise(
            rate: arguments.number("rate") ?? 0, inclusive: arguments.flag("inclusive"))
        })),
    asymmetric, instance, human, given,
    Row(
      Entry(
        .noise, "file", "the answers stand in a file, one label per sample",
        parameters: [
          .positional(
            "path", .file, ".npy, .npz:key, .pt:key, .csv or .txt; N labels in 0…C−1")
        ],
        details: "csv and txt: one label per line, or index,label under a header.",
        examples: [
          "load blobs samples=4 test=0 classes=2\nnoise file labels.txt\nshow noise",
          "load blobs samples=4 test=0 classes=2\nnoise file labels.txt\nquery random 2",
        ]),
      NoiseImplementation(
        needsTruth: false, budgetRate: { _, _ in 0 },
        make: { arguments, context in
          GivenLabels(
            try LabelFile.read(
              arguments.text("path") ?? "", count: context.samples, classes: context.classes))
        })),
  ]

  private static let rate = Parameter.positional(
    "rate", .number(.closed(0, 1)), "share of the pool that is labelled wrongly")

  private static let asymmetric = Row(
    Entry(
      .noise, "asym",
      aliases: ["asymmetric", "flip", Entry.Alias("pair", presets: [("map", "next")])],
      "each class is taken for a certain other one, or for others by a confusion matrix",
      parameters: [
        rate,
        .option(
          "map", .value, default: .computed("cifar10, superclass (CIFAR-100), else next"),
          "next, superclass, cifar10, cifar100pairs, or your own: '2>0,3>5', by number or name"),
        .option(
          "basis", .choice(AsymmetricNoise.Basis.allCases.map(\.rawValue)),
          default: .value("pool"),
          "pool: the share is of all samples, and those of unmapped classes stay right; realised: "
            + "it is the share that is wrong"),
        .option(
          "matrix", .either([.choice(["probe"]), .file]), default: .absent,
          "C × C counts or probabilities, row = true class; probe: those of a linear probe"),
      ],
      details: """
        floor(rate * N) samples are drawn without replacement. With a matrix, class c gets wrong
        labels in proportion to its share of confusions, drawn from its row without the diagonal.
        """,
      citation: """
        Patrini, Rozza, Menon, Nock, Qu (2017), Making deep neural networks robust to label noise, \
        arXiv 1609.03683
        """,
      examples: [
        "load digits\nnoise asym 0.4", "load digits\nnoise asym 0.2 map='1>7,3>8'\nshow noise",
      ], validate: NoiseMistakes.validate),
    NoiseImplementation(
      resolve: { arguments, context in
        guard arguments["matrix"] == nil else { return }
        arguments.resolve("map", .word(try NoiseMistakes.defaultMap(context)))
      },
      budgetRate: { arguments, _ in arguments.number("rate") ?? 0 },
      make: { arguments, context in
        let rate = arguments.number("rate") ?? 0
        if let matrix = arguments.text("matrix") {
          return ConfusionNoise(
            rate: rate,
            matrix: matrix == "probe"
              ? try NoiseMistakes.probed(context, seed: context.seed)
              : try NoiseMistakes.matrix(matrix, classes: context.classes))
        }
        return AsymmetricNoise(
          rate: rate,
          map: try NoiseMistakes.map(arguments, ClassNames(names: context.data.classNames)),
          basis: arguments.text("basis").flatMap(AsymmetricNoise.Basis.init) ?? .pool)
      }))

  private static let instance = Row(
    Entry(
      .noise, "instance", aliases: ["idn", "pmd"],
      "mistakes that depend on what a sample looks like: some are harder, and like ones are "
        + "mistaken alike",
      parameters: [
        rate,
        .option(
          "shared", .boolean, default: .value("false"), "one random matrix for all classes"),
      ],
      details: """
        The rate of each sample is normal around the given one, deviation 0.1, within (0, 1); which
        class it is taken for follows from its unit row times sqrt(d) and a random matrix of its
        true class.
        """,
      citation: """
        Xia, Liu, Han, Wang, Gong, Liu, Niu, Tao, Sugiyama (2020), Part-dependent label noise, \
        arXiv 2006.07836
        """,
      examples: [
        "load digits\nnoise instance 0.4",
        "load digits\nnoise instance 0.2 shared=true\nshow noise",
      ]),
    NoiseImplementation(
      needsEmbedding: true, budgetRate: { arguments, _ in arguments.number("rate") ?? 0 },
      make: { arguments, _ in
        InstanceNoise(rate: arguments.number("rate") ?? 0, shared: arguments.flag("shared"))
      }))

  private static let human = Row(
    Entry(
      .noise, "human", "what people answered about CIFAR-10 and CIFAR-100",
      parameters: [
        .positional(
          "kind", humanKinds,
          "whose answers: CIFAR-10 has all but noisy_label, CIFAR-100 noisy_label and clean_label"),
        .option(
          "file", .file, default: .absent, "CIFAR-10_human.pt, CIFAR-100_human.pt, or the like"),
      ],
      details: """
        The file's clean_label must be the training labels, all of them: else its order is another
        one. Realised rates: aggre_label .0901, random_label1 to 3 .17234, .18122, .17640,
        worse_label .40208, noisy_label .40200.
        """,
      citation: """
        Wei, Zhu, Cheng, Liu, Niu, Liu (2022), Learning with noisy labels revisited, \
        arXiv 2110.12088 (CC BY-NC 4.0)
        """,
      examples: [
        "load cifar10\nnoise human worse_label",
        "load cifar100\nnoise human noisy\nquery random 20",
      ]),
    NoiseImplementation(
      budgetRate: { arguments, _ in humanRates[arguments.text("kind") ?? ""] ?? 0 },
      make: { arguments, context in
        let plan = try context.data.plan()
        guard ["cifar10", "cifar100", "cifar10n", "cifar100n"].contains(plan.entry.name) else {
          throw MethodError.refused(
            reason: "people answered about cifar10 and cifar100, not about \(plan.entry.name)")
        }
        let (whole, cut) = try context.data.whole()
        let labels = try HumanLabels.read(
          kind: arguments.text("kind") ?? "", classes: context.classes, labels: whole.labels,
          from: context.directories, file: arguments.text("file"),
          path: plan.bound.arguments.text("path"))
        return GivenLabels(cut.map { cut in cut.indices.map { labels[$0] } } ?? labels)
      }))

  /// Those of both data sets; which of them has one is told when the files are read.
  private static let humanKinds: Parameter.Kind = {
    let all = HumanLabels.aliases(10) + HumanLabels.aliases(100)
    let kinds = all.map(\.kind)
    return .choice(
      kinds.indices.filter { kinds.firstIndex(of: kinds[$0]) == $0 }.map { kinds[$0] },
      aliases: Dictionary(
        all.flatMap { kind in kind.others.map { ($0, kind.kind) } },
        uniquingKeysWith: { first, _ in first }))
  }()

  /// What `spc=` counts with: rates as measured.
  private static let humanRates = [
    "aggre_label": 0.0901, "random_label1": 0.17234, "random_label2": 0.18122,
    "random_label3": 0.1764, "worse_label": 0.4021, "noisy_label": 0.402,
  ]

  private static let given = Row(
    Entry(
      .noise, "given", "the labels that the data set came with, from its own annotators",
      details: """
        For clothing1m, food101n, webvision and load … labeled=DIR: load sets it. They are not drawn
        again.
        """,
      examples: [
        "load food101n\nnoise given", "load clothing1m\nnoise given\nquery random 20",
      ]),
    NoiseImplementation(
      needsTruth: false,
      budgetRate: { _, context in (try? context.data.plan().implementation.noiseRate) ?? 0 },
      make: { _, context in
        guard let annotation = try context.data.annotation() else {
          throw MethodError.refused(
            reason: "\(context.data.record.dataset) comes with true labels, not with given ones")
        }
        return GivenLabels(annotation.observed)
      }))
}
