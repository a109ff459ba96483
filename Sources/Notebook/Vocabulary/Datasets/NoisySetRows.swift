import Datasets

/// Data sets whose training labels are wrong in part because that is how they were collected.
extension Vocabulary {
  static let noisySets: [Row<DatasetImplementation>] =
    [
      Row(
        Entry(
          .dataset, "clothing1m",
          "about a million photos of clothes with labels from web pages, 14 classes",
          details: """
            noisy_label_kv.txt, clean_label_kv.txt and the key lists; the pool is
            noisy_train_key_list.txt in its order, the test split clean_test_key_list.txt. The truth
            of a training sample is known only where it has a clean label, too. \(givenWords)
            """,
          citation: "Xiao, Xia, Yang, Huang, Wang (2015), Learning from massive noisy labeled data",
          examples: ["load clothing1m\nshow noise", "load clothing1m\nquery random 20"]
        ),
        DatasetImplementation(
          embedding: .expected(
            ExpectedFeatures(name: "DINOv2 ViT-S/14 with registers, 384 values a row")),
          open: { arguments, directories in
            try Clothing1M.load(from: directories, path: arguments.text("path"))
          },
          classNames: Clothing1M.classNames, noise: "given", noiseRate: 0.38)),
      Row(
        Entry(
          .dataset, "food101n",
          "photos of dishes with labels from a web search, 101 classes",
          parameters: [
            .option(
              "pool", .choice(Food101N.Pool.allCases.map(\.rawValue)), default: .value("verified"),
              "the images that people have checked, or the whole list without the test split")
          ],
          details: """
            meta/classes.txt, meta/imagelist.tsv, meta/verified_train.tsv and meta/verified_val.tsv;
            of a verified image it is known whether its label is right, not which one would be.
            \(givenWords)
            """,
          citation: "Lee, He, Zhang, Yang (2018), CleanNet, arXiv 1711.07131",
          examples: ["load food101n\nshow noise", "load food101n pool=all\nquery random 20"]),
        DatasetImplementation(
          embedding: .expected(ExpectedFeatures(name: "DINOv2 ViT-S/14, 384 values a row")),
          open: { arguments, directories in
            try Food101N.load(
              from: directories, path: arguments.text("path"),
              pool: arguments.text("pool").flatMap(Food101N.Pool.init) ?? .verified)
          },
          noise: "given", noiseRate: 0.2)),
    ] + WebVision.Source.allCases.map(webVision)

  private static let givenWords =
    "Its own labels are the annotator: noise given, which load sets."

  private static func webVision(_ source: WebVision.Source) -> Row<DatasetImplementation> {
    Row(
      Entry(
        .dataset, "webvision_\(source.rawValue)",
        "the first 50 classes of WebVision 1.0, images that \(source.rawValue) found",
        details: """
          info/synsets.txt, info/train_filelist_\(source.rawValue).txt and info/val_filelist.txt;
          the truth of a training sample is not known. \(givenWords)
          """,
        citation: "Li, Wang, Li, Agustsson, Van Gool (2017), WebVision database, arXiv 1708.02862",
        examples: [
          "load webvision_\(source.rawValue)",
          "load webvision_\(source.rawValue)\nquery random 10",
        ]
      ),
      DatasetImplementation(
        embedding: .expected(ExpectedFeatures(name: "DINOv2 ViT-S/14, 384 values a row")),
        open: { arguments, directories in
          try WebVision.load(source, from: directories, path: arguments.text("path"))
        },
        noise: "given", noiseRate: 0.2))
  }
}
