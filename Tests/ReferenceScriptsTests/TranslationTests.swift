import CommandLanguage
import Foundation
import ReferenceScripts
import TestSupport
import Testing

/// The reference's commands as scripts.
struct TranslationTests {
  static let commands = [
    (
      "npc-aum-cifar100",
      "--al npc --initial_delta 0.65 --initial_size 0 --budget 100 --num_episodes 5"
        + " --noise_type sym --noise_rate 0.5 --lnl aum", Configurations.yaml()
    ),
    (
      "npc-aum-cifar100-spc",
      "--al npc --initial_delta 0.65 --initial_size 0 --samples_per_class 1 2 3 4 5"
        + " --noise_type sym --noise_rate 0.5 --lnl aum", Configurations.yaml()
    ),
    (
      "maxherding-nas-cv-clothing1m",
      "--al maxherding_nas --initial_delta 0.3 --initial_size 0 --samples_per_class 1 2 3 4 5"
        + " --lnl cv --use_linear_model", Configurations.clothing
    ),
  ]

  @Test(arguments: commands)
  func `the README's commands give the scripts of the paper`(
    name: String, line: String, configuration: String
  ) throws {
    let url = Fixtures.url("../../scripts/paper/\(name).winnow").standardized
    let script = try String(contentsOf: url, encoding: .utf8)
    let prose = script.split(separator: "\n").filter { $0.hasPrefix("#") }
    #expect(prose.count > 5)
    let commands = script.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    #expect(
      try translate(line, configuration).commands.joined(separator: "\n")
        == commands.joined(separator: "\n"))
    _ = try Parser.parse(SourceText(name: name, text: script))
  }

  @Test func `what was left out stands at the head, each with its value and a reason`() throws {
    let translation = try translate("--al npc --budget 3 --exp-name mine")
    let ignored = translation.ignored.map { "\($0.key)=\($0.value)" }
    #expect(ignored.contains("--exp-name=mine"))
    #expect(ignored.contains("DATA_LOADER.NUM_WORKERS=8"))
    #expect(ignored.contains("DATASET.ROOT_DIR=.data"))
    #expect(translation.ignored.allSatisfy { !$0.reason.isEmpty })
    for entry in translation.ignored { #expect(translation.script.contains("#   \(entry.text)")) }
    let script = try Parser.parse(SourceText(text: translation.script))
    #expect(script.statements.count == 6)
  }

  @Test func `every key and every flag is translated or accounted for`() throws {
    let translation = try translate(
      "--al random --budget 3 --initial_delta 0.5 --use_noise_dropout --k_logistic 9 --rep dino")
    let keys = Set(translation.ignored.map(\.key))
    #expect(keys.isSuperset(of: ["--initial_delta", "--use_noise_dropout", "--k_logistic"]))
    #expect(translation.commands.contains { $0.contains("features=cifar-100_dino/train_features") })
  }

  @Test(arguments: [
    ("--noise_type asym --noise_rate 0.4", "noise sym 0.4", 1),
    ("--noise_type sym --noise_rate 0.4", "noise sym 0.4", 0), ("--noise_rate 0", "noise none", 0),
    ("", "noise none", 0),
  ])
  func `the type of the noise is what the configuration says`(
    flags: String, noise: String, notices: Int
  ) throws {
    let translation = try translate("--al npc --budget 10 " + flags)
    #expect(translation.commands[2] == noise)
    #expect(translation.notices.count == notices)
  }

  @Test(arguments: [
    ("CIFAR10", "NOISE_TYPE: asym", "noise asym 0.4"),
    ("CIFAR100", "NOISE_TYPE: asym", "noise asym 0.4 matrix=probe"),
    ("CIFAR10N", "NOISE_TYPE: worse_label", "noise human worse_label"),
    ("CIFAR10", "NOISE_TYPE: random_label2", "noise human random_label2"),
    ("CIFAR100N", "NOISE_TYPE: noisy_label", "noise human noisy_label"),
    ("CIFAR10", "NOISE_TYPE: clean_label", "noise none"), ("CIFAR10", "X: 1", "noise sym 0.4"),
  ])
  func `noise of every kind has its command`(dataset: String, noise: String, line: String) throws {
    let classes = dataset.hasPrefix("CIFAR100") ? 100 : 10
    let translation = try translate(
      "--al npc --budget 10 --noise_rate 0.4",
      Configurations.yaml(dataset: dataset, classes: classes, noise: noise))
    #expect(translation.commands[2] == line)
  }

  @Test(arguments: [
    (
      "--al probcover --delta_policy max_std --delta_softening_policy improvement_proportion",
      "probcover 7 delta=0.6 schedule=max_std softening=improvement"
    ),
    ("--al weighted_npc --use_noise_dropout", "weighted_npc 7 delta=0.6 noise_dropout=True"),
    ("--al prob_cover", "probcover 7 delta=0.6"), ("--al max_herding", "maxherding 7 sigma=0.6"),
    ("--al dcom --k_logistic 40 --a_logistic 0.9", "dcom 7 delta=0.6 k=40 a=0.9"),
    ("--al ensemble_var_R", "ensemble_var_r 7"), ("--al random2", "random 7"),
    ("--al BADGE", "badge 7"), ("--al bald", "bald 7"),
  ])
  func `strategies have their names and options`(flags: String, query: String) throws {
    let translation = try translate(flags + " --budget 7 --initial_delta 0.6")
    #expect(translation.commands.contains("  query \(query)"))
  }

  @Test func `training takes its settings from the configuration`() throws {
    let optim =
      "OPTIM: {TYPE: sgd, BASE_LR: 0.002, LR_POLICY: steps, STEPS: [0, 40, 80], NESTEROV:"
      + " True, WEIGHT_DECAY: 0.001}"
    let yaml = """
      DATASET: {NAME: CLOTHING1M, AUG_METHOD: clothing1m}
      MODEL: {TYPE: resnet50, PRETRAINED: True}
      \(optim)
      TRAIN: {BATCH_SIZE: 32, BALANCE_CLASSES: True}
      NOISE: {NOISE_TYPE: noisy_label}
      """
    let translation = try translate(
      "--al random --spc 2 4 --max_epoch 90 --train_on_all --finetune yes", yaml)
    #expect(
      translation.commands.contains(
        "  train resnet50 on=all epochs=90 lr=0.002 batch=32 weight_decay=0.001 schedule=steps"
          + " steps=[0, 40, 80] balance=True finetune=True"))
    #expect(translation.commands.contains("for s in 2 4 {"))
    #expect(translation.notices.contains { $0.contains("PRETRAINED") })
  }

  @Test func `without settings the reference's own defaults are written`() throws {
    let translation = try translate(
      "--al random --budget 5", "DATASET: {NAME: MNIST}\nMODEL: {TYPE: resnet18}")
    #expect(
      translation.commands.contains(
        "  train resnet18 epochs=200 lr=0.1 batch=128 weight_decay=0.0005 augment=flip"))
    #expect(translation.commands.contains("filter ideal"))
    #expect(translation.commands.first == "seed 1")
  }

  @Test func `the configuration of a finished run says everything itself`() throws {
    let yaml = Configurations.yaml(
      noise: "{NOISE_TYPE: sym, NOISE_RATE: 0.2, FILTERING_FN: aum, MOMENTUM_COEFFICIENT: 0.5}",
      more: """
        RNG_SEED: 7
        ACTIVE_LEARNING:
          SAMPLING_FN: npc
          BUDGET_PER_ROUND: [130, 120, 130]
          BUDGET_SIZE: 130
          MAX_ITER: 3
          INITIAL_BUDGET_SIZE: 50
          INITIAL_DELTA: 0.65
          USE_COSINE_DIST: true
          NOISE_DROPOUT: true
          DELTA_POLICY: {MAJOR_POLICY: linear_descent, SOFTENING_POLICY: null}
        """)
    #expect(
      try translate("", yaml).commands == [
        "seed 7", "load cifar100 metric=cosine", "noise sym 0.2", "filter aum momentum=0.5",
        "query random 50", "for b in 130 120 130 {",
        "  query npc $b delta=0.65 schedule=linear_descent noise_dropout=True",
        "  filter aum momentum=0.5", "  train resnet18 epochs=200 lr=0.025 batch=100", "}",
        "show rounds",
      ])
    #expect(try translate("--seed 9 --lnl cv", yaml).commands[3] == "filter cv momentum=0.5")
  }

  @Test func `flags and their defaults take the place of the configuration's values`() throws {
    let yaml = Configurations.yaml(
      more: "ACTIVE_LEARNING: {SAMPLING_FN: margin, MAX_ITER: 20, INITIAL_DELTA: 0.3}")
    let translation = try translate("--al npc --budget 10", yaml)
    #expect(translation.commands.contains("repeat 5 {"))
    #expect(translation.commands.contains("  query npc 10"))
    let keys = Set(translation.ignored.map(\.key))
    #expect(
      keys.isSuperset(of: [
        "ACTIVE_LEARNING.SAMPLING_FN", "ACTIVE_LEARNING.MAX_ITER", "ACTIVE_LEARNING.INITIAL_DELTA",
      ]))
  }

  @Test func `a nearest-neighbour model has no settings of training`() throws {
    let translation = try translate("--al npc --budget 10 --use_1nn --max_epoch 9 --finetune true")
    #expect(translation.commands.contains("  train 1nn"))
    #expect(translation.ignored.contains { $0.key == "--max_epoch" })
    #expect(translation.ignored.contains { $0.key == "OPTIM.BASE_LR" })
  }
}
