//! CloudFormation's intrinsic functions, resolved to local values.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use serde_norway::Value as Yaml;

use super::{Names, TemplateError};

/// A template's YAML with every tag in long form (`!GetAtt Q.Arn` becomes `{"Fn::GetAtt": ["Q",
/// "Arn"]}`).
pub fn long_form(yaml: &Yaml) -> Result<Json, TemplateError> {
    Ok(match yaml {
        Yaml::Null => Json::Null,
        Yaml::Bool(b) => Json::Bool(*b),
        Yaml::Number(n) => n
            .as_i64()
            .map(Json::from)
            .or_else(|| n.as_u64().map(Json::from))
            .or_else(|| n.as_f64().map(Json::from))
            .unwrap_or(Json::Null),
        Yaml::String(s) => Json::String(s.clone()),
        Yaml::Sequence(items) => {
            Json::Array(items.iter().map(long_form).collect::<Result<_, _>>()?)
        }
        Yaml::Mapping(map) => {
            let mut out = Map::new();
            for (key, value) in map {
                let key = match long_form(key)? {
                    Json::String(s) => s,
                    Json::Number(n) => n.to_string(),
                    other => {
                        return Err(TemplateError::shape(
                            other.to_string(),
                            "a key has to be text",
                        ));
                    }
                };
                out.insert(key, long_form(value)?);
            }
            Json::Object(out)
        }
        Yaml::Tagged(tagged) => {
            let inner = long_form(&tagged.value)?;
            match tagged.tag.to_string().trim_start_matches('!') {
                "Ref" => json!({ "Ref": inner }),
                "Condition" => json!({ "Condition": inner }),
                "GetAtt" => match inner.as_str().and_then(|s| s.split_once('.')) {
                    Some((resource, attribute)) => json!({ "Fn::GetAtt": [resource, attribute] }),
                    None => json!({ "Fn::GetAtt": inner }),
                },
                name => json!({ format!("Fn::{name}"): inner }),
            }
        }
    })
}

/// What a `Ref` or `GetAtt` can name.
#[derive(Debug, Clone, Default)]
pub(super) struct Named {
    /// The value of `!Ref`.
    pub(super) reference: String,
    /// The values of `!GetAtt` by attribute.
    pub(super) attributes: BTreeMap<String, String>,
}

/// Everything an intrinsic function can see.
#[derive(Debug, Clone)]
pub struct Scope {
    pub(super) names: Names,
    pub(super) parameters: BTreeMap<String, Json>,
    pub(super) resources: BTreeMap<String, Named>,
    pub(super) conditions: Map<String, Json>,
    pub(super) mappings: Json,
}

impl Scope {
    /// Resolves a value; `at` is its place in the template, for the error. `None` is
    /// `AWS::NoValue`.
    pub fn resolve(&self, value: &Json, at: &str) -> Result<Option<Json>, TemplateError> {
        match value {
            Json::Array(items) => {
                let mut out = Vec::with_capacity(items.len());
                for (i, item) in items.iter().enumerate() {
                    out.extend(self.resolve(item, &format!("{at}.{i}"))?);
                }
                Ok(Some(Json::Array(out)))
            }
            Json::Object(map) => {
                if let (1, Some((name, argument))) = (map.len(), map.iter().next())
                    && (name == "Ref" || name == "Condition" || name.starts_with("Fn::"))
                {
                    return self.call(name, argument, at);
                }
                let mut out = Map::new();
                for (key, item) in map {
                    if let Some(item) = self.resolve(item, &format!("{at}.{key}"))? {
                        out.insert(key.clone(), item);
                    }
                }
                Ok(Some(Json::Object(out)))
            }
            plain => Ok(Some(plain.clone())),
        }
    }

