//! Tests of the readers.

use super::*;
use serde_json::json;

fn places(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.field.as_str()).collect()
}

#[test]
fn every_problem_is_collected_in_the_order_of_reading() {
    let call = json!({ "day": "soon", "rows": [{ "isbn": "1", "x": 1 }, 3], "to": { "y": null } });
    let problems = read(&call, "", |fields| {
        fields.known(&["day", "to", "rows"], &Value::Null);
        let day = fields.required("day", date, "a day", "2026-11-23");
        let rows = fields.list("rows", 1..=2, "two rows", json!([]), |row, _| {
            row.known(&["isbn"], &Value::Null);
            row.required("isbn", isbn, "an ISBN", ISBN_EXAMPLE)
        });
        let inner = fields.object("to", |to| to.required("y", number(1..=2), "1 or 2", 1));
        Some((day?, rows?, inner?))
    })
    .unwrap_err();
    assert_eq!(places(&problems), ["day", "rows[0].x", "rows[0].isbn", "rows[1].isbn", "to.y"]);
}

#[test]
fn null_counts_as_absent() {
    let call = json!({ "a": null, "b": null });
    let read = read(&call, "", |fields| {
        assert_eq!(fields.optional("a", text(1..=9), "a text", "x"), None);
        assert_eq!(fields.list("b", 1..=1, "a list", json!([]), |_, _| Some(())), None);
        assert_eq!(fields.limit(20, 50), Some(20));
        Some(())
    });
    assert_eq!(read, Ok(()));
}

#[test]
fn an_entry_stops_at_its_own_problems_only() {
    let call = json!({ "rows": [{ "n": 0 }, { "n": 1 }] });
    let mut sound = Vec::new();
    let _ = read(&call, "", |fields| {
        fields.list("rows", 1..=2, "rows", json!([]), |row, _| {
            row.required("n", number(1..=1), "1", 1);
            sound.push(row.checked().is_some());
            Some(())
        })
    });
    assert_eq!(sound, [false, true]);
}

#[test]
fn rows_are_independent_and_keep_their_places() {
    let call = json!({ "rows": [{ "n": 1 }, { "n": 0 }, 3, { "n": 2 }] });
    let rows = read(&call, "", |fields| {
        let list = fields.required("rows", list_of(1..=9), "rows", json!([]))?;
        Some(fields.rows("rows", list, |row, _| row.required("n", number(1..=9), "1 to 9", 1)))
    })
    .unwrap();
    assert_eq!(rows.read, [(0, 1), (3, 2)]);
    assert_eq!(rows.unread, [1, 2]);
    assert_eq!(places(&rows.problems), ["rows[1].n", "rows[2].n"]);
}
