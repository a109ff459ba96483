/// One piece of a script. Blanks, comments and continued line ends lie between tokens.
struct Token {
  enum Kind: Equatable {
    /// A run of word characters; also numbers and keywords.
    case word
    /// `<`, `<=`, `>`, `>=`, `==` or `!=`: a word that needs no blanks around it.
    case comparison
    /// `$name`; the name is empty where it is missing.
    case variable(String)
    case string([StringPart], Quote)
    case equals, comma, semicolon, newline
    case openBracket, closeBracket, openParenthesis, closeParenthesis, openBrace, closeBrace
    /// Behind the last token.
    case end
  }

  let kind: Kind
  let range: SourceRange

  /// Whether a value may begin with it.
  var beginsValue: Bool {
    switch kind {
    case .word, .comparison, .variable, .string, .openBracket: true
    default: false
    }
  }

  /// Whether a statement is over before it.
  var endsStatement: Bool {
    switch kind {
    case .semicolon, .newline, .closeBrace, .end: true
    default: false
    }
  }

  /// What closes a bracket, parenthesis or brace; nil for the others.
  var closer: Kind? {
    switch kind {
    case .openBracket: .closeBracket
    case .openParenthesis: .closeParenthesis
    case .openBrace: .closeBrace
    default: nil
    }
  }

  var isCloser: Bool {
    switch kind {
    case .closeBracket, .closeParenthesis, .closeBrace: true
    default: false
    }
  }

  /// Whether nothing stands between this token and the one before it.
  func touches(_ previous: Token) -> Bool { range.lower == previous.range.upper }
}