    /// Resolves a value that has to be text (numbers and booleans count, as they do in
    /// CloudFormation).
    pub fn text(&self, value: &Json, at: &str) -> Result<Option<String>, TemplateError> {
        match self.resolve(value, at)? {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(s)) => Ok(Some(s)),
            Some(Json::Bool(b)) => Ok(Some(b.to_string())),
            Some(Json::Number(n)) => Ok(Some(n.to_string())),
            Some(other) => Err(TemplateError::shape(at, format!("text is expected, not {other}"))),
        }
    }

    /// Whether a named condition holds.
    pub fn holds(&self, condition: &str, at: &str) -> Result<bool, TemplateError> {
        let body = self.conditions.get(condition).ok_or_else(|| {
            TemplateError::shape(at, format!("there is no condition {condition}"))
        })?;
        self.truth(body, &format!("Conditions.{condition}"))
    }

    fn truth(&self, value: &Json, at: &str) -> Result<bool, TemplateError> {
        match self.resolve(value, at)? {
            Some(Json::Bool(b)) => Ok(b),
            Some(Json::String(s)) if s == "true" || s == "false" => Ok(s == "true"),
            _ => Err(TemplateError::shape(at, "a condition is expected")),
        }
    }

    fn call(&self, name: &str, argument: &Json, at: &str) -> Result<Option<Json>, TemplateError> {
        let wrong = |what: &str| TemplateError::shape(at, format!("{name} {what}"));
        let list = || argument.as_array().ok_or_else(|| wrong("takes a list"));
        let item = |i: usize| -> Result<&Json, TemplateError> {
            list()?.get(i).ok_or_else(|| wrong("has too few arguments"))
        };
        match name {
            "Ref" => {
                let target = argument.as_str().ok_or_else(|| wrong("takes a name"))?;
                if target == "AWS::NoValue" {
                    return Ok(None);
                }
                self.reference(target)
                    .map(Some)
                    .ok_or_else(|| wrong(&format!("names nothing: {target}")))
            }
            "Condition" => {
                let target = argument.as_str().ok_or_else(|| wrong("takes a name"))?;
                Ok(Some(Json::Bool(self.holds(target, at)?)))
            }
            "Fn::GetAtt" => {
                let resource = item(0)?.as_str().ok_or_else(|| wrong("takes a resource's name"))?;
                let attribute =
                    self.text(item(1)?, at)?.ok_or_else(|| wrong("takes an attribute's name"))?;
                self.attribute(resource, &attribute)
                    .map(|value| Some(Json::String(value)))
                    .ok_or_else(|| {
                        wrong(&format!("knows no {resource}.{attribute} in a local run"))
                    })
            }
            "Fn::Sub" => self.substitute(argument, at).map(|text| Some(Json::String(text))),
            "Fn::Join" => {
                let separator = self.text(item(0)?, at)?.unwrap_or_default();
                let Some(Json::Array(parts)) = self.resolve(item(1)?, at)? else {
                    return Err(wrong("takes a separator and a list"));
                };
                let parts: Vec<String> = parts.iter().map(plain_text).collect();
                Ok(Some(Json::String(parts.join(&separator))))
            }
            "Fn::Split" => {
                let separator = self.text(item(0)?, at)?.unwrap_or_default();
                let text = self.text(item(1)?, at)?.unwrap_or_default();
                Ok(Some(text.split(&separator).map(Json::from).collect()))
            }
            "Fn::Select" => {
                let index: usize = self
                    .text(item(0)?, at)?
                    .and_then(|s| s.parse().ok())
                    .ok_or_else(|| wrong("takes an index and a list"))?;
                match self.resolve(item(1)?, at)? {
                    Some(Json::Array(items)) => items
                        .get(index)
                        .cloned()
                        .map(Some)
                        .ok_or_else(|| wrong("reaches past the list")),
                    _ => Err(wrong("takes an index and a list")),
                }
            }
            "Fn::FindInMap" => {
                let mut place = &self.mappings;
                for i in 0..3 {
                    let key = self.text(item(i)?, at)?.unwrap_or_default();
                    place = place.get(&key).ok_or_else(|| wrong(&format!("finds no {key}")))?;
                }
                Ok(Some(place.clone()))
            }
            "Fn::If" => {
                let condition =
                    item(0)?.as_str().ok_or_else(|| wrong("takes a condition's name"))?;
                self.resolve(item(if self.holds(condition, at)? { 1 } else { 2 })?, at)
            }
            "Fn::Equals" => {
                Ok(Some(Json::Bool(self.text(item(0)?, at)? == self.text(item(1)?, at)?)))
            }
            "Fn::Not" => Ok(Some(Json::Bool(!self.truth(item(0)?, at)?))),
            "Fn::And" | "Fn::Or" => {
                let all = name == "Fn::And";
                for part in list()? {
                    if self.truth(part, at)? != all {
                        return Ok(Some(Json::Bool(!all)));
                    }
                }
                Ok(Some(Json::Bool(all)))
            }
            _ => Err(wrong("is not something a local run can resolve")),
        }
    }

    fn reference(&self, name: &str) -> Option<Json> {
        let pseudo = match name {
            "AWS::AccountId" => self.names.account.as_str(),
            "AWS::Region" => self.names.region.as_str(),
            "AWS::StackName" => self.names.stack.as_str(),
            "AWS::Partition" => "aws",
            "AWS::URLSuffix" => "amazonaws.com",
            "AWS::StackId" => {
                return Some(Json::String(self.names.arn("cloudformation", "stack/local")));
            }
            _ => {
                return self.parameters.get(name).cloned().or_else(|| {
                    self.resources.get(name).map(|r| Json::String(r.reference.clone()))
                });
            }
        };
        Some(Json::from(pseudo))
    }

    fn attribute(&self, resource: &str, attribute: &str) -> Option<String> {
        self.resources.get(resource)?.attributes.get(attribute).cloned()
    }

    fn substitute(&self, argument: &Json, at: &str) -> Result<String, TemplateError> {
        let wrong = |what: String| TemplateError::shape(at, format!("Fn::Sub {what}"));
        let (text, own) = match argument {
            Json::String(text) => (text.as_str(), None),
            Json::Array(parts) => (
                parts
                    .first()
                    .and_then(Json::as_str)
                    .ok_or_else(|| wrong("takes text first".into()))?,
                parts.get(1).and_then(Json::as_object),
            ),
            _ => return Err(wrong("takes text".into())),
        };
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let (name, tail) = after
                .split_once('}')
                .ok_or_else(|| wrong("has a ${ without its closing brace".into()))?;
            rest = tail;
            if let Some(literal) = name.strip_prefix('!') {
                out.push_str("${");
                out.push_str(literal);
                out.push('}');
                continue;
            }
            let name = name.trim();
            let value = if let Some(value) = own.and_then(|own| own.get(name)) {
                self.text(value, at)?
            } else if let Some((resource, attribute)) = name.split_once('.') {
                self.attribute(resource, attribute)
            } else {
                self.reference(name).map(|value| plain_text(&value))
            };
            out.push_str(&value.ok_or_else(|| wrong(format!("names nothing: ${{{name}}}")))?);
        }
        out.push_str(rest);
        Ok(out)
    }
}

fn plain_text(value: &Json) -> String {
    match value {
        Json::String(s) => s.clone(),
        Json::Array(items) => items.iter().map(plain_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
