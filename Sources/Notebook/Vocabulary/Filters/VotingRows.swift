import ActiveLearning
import CommandLanguage

/// Filters that let several models vote.
extension Vocabulary {
  static let votingFilters: [Row<FilterImplementation>] = [
    Row(
      Entry(
        .filter, "disagreenet", "suspects labels on which models agree late while they learn",
        parameters: headParameters,
        details: """
          Linear heads vote after each epoch until all of them agree on nearly everything; of each
          sample's share of votes for its label a mixture of two beta distributions is fitted.
          """,
        citation: "Shwartz, Stern, Weinshall (2022), The dynamic of consensus, arXiv 2210.00583",
        examples: [
          "load digits\nnoise sym 0.5\nquery random 100\nfilter disagreenet",
          "load digits\nnoise sym 0.5\nquery random 50\nfilter disagreenet heads=5 epochs=50",
        ]),
      FilterImplementation { DisagreeNet(heads($0, $1)) }),
    Row(
      Entry(
        .filter, "map", aliases: ["max_agreement"],
        "suspects a label that is not the one voted for most while models learn",
        parameters: headParameters,
        details: "The votes of disagreenet; quality is the share of them for the label.",
        citation: "Stern, Shwartz, Weinshall (2023), United we stand, arXiv 2310.11077",
        examples: [
          "load digits\nnoise sym 0.5\nquery random 100\nfilter map",
          "load digits\nnoise sym 0.5\nquery npc 40 filter=map(heads=5)",
        ]),
      FilterImplementation { MaxAgreementPrediction(heads($0, $1)) }),
  ]

  private static let headParameters: [Parameter] = [
    .option("heads", .integer(2...1000), default: .value("10"), "linear heads that vote"),
    .option("epochs", .integer(1...100_000), default: .value("300"), "at most so many passes"),
    .option(
      "lr", .number(.above(0)), default: .value("0.01"), "initial learning rate, then a cosine"),
    .option("batch", .integer(1...65_536), default: .value("64"), "samples a step"),
    .option(
      "agreement", .number(.closed(0, 1)), default: .value("0.9"),
      "share of samples above which full agreement ends the training"),
    scale,
  ]

  private static func heads(_ arguments: Arguments, _ context: FilterContext) -> VotingHeads {
    VotingHeads(
      heads: arguments.integer("heads") ?? 10, epochs: arguments.integer("epochs") ?? 300,
      learningRate: arguments.number("lr") ?? 0.01, batch: arguments.integer("batch") ?? 64,
      agreement: arguments.number("agreement") ?? 0.9, scale: scale(arguments, context))
  }
}
