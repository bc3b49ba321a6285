//! Finds resources that need each other before they exist. CloudFormation refuses such a template when
//! it is deployed, and neither SAM's transform nor cfn-lint says so before.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

/// Resources that need each other in a circle, in its order; `None` without a circle.
///
/// An API needs the functions behind its routes, because SAM writes them into its definition. A
/// function does not need what its events name: SAM makes resources of their own of them.
pub(super) fn find(resources: &Map<String, Json>) -> Option<Vec<String>> {
    let needs: BTreeMap<&str, BTreeSet<&str>> = resources
        .iter()
        .map(|(id, resource)| (id.as_str(), needs(id, resource, resources)))
        .collect();
    let mut known = BTreeSet::new();
    needs.keys().find_map(|id| visit(id, &needs, &mut Vec::new(), &mut known))
}

/// Follows the needs of a resource. `known` leads into no circle.
fn visit<'a>(
    id: &'a str,
    needs: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    path: &mut Vec<&'a str>,
    known: &mut BTreeSet<&'a str>,
) -> Option<Vec<String>> {
    if known.contains(id) {
        return None;
    }
    if let Some(place) = path.iter().position(|earlier| *earlier == id) {
        return Some(path.iter().skip(place).map(|id| (*id).to_owned()).collect());
    }
    path.push(id);
    let mut below = needs.get(id).into_iter().flatten();
    let found = below.find_map(|next| visit(next, needs, path, known));
    path.pop();
    known.insert(id);
    found
}

/// The resources that one needs before it exists.
fn needs<'a>(
    id: &'a str,
    resource: &'a Json,
    resources: &'a Map<String, Json>,
) -> BTreeSet<&'a str> {
    let mut named = BTreeSet::new();
    let depends = resource.get("DependsOn");
    named.extend(depends.and_then(Json::as_str));
    named.extend(depends.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str));
    for (name, value) in resource.get("Properties").and_then(Json::as_object).into_iter().flatten()
    {
        if name != "Events" {
            collect(value, &mut named);
        }
    }
    let routes = resources.iter().filter(|(_, function)| serves(function, id));
    named.extend(routes.map(|(function, _)| function.as_str()));
    named.into_iter().filter(|other| *other != id && resources.contains_key(*other)).collect()
}

/// Whether a function has a route of an API.
fn serves(function: &Json, api: &str) -> bool {
    let events = function.pointer("/Properties/Events").and_then(Json::as_object);
    let mut apis = events
        .into_iter()
        .flatten()
        .filter_map(|(_, event)| event.pointer("/Properties/ApiId/Ref"));
    apis.any(|named| named == api)
}

/// What `Ref`, `Fn::GetAtt` and `Fn::Sub` name.
fn collect<'a>(value: &'a Json, named: &mut BTreeSet<&'a str>) {
    match value {
        Json::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("Ref", Json::String(id)) => {
                        named.insert(id);
                    }
                    ("Fn::GetAtt", Json::Array(parts)) => {
                        named.extend(parts.first().and_then(Json::as_str));
                    }
                    ("Fn::Sub", Json::String(text)) => named.extend(substituted(text)),
                    ("Fn::Sub", Json::Array(parts)) => {
                        named.extend(
                            parts.first().and_then(Json::as_str).into_iter().flat_map(substituted),
                        );
                        parts.iter().skip(1).for_each(|part| collect(part, named));
                    }
                    _ => collect(value, named),
                }
            }
        }
        Json::Array(values) => values.iter().for_each(|value| collect(value, named)),
        _ => {}
    }
}

/// The names in `${Name}` and `${Name.Attribute}` of a text.
fn substituted(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split("${").skip(1).filter_map(|rest| rest.split_once('}'));
    names.filter_map(|(name, _)| name.split('.').next())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    /// A page whose role names a function that knows the page's address.
    fn resources(arn: &Json) -> Map<String, Json> {
        let resources = json!({
            "Api": { "Type": "AWS::Serverless::HttpApi", "Properties": {} },
            "Page": { "Properties": {
                "Role": { "Fn::GetAtt": ["PageRole", "Arn"] },
                "Events": { "Get": { "Properties": { "ApiId": { "Ref": "Api" } } } },
            } },
            "PageRole": { "Properties": { "Policies": [{ "Resource": arn }] } },
            "Desk": { "Properties": { "Environment": { "Fn::Sub": "https://${Api}.${AWS::Region}" } } },
        });
        resources.as_object().unwrap().clone()
    }

    #[test]
    fn a_circle_through_an_api_and_a_role_is_found() {
        let circle = find(&resources(&json!({ "Fn::GetAtt": ["Desk", "Arn"] }))).unwrap();
        assert_eq!(circle, ["Api", "Page", "PageRole", "Desk"]);
        // By its name it does not have to exist.
        assert_eq!(find(&resources(&json!({ "Fn::Sub": "arn:${AWS::StackName}-desk" }))), None);
    }
}
