//! Finds the function of a path.

use percent_encoding::percent_decode_str;

use crate::template::Template;

/// A segment of a route's path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Fixed(String),
    One(String),
    Rest(String),
}

#[derive(Debug, Clone)]
struct Entry {
    function: String,
    key: String,
    method: Option<String>,
    /// `None` is `$default`.
    path: Option<Vec<Segment>>,
}

/// A request's route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Short name of the function.
    pub(crate) function: String,
    /// `ANY /pay/{order}`.
    pub(crate) key: String,
    /// Decoded path parameters.
    pub(crate) parameters: Vec<(String, String)>,
}

/// All routes of a template, the most specific first.
#[derive(Debug, Clone)]
pub(crate) struct Router(Vec<Entry>);

impl Router {
    pub(crate) fn new(template: &Template) -> Self {
        let mut entries: Vec<Entry> = template
            .routes()
            .map(|(function, route)| Entry {
                function: function.to_owned(),
                key: route.key(),
                method: route.method.clone(),
                path: route.path.as_deref().map(segments),
            })
            .collect();
        entries.sort_by_cached_key(rank);
        Self(entries)
    }

    /// The route for a method and a percent-encoded path.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Found> {
        let path: Vec<String> = path.split('/').map(decode).collect();
        self.0.iter().filter(|entry| entry.method.as_deref().is_none_or(|m| m == method)).find_map(
            |entry| {
                let parameters = match &entry.path {
                    None => Vec::new(),
                    Some(segments) => fit(segments, &path)?,
                };
                Some(Found { function: entry.function.clone(), key: entry.key.clone(), parameters })
            },
        )
    }
}

/// Percent-decodes. Bytes that are not UTF-8 become U+FFFD.
pub(super) fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn segments(path: &str) -> Vec<Segment> {
    path.split('/')
        .map(|segment| match segment.strip_prefix('{').and_then(|s| s.strip_suffix('}')) {
            Some(name) => match name.strip_suffix('+') {
                Some(name) => Segment::Rest(name.to_owned()),
                None => Segment::One(name.to_owned()),
            },
            None => Segment::Fixed(segment.to_owned()),
        })
        .collect()
}

/// API Gateway's order: a full match before a greedy one, fixed before variable, a method before
/// `ANY`, `$default` last.
fn rank(entry: &Entry) -> (bool, Vec<u8>, bool) {
    let path = entry.path.iter().flatten().map(|segment| match segment {
        Segment::Fixed(_) => 0,
        Segment::One(_) => 1,
        Segment::Rest(_) => 2,
    });
    (entry.path.is_none(), path.collect(), entry.method.is_none())
}

fn fit(segments: &[Segment], path: &[String]) -> Option<Vec<(String, String)>> {
    let mut parameters = Vec::new();
    let mut rest = path;
    for segment in segments {
        let (first, others) = rest.split_first()?;
        match segment {
            Segment::Fixed(text) if text == first => {}
            Segment::One(name) if !first.is_empty() => {
                parameters.push((name.clone(), first.clone()));
            }
            Segment::Rest(name) if !first.is_empty() => {
                parameters.push((name.clone(), rest.join("/")));
                return Some(parameters);
            }
            _ => return None,
        }
        rest = others;
    }
    rest.is_empty().then_some(parameters)
}
