/// What `from-reference --help` says.
package enum Usage {
  package static var text: String {
    let flags = Flag.allCases.map { flag in
      "  " + flag.rawValue + (flag.placeholder.isEmpty ? "" : " " + flag.placeholder)
    }
    let others = Flag.aliases.sorted { $0.key < $1.key }.map {
      "  \($0.key) (\($0.value.rawValue))"
    }
    return """
      usage: from-reference [python train_al.py] --cfg FILE.yaml --al NAME [flags …] > run.winnow
             from-reference --cfg RUN/config.yaml > run.winnow

      Translates a command line of the reference implementation of noise-aware active sampling
      (GitHub nettashafir/active_learning_with_label_noise) to a Winnow script. With --al the rules
      are those of its train_al.py: flags, or their defaults, count more than the configuration,
      but the type of the noise is what the configuration says. Without --al the configuration is
      that of a finished run. What has no counterpart is listed on stderr and at the head of the
      script.

      flags:
      \(flags.joined(separator: "\n"))
      also:
      \(others.joined(separator: "\n"))

      status: 0 translated, 1 the configuration cannot be read, 2 it has no meaning

      """
  }
}
