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

/// Adds a resource to the YAML list below a comment, in the form of the list's last line.
pub(super) fn into_list(text: &str, comment: &str, tag: &str, id: &str) -> Outcome<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let Some(start) = lines.iter().position(|line| line.trim() == comment) else {
        return fail(format!("template.yaml has no list below `{comment}`."));
    };
    let names = |line: &&str| line.trim_start_matches([' ', '-']).starts_with(tag);
    let Some(begin) = lines.iter().skip(start).position(names).map(|found| start + found) else {
        return fail(format!("The list below `{comment}` names nothing with `{tag}`."));
    };
    let last = begin + lines.iter().skip(begin).take_while(|line| names(line)).count() - 1;
    let (before, after) = lines.split_at((last + 1).min(lines.len()));
    let (indent, name) = before.last().and_then(|line| line.split_once(tag)).unwrap_or_default();
    let name = name.trim_end();
    let new = match name.split_once('.') {
        Some((_, attribute)) => format!("{indent}{tag}{id}.{attribute}\n"),
        None => format!("{indent}{tag}{id}\n"),
    };
    Ok(format!("{}{new}{}", before.concat(), after.concat()))
}

/// Adds a metric to an alarm made of several, as a copy of its last one for the queue `name`.
pub(super) fn with_metric(alarms: &str, alarm: &str, name: &str) -> Outcome<String> {
    let lines: Vec<&str> = alarms.split_inclusive('\n').collect();
    let Some(start) = lines.iter().position(|line| key(line.trim_end()) == Some(alarm)) else {
        return fail(format!("infra/alarms.yaml has no {alarm}."));
    };
    let block = lines.iter().skip(start + 1).take_while(|line| key(line.trim_end()).is_none());
    let metrics: Vec<(usize, &&str)> = block
        .enumerate()
        .filter(|(_, line)| line.contains("MetricStat"))
        .map(|(number, line)| (start + 1 + number, line))
        .collect();
    let copy = metrics.last().and_then(|(number, line)| {
        let id = line.split_once("Id: ")?.1.split_once(',')?.0;
        let new_id = name.replace('-', "_");
        let line = line.replace(&format!("Id: {id},"), &format!("Id: {new_id},"));
        Some((*number, line.replace(&format!("}}-{id}"), &format!("}}-{name}"))))
    });
    // One of ten stays free for the expression.
    let Some((number, line)) = copy.filter(|_| metrics.len() < MOST_METRICS - 1) else {
        return fail(format!("{alarm} in infra/alarms.yaml is full; add another one."));
    };
    let (before, after) = lines.split_at((number + 1).min(lines.len()));
    Ok(format!("{}{line}{}", before.concat(), after.concat()))
}
