import CommandLanguage

/// Makes the lines of a script from flags and a configuration, keeping account of what each key
/// became.
///
/// With `--al` the flags are those of a start of `train_al.py`: they, or their defaults, take the
/// place of what the configuration says under the same name, as they do there. Without it the
/// configuration is that of a run that is over, and flags only change it.
struct Translator {
  let flags: CommandLineFlags
  let configuration: Configuration
  /// Whether flags that are not given stand for their defaults.
  let isStart: Bool
  private(set) var ignored: [Ignored] = []
  private(set) var notices: [String] = []
  private var used: Set<String> = []
  private var taken: Set<Flag> = [.configuration]

  init(flags: CommandLineFlags, configuration: Configuration) {
    self.flags = flags
    self.configuration = configuration
    isStart = flags[.strategy] != nil
  }

  /// What is in force for a flag and the key that it sets.
  mutating func take(_ flag: Flag?, _ key: String?, default preset: String? = nil) -> Setting? {
    let written = key.flatMap { configuration[$0] }
    if let key { used.insert(key) }
    if let flag { taken.insert(flag) }
    let byDefault = preset.map { Setting(name: flag?.rawValue ?? key ?? "", text: $0) }
    guard let flag, flags[flag] != nil || isStart else { return written ?? byDefault }
    let value = flags[flag] ?? byDefault
    if let key, let written, written.text != value?.text {
      let instead = flags[flag] == nil ? "its default \(preset ?? "none")" : "the command line"
      ignore(key, written.text, "\(flag.rawValue), that is \(instead), takes its place")
    }
    return value
  }

  /// The same for what is always there.
  mutating func take(_ flag: Flag?, _ key: String?, or preset: String) -> Setting {
    take(flag, key, default: preset) ?? Setting(name: flag?.rawValue ?? key ?? "", text: preset)
  }

  /// Marks a flag as dealt with, and says why it became nothing if it was given.
  mutating func ignore(_ flag: Flag, _ reason: String) {
    taken.insert(flag)
    guard let value = flags[flag] else { return }
    ignore(flag.rawValue, value.text, reason)
  }

  /// Marks a key as dealt with, and says why it became nothing if it is there.
  mutating func ignore(key: String, _ reason: String) {
    guard !used.contains(key) else { return }
    used.insert(key)
    guard configuration.keys.contains(key) else { return }
    ignore(key, configuration.shown(key), reason)
  }

  mutating func ignore(_ key: String, _ value: String, _ reason: String) {
    ignored.append(Ignored(key: key, value: value, reason: reason))
  }

  mutating func note(_ text: String) { notices.append(text) }

  mutating func use(_ keys: String...) { used.formUnion(keys) }

  /// Says of every key and flag that nothing asked for why it is left out.
  mutating func ignoreRest() {
    for key in configuration.keys where !used.contains(key) {
      ignore(key: key, IgnoredKeys.reason(key))
    }
    for flag in Flag.allCases where !taken.contains(flag) {
      ignore(flag, "it has no meaning for this run")
    }
  }
}
