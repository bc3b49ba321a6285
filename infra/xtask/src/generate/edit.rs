//! Edits of YAML and TOML as text, which keep comments and layout.

use crate::{Outcome, fail};

/// CloudWatch's limit of metrics in one alarm.
const MOST_METRICS: usize = 10;

/// The logical ids in a piece of a template.
pub(super) fn keys(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(key)
}

/// The key that this line begins, if it is a resource or an output.
fn key(line: &str) -> Option<&str> {
    let key = line.strip_prefix("  ")?.strip_suffix(':')?;
    (!key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric())).then_some(key)
}

/// Puts a block after the last one whose key begins and ends as given, and a blank line between
/// them if the blocks of that section are separated by one.
pub(super) fn after_block(
    text: &str,
    (begins, ends): (&str, &str),
    block: &str,
) -> Outcome<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let wanted = |line: &&str| {
        key(line.trim_end()).is_some_and(|k| k.starts_with(begins) && k.ends_with(ends))
    };
    let Some(start) = lines.iter().rposition(wanted) else {
        return fail(format!("No block {begins}…{ends} was found to put the new one after."));
    };
    let body = lines.iter().skip(start + 1);
    let inside = |line: &&&str| line.starts_with("    ") && !line.trim().is_empty();
    let end = start + 1 + body.take_while(inside).count();
    let (before, after) = lines.split_at(end.min(lines.len()));
    let separated = after.first().is_some_and(|line| line.trim().is_empty());
    let blank = if separated { "\n" } else { "" };
    Ok(format!("{}{blank}{block}{}", before.concat(), after.concat()))
}

/// Puts a line after the last one that fits.
pub(super) fn after_last(
    text: &str,
    line: &str,
    file: &str,
    fits: impl Fn(&str) -> bool,
) -> Outcome<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Some(last) = lines.iter().rposition(|line| fits(line.trim_end())) else {
        return fail(format!("{file} has no line to put `{}` after.", line.trim()));
    };
    let (before, after) = lines.split_at((last + 1).min(lines.len()));
    Ok(format!("{}{line}{}", before.concat(), after.concat()))
}

/// Adds the errors of an owner's function to an alarm that has room for one metric more.
pub(super) fn with_metric(alarms: &str, name: &str) -> Outcome<String> {
    let lines: Vec<&str> = alarms.split_inclusive('\n').collect();
    // One stays free for the expression that adds the metrics up.
    let has_room = |metrics| metrics < MOST_METRICS - 1;
    let (mut metrics, mut last, mut place) = (0, None, None);
    for (number, line) in lines.iter().enumerate() {
        if key(line.trim_end()).is_some() {
            place = last.filter(|_| has_room(metrics)).or(place);
            (metrics, last) = (0, None);
        }
        if line.contains("MetricStat") {
            metrics += 1;
            last = if line.contains("}-owner-") { Some(number) } else { last };
        }
    }
    let place = last.filter(|_| has_room(metrics)).or(place);
    let metric = place.and_then(|number| {
        let line = lines.get(number)?;
        let function = line.split_once("}-")?.1.split_once('"')?.0;
        let id = line.split_once("Id: ")?.1.split_once(',')?.0;
        let new_id = format!("of_{}", name.trim_start_matches("owner-").replace('-', "_"));
        Some(line.replace(function, name).replace(&format!("Id: {id},"), &format!("Id: {new_id},")))
    });
    let (Some(number), Some(metric)) = (place, metric) else {
        return fail("Every alarm of the owner's functions in infra/alarms.yaml is full; add one.");
    };
    let (before, after) = lines.split_at((number + 1).min(lines.len()));
    Ok(format!("{}{metric}{}", before.concat(), after.concat()))
}
