/// What a command returns: typed values that every output mode renders from.
package struct Output: Sendable {
  /// The record or table of the contract, for `json` and `jsonl`.
  package let json: JSON
  /// The command's main table, for `csv`; nil for a plain record, which is written as one row.
  package let table: Table?
  /// What `box` and `markdown` draw below the lines: the main table, a narrower form of it, or
  /// nothing where the lines say enough.
  package let drawn: Table?
  /// A line or two for a person.
  package let lines: [String]
  /// Lines below them whose characters keep their places: never broken, fenced in Markdown.
  package let picture: [String]
  /// What a terminal shows in place of the picture, in its own codes; nil for the picture itself.
  package let graphic: String?

  init(
    record: JSON, table: Table? = nil, drawn: Table? = nil, lines: [String], picture: [String] = [],
    graphic: String? = nil
  ) {
    json = record
    self.table = table
    self.drawn = drawn
    self.lines = lines
    self.picture = picture
    self.graphic = graphic
  }

  init(table: Table, drawn: Table? = nil, lines: [String] = []) {
    json = table.json
    self.table = table
    self.drawn = drawn ?? table
    self.lines = lines
    picture = []
    graphic = nil
  }
}

/// Named columns with units, and rows of values.
package struct Table: Sendable {
  package struct Column: Sendable {
    package let name: String
    package let unit: String?
    /// How many are shown of a number that is not a count; nil for as many as the eye can use.
    let decimals: Int?

    init(_ name: String, unit: String? = nil, decimals: Int? = nil) {
      self.name = name
      self.unit = unit
      self.decimals = decimals
    }
  }

  package let columns: [Column]
  package let rows: [[JSON]]
  /// The row that a box has a line above; nil for none.
  let rule: Int?

  init(columns: [Column], rows: [[JSON]], rule: Int? = nil) {
    self.columns = columns
    self.rows = rows
    self.rule = rule
  }

  /// Some of the columns, in this order; names that there are not are left out.
  func choosing(_ names: [String]) -> Table {
    let places = names.compactMap { name in columns.firstIndex { $0.name == name } }
    return Table(
      columns: places.map { columns[$0] }, rows: rows.map { row in places.map { row[$0] } },
      rule: rule)
  }

  /// `{"columns":[{"name","unit"}],"rows":[[…]]}`
  var json: JSON {
    .record(
      (
        "columns",
        .array(
          columns.map { .record(("name", .string($0.name)), ("unit", .optional($0.unit))) })
      ),
      ("rows", .array(rows.map(JSON.array))))
  }
}
