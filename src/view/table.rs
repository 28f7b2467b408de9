//! Tables as data: rows that can be sorted and filtered, and lines that act on what they show.

/// A table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// Its columns.
    pub columns: &'static [Column],
    /// Its rows.
    pub rows: Vec<Row>,
    /// What stands there when it has no row.
    pub empty: &'static str,
    /// Rows that there is no room for.
    pub n_more: usize,
    /// What is said under the rows, beside how many more there are: bounds that were met.
    pub note: String,
    /// What can be done with all of it.
    pub actions: Vec<Action>,
}

/// A column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its heading.
    pub title: &'static str,
    /// Its cells are sorted by their rank, largest first, and stand to the right.
    pub is_number: bool,
}

/// A row.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// A name for it that stays.
    pub key: String,
    /// A word for the style sheet (`crashed`, `pending`, `duplicate`, …); may be empty.
    pub state: &'static str,
    /// One for each column.
    pub cells: Vec<Cell>,
    /// What can be done with it.
    pub actions: Vec<Action>,
}

/// What stands in a cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The text.
    pub text: String,
    /// Its place in the order of a column of numbers.
    pub rank: u64,
}

/// Something that can be done: a button, and the line that it runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// What stands on the button.
    pub label: &'static str,
    /// The line.
    pub line: String,
}

/// By which column a table is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sort {
    /// The number of the column.
    pub column_idx: usize,
    /// Largest first.
    pub is_descending: bool,
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), rank: 0 }
    }

    /// A number.
    pub fn number(n: u64) -> Cell {
        Cell { text: n.to_string(), rank: n }
    }

    /// A duration in milliseconds.
    pub fn duration(ms: u64) -> Cell {
        Cell { text: super::text::duration(ms), rank: ms }
    }
}

impl Action {
    /// A button with its line.
    pub fn new(label: &'static str, line: String) -> Action {
        Action { label, line }
    }
}

impl Sort {
    /// The order after a click on a heading: first the way that suits the column, then the other,
    /// then as it came.
    pub fn next(now: Option<Sort>, column_idx: usize, is_number: bool) -> Option<Sort> {
        let first = Sort { column_idx, is_descending: is_number };
        match now {
            Some(sort) if sort == first => Some(Sort { is_descending: !is_number, ..first }),
            Some(sort) if sort.column_idx == column_idx => None,
            _ => Some(first),
        }
    }
}

impl Table {
    /// Leaves the rows that hold every word of the filter, in order, at most `n_max`.
    pub fn arrange(&mut self, sort: Option<Sort>, filter: &str, n_max: usize) {
        let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
        if !words.is_empty() {
            self.rows.retain(|row| {
                let cells: Vec<String> =
                    row.cells.iter().map(|cell| cell.text.to_lowercase()).collect();
                words.iter().all(|word| cells.iter().any(|text| text.contains(word)))
            });
        }
        if let Some(sort) = sort
            && let Some(column) = self.columns.get(sort.column_idx)
        {
            self.rows.sort_by(|a, b| {
                let (a, b) = if sort.is_descending { (b, a) } else { (a, b) };
                let (a, b) = (a.cells.get(sort.column_idx), b.cells.get(sort.column_idx));
                if column.is_number {
                    a.map(|cell| cell.rank).cmp(&b.map(|cell| cell.rank))
                } else {
                    a.map(|cell| &cell.text).cmp(&b.map(|cell| &cell.text))
                }
            });
        }
        self.n_more += self.rows.len().saturating_sub(n_max);
        self.rows.truncate(n_max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[Column] =
        &[Column { title: "Name", is_number: false }, Column { title: "Pending", is_number: true }];

    fn table() -> Table {
        let row = |name: &str, n| Row {
            key: name.to_owned(),
            cells: vec![Cell::text(name), Cell::number(n)],
            ..Row::default()
        };
        let rows = vec![row("mailer", 9), row("billing-1", 100), row("billing-2", 10)];
        Table { columns: COLUMNS, rows, ..Table::default() }
    }

    #[track_caller]
    fn check(sort: Option<(usize, bool)>, filter: &str, expected: &[&str]) {
        let mut table = table();
        let sort = sort.map(|(column_idx, is_descending)| Sort { column_idx, is_descending });
        table.arrange(sort, filter, 10);
        let keys: Vec<&str> = table.rows.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(keys, expected);
    }

    #[test]
    fn numbers_are_sorted_as_numbers_and_names_as_names() {
        check(None, "", &["mailer", "billing-1", "billing-2"]);
        check(Some((1, true)), "", &["billing-1", "billing-2", "mailer"]);
        check(Some((1, false)), "", &["mailer", "billing-2", "billing-1"]);
        check(Some((0, false)), "", &["billing-1", "billing-2", "mailer"]);
        check(Some((7, false)), "", &["mailer", "billing-1", "billing-2"]);
    }

    #[test]
    fn a_filter_wants_every_word() {
        check(None, "BILL", &["billing-1", "billing-2"]);
        check(None, "bill 100", &["billing-1"]);
        check(None, "nothing", &[]);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut table = table();
        table.arrange(None, "", 2);
        assert_eq!((table.rows.len(), table.n_more), (2, 1));
    }

    #[test]
    fn a_heading_goes_through_its_orders() {
        let first = Sort::next(None, 1, true);
        assert_eq!(first, Some(Sort { column_idx: 1, is_descending: true }));
        let second = Sort::next(first, 1, true);
        assert_eq!(second, Some(Sort { column_idx: 1, is_descending: false }));
        assert_eq!(Sort::next(second, 1, true), None);
        let other = Sort::next(second, 0, false);
        assert_eq!(other, Some(Sort { column_idx: 0, is_descending: false }));
    }
}
