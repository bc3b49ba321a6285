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
    /// The condition `ForAllValues:StringLike` on `dynamodb:LeadingKeys`: every partition key of the
    /// call is like one of these.
    leading_keys: Option<Vec<String>>,
}

/// What a call needs to be allowed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Need {
    action: String,
    resource: String,
    /// The partition keys that it names; of DynamoDB only.
    keys: BTreeSet<String>,
}

impl Statement {
    fn allows(&self, need: &Need) -> bool {
        let action = need.action.to_lowercase();
        // As in IAM, "for all values" of none is met.
        let keys = self.leading_keys.as_ref().is_none_or(|patterns| {
            need.keys.iter().all(|key| patterns.iter().any(|pattern| like(pattern, key)))
        });
        keys && self.actions.iter().any(|pattern| like(&pattern.to_lowercase(), &action))
            && self.resources.iter().any(|pattern| like(pattern, &need.resource))
    }
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
                        leading_keys: leading_keys(statement.get("Condition"), &at)?,
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
        let Need { action, resource, keys } = self
            .needs(call)
            .into_iter()
            .find(|need| !statements.iter().any(|statement| statement.allows(need)))?;
        tracing::error!(
            function = caller,
            action,
            resource,
            ?keys,
            "the role does not allow this call"
        );
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

    /// The permissions that a call needs.
    fn needs(&self, call: &wire::Call) -> BTreeSet<Need> {
        let operation = call.operation.as_str();
        let body: Json = serde_json::from_slice(call.body()).unwrap_or_default();
        let text = |key: &str| body.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let need =
            |action: String, resource: String| Need { action, resource, keys: BTreeSet::new() };
        let one = |action: String, resource: String| BTreeSet::from([need(action, resource)]);
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
                names.iter().map(|name| need(format!("ssm:{operation}"), arn(name))).collect()
            }
        }
    }

    fn table_needs(&self, operation: &str, body: &Json) -> BTreeSet<Need> {
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
                    Need {
                        action: format!("dynamodb:{action}"),
                        resource: table(item),
                        keys: partition_of(item).into_iter().collect(),
                    }
                })
                .collect(),
            "BatchGetItem" | "BatchWriteItem" => body
                .get("RequestItems")
                .and_then(Json::as_object)
                .into_iter()
                .flatten()
                .map(|(name, items)| Need {
                    action: format!("dynamodb:{operation}"),
                    resource: arn(name),
                    keys: batched(items),
                })
                .collect(),
            _ => {
                let index = body.get("IndexName").and_then(Json::as_str);
                let resource = index
                    .map_or_else(|| table(body), |index| format!("{}/index/{index}", table(body)));
                let keys = partition_of(body).or_else(|| queried(body)).into_iter().collect();
                BTreeSet::from([Need { action: format!("dynamodb:{operation}"), resource, keys }])
            }
        }
    }
}

/// The patterns of a condition on the partition keys. A condition that the local run cannot evaluate is
/// refused: ignored, it would seem to hold.
fn leading_keys(condition: Option<&Json>, at: &str) -> Result<Option<Vec<String>>, TemplateError> {
    let Some(condition) = condition else { return Ok(None) };
    let operator = condition.as_object().filter(|operators| operators.len() == 1);
    let operator = operator.and_then(|operators| operators.get("ForAllValues:StringLike"));
    let keys = operator.and_then(Json::as_object).filter(|keys| keys.len() == 1);
    match keys.and_then(|keys| keys.get("dynamodb:LeadingKeys")) {
        Some(patterns) => Ok(Some(texts(Some(patterns)))),
        None => Err(TemplateError::shape(
            at.to_owned(),
            "the local run evaluates ForAllValues:StringLike on dynamodb:LeadingKeys only",
        )),
    }
}

/// The partition key of the item that a call, or a part of one, names.
fn partition_of(call: &Json) -> Option<String> {
    let item = call.get("Key").or_else(|| call.get("Item"))?;
    item.pointer("/pk/S")?.as_str().map(str::to_owned)
}

/// The partition keys of one table in a batch.
fn batched(items: &Json) -> BTreeSet<String> {
    let gets = list(items.get("Keys")).filter_map(|key| key.pointer("/pk/S"));
    let puts = list(Some(items)).flat_map(|write| {
        [write.pointer("/PutRequest/Item/pk/S"), write.pointer("/DeleteRequest/Key/pk/S")]
    });
    let keys = gets.chain(puts.flatten());
    keys.filter_map(Json::as_str).map(str::to_owned).collect()
}

/// The partition that a query names: the value of `pk = :name` in its condition.
fn queried(body: &Json) -> Option<String> {
    let condition = body.get("KeyConditionExpression")?.as_str()?;
    let (_, rest) = condition.split_once("pk = ")?;
    let name = rest.split_whitespace().next()?;
    let value = body.get("ExpressionAttributeValues")?.get(name)?;
    value.get("S")?.as_str().map(str::to_owned)
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
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_condition_on_partition_keys_holds_for_every_key_of_a_call() {
        let statement = Statement {
            actions: vec!["dynamodb:*".into()],
            resources: vec!["*".into()],
            leading_keys: Some(vec!["OFFICE".into(), "ACTS#*".into()]),
        };
        let allows = |keys: &[&str]| {
            statement.allows(&Need {
                action: "dynamodb:Query".into(),
                resource: "table".into(),
                keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            })
        };
        assert!(allows(&["OFFICE", "ACTS#2026-11-27"]) && allows(&[]));
        assert!(!allows(&["ORDER#1"]) && !allows(&["OFFICE", "ORDER#1"]));
        let query = json!({
            "KeyConditionExpression": "pk = :p AND begins_with(sk, :s)",
            "ExpressionAttributeValues": { ":p": { "S": "OFFICE" }, ":s": { "S": "KEY#" } },
        });
        assert_eq!(queried(&query).as_deref(), Some("OFFICE"));
        let batch = json!({ "Keys": [{ "pk": { "S": "A" } }, { "pk": { "S": "B" } }] });
        assert_eq!(batched(&batch), ["A", "B"].map(str::to_owned).into());
    }

    #[test]
    fn a_condition_that_is_not_known_is_refused() {
        let known = json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["A"] } });
        assert_eq!(leading_keys(Some(&known), "role").unwrap(), Some(vec!["A".into()]));
        let other = json!({ "StringEquals": { "aws:SourceIp": "203.0.113.7" } });
        assert!(leading_keys(Some(&other), "role").is_err());
    }

    #[test]
    fn wildcards_are_those_of_iam() {
        assert!(like("dynamodb:*", "dynamodb:PutItem") && like("*", "") && like("a?c", "abc"));
        assert!(!like("arn:x:table/a", "arn:x:table/a/index/due") && !like("a?", "a"));
        assert!(like("arn:*:table/*/index/due", "arn:x:table/a/index/due"));
    }
}
