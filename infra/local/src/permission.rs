//! Checks each call of a function against its role in the template and refuses it as AWS does, so
//! that a missing permission fails in a test and not after a deployment.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::answer::Answer;
use crate::template::{Names, Template, TemplateError};
use crate::wire::{self, Service};

/// One `Allow` statement, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Statement {
    actions: Vec<String>,
    resources: Vec<String>,
}

/// The statements of each function's role. A function whose role is not written out may do
/// everything.
#[derive(Debug, Clone, Default)]
pub(crate) struct Permissions {
    roles: BTreeMap<String, Vec<Statement>>,
    names: Names,
}

impl Permissions {
    pub(crate) fn read(template: &Template) -> Result<Self, TemplateError> {
        let mut roles = BTreeMap::new();
        for function in template.functions.values() {
            let Some(role) = &function.role else { continue };
            let at = format!("Resources.{role}.Properties");
            let Some(properties) =
                template.document.pointer(&format!("/Resources/{role}/Properties"))
            else {
                return Err(TemplateError::shape(at, "there is no such role"));
            };
            if properties.get("ManagedPolicyArns").is_some() {
                continue;
            }
            let policies = properties.get("Policies").cloned().unwrap_or_default();
            let policies =
                template.scope().resolve(&policies, &format!("{at}.Policies"))?.unwrap_or_default();
            let mut statements = Vec::new();
            for policy in policies.as_array().into_iter().flatten() {
                for statement in list(policy.pointer("/PolicyDocument/Statement")) {
                    if statement.get("Effect").and_then(Json::as_str) != Some("Allow") {
                        return Err(TemplateError::shape(
                            at,
                            "the local run supports Allow statements only",
                        ));
                    }
                    statements.push(Statement {
                        actions: texts(statement.get("Action")),
                        resources: texts(statement.get("Resource")),
                    });
                }
            }
            roles.insert(function.name.clone(), statements);
        }
        Ok(Self { roles, names: template.names.clone() })
    }

    /// The error answer if the caller's role does not allow the call.
    pub(crate) fn refuse(&self, caller: &str, call: &wire::Call) -> Option<Answer> {
        let statements = self.roles.get(caller)?;
        let (action, resource) = self.needs(call).into_iter().find(|(action, resource)| {
            !statements.iter().any(|s| {
                s.actions.iter().any(|a| like(&a.to_lowercase(), &action.to_lowercase()))
                    && s.resources.iter().any(|r| like(r, resource))
            })
        })?;
        tracing::error!(function = caller, action, resource, "the role does not allow this call");
        let (status, code) = match call.service {
            Service::Sns => (403, "AuthorizationError"),
            Service::Lambda => (403, "AccessDeniedException"),
            _ => (400, "AccessDeniedException"),
        };
        let message = format!(
            "User: {caller} is not authorized to perform: {action} on resource: {resource}"
        );
        Some(wire::error(call.service, status, code, &message))
    }

    /// The permissions a call needs, as (action, resource).
    fn needs(&self, call: &wire::Call) -> BTreeSet<(String, String)> {
        let operation = call.operation.as_str();
        let body: Json = serde_json::from_slice(call.body()).unwrap_or_default();
        let text = |key: &str| body.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let one = |action: String, resource: String| BTreeSet::from([(action, resource)]);
        match call.service {
            Service::Dynamodb => self.table_needs(operation, &body),
            Service::Sqs => {
                let name = text("QueueUrl").rsplit('/').next().unwrap_or_default().to_owned();
                let action = operation.strip_suffix("Batch").unwrap_or(operation);
                one(format!("sqs:{action}"), self.names.arn("sqs", &name))
            }
            Service::Sns => {
                let topic =
                    call.form().into_iter().find(|(key, _)| key == "TopicArn").map(|(_, arn)| arn);
                one(format!("sns:{operation}"), topic.unwrap_or_default())
            }
            // The permission of Invoke is named after what it calls.
            Service::Lambda => {
                one("lambda:InvokeFunction".into(), self.names.function_arn(&call.function()))
            }
            Service::Ssm => {
                let mut names = texts(body.get("Names"));
                names.extend(body.get("Name").and_then(Json::as_str).map(str::to_owned));
                let arn = |name: &String| {
                    self.names.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')))
                };
                names.iter().map(|name| (format!("ssm:{operation}"), arn(name))).collect()
            }
        }
    }

    fn table_needs(&self, operation: &str, body: &Json) -> BTreeSet<(String, String)> {
        let arn = |table: &str| self.names.table_arn(table.rsplit('/').next().unwrap_or_default());
        let table =
            |value: &Json| arn(value.get("TableName").and_then(Json::as_str).unwrap_or_default());
        match operation {
            // A transaction has no permission of its own: its parts have.
            "TransactWriteItems" | "TransactGetItems" => list(body.get("TransactItems"))
                .filter_map(Json::as_object)
                .flatten()
                .map(|(part, item)| {
                    let action = if part == "ConditionCheck" {
                        "ConditionCheckItem".into()
                    } else {
                        format!("{part}Item")
                    };
                    (format!("dynamodb:{action}"), table(item))
                })
                .collect(),
            "BatchGetItem" | "BatchWriteItem" => body
                .get("RequestItems")
                .and_then(Json::as_object)
                .into_iter()
                .flatten()
                .map(|(name, _)| (format!("dynamodb:{operation}"), arn(name)))
                .collect(),
            _ => {
                let index = body.get("IndexName").and_then(Json::as_str);
                let resource = index
                    .map_or_else(|| table(body), |index| format!("{}/index/{index}", table(body)));
                BTreeSet::from([(format!("dynamodb:{operation}"), resource)])
            }
        }
    }
}

fn list(value: Option<&Json>) -> impl Iterator<Item = &Json> {
    match value {
        Some(Json::Array(items)) => items.iter(),
        Some(one) => std::slice::from_ref(one).iter(),
        None => [].iter(),
    }
}

fn texts(value: Option<&Json>) -> Vec<String> {
    list(value).filter_map(Json::as_str).map(str::to_owned).collect()
}

/// IAM's wildcards: `*` for any text, `?` for one character.
fn like(pattern: &str, text: &str) -> bool {
    let mut chars = pattern.chars();
    match chars.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = chars.as_str();
            text.char_indices()
                .map(|(i, _)| i)
                .chain([text.len()])
                .any(|i| text.get(i..).is_some_and(|t| like(rest, t)))
        }
        Some(c) => {
            let mut letters = text.chars();
            letters.next().is_some_and(|l| c == '?' || l == c)
                && like(chars.as_str(), letters.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_those_of_iam() {
        assert!(like("dynamodb:*", "dynamodb:PutItem") && like("*", "") && like("a?c", "abc"));
        assert!(!like("arn:x:table/a", "arn:x:table/a/index/due") && !like("a?", "a"));
        assert!(like("arn:*:table/*/index/due", "arn:x:table/a/index/due"));
    }
}
