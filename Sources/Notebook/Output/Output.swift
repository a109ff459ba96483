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

  init(record: JSON, table: Table? = nil, drawn: Table? = nil, lines: [String]) {
    json = record
    self.table = table
    self.drawn = drawn
    self.lines = lines
  }

  init(table: Table, drawn: Table? = nil, lines: [String] = []) {
    json = table.json
    self.table = table
    self.drawn = drawn ?? table
    self.lines = lines
  }
}

/// Named columns with units, and rows of values.
package struct Table: Sendable {
  package struct Column: Sendable {
    package let name: String
    package let unit: String?
    init(_ name: String, unit: String? = nil) {
      self.name = name
      self.unit = unit
    }
  }

  package let columns: [Column]
  package let rows: [[JSON]]

  init(columns: [Column], rows: [[JSON]]) {
    self.columns = columns
    self.rows = rows
  }

  /// Some of the columns, in this order; names that there are not are left out.
  func choosing(_ names: [String]) -> Table {
    let places = names.compactMap { name in columns.firstIndex { $0.name == name } }
    return Table(
      columns: places.map { columns[$0] }, rows: rows.map { row in places.map { row[$0] } })
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
