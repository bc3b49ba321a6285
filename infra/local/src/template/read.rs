//! Builds the typed model from the long-form document.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::intrinsics::{Named, Scope};
use super::model::{Index, Key, Lambda, Queue, Redrive, Subscription, Table, Topic};
use super::{Names, Template, TemplateError};

mod functions;
mod values;

use values::{named, parameter_value, parameters};

/// A resource of the template: its logical id, its type and its unresolved properties.
struct Resource<'a> {
    id: &'a str,
    kind: &'a str,
    properties: &'a Map<String, Json>,
}

impl Resource<'_> {
    fn at(&self, property: &str) -> String {
        format!("Resources.{}.Properties.{property}", self.id)
    }

    fn text(&self, scope: &Scope, property: &str) -> Result<Option<String>, TemplateError> {
        match self.properties.get(property) {
            None => Ok(None),
            Some(value) => scope.text(value, &self.at(property)),
        }
    }

    fn number(&self, scope: &Scope, property: &str, default: u32) -> Result<u32, TemplateError> {
        match self.text(scope, property)? {
            None => Ok(default),
            Some(text) => text
                .parse()
                .map_err(|_| TemplateError::shape(self.at(property), "a whole number is expected")),
        }
    }
}

static EMPTY: std::sync::LazyLock<Map<String, Json>> = std::sync::LazyLock::new(Map::new);

fn section<'a>(document: &'a Json, name: &str) -> Result<&'a Map<String, Json>, TemplateError> {
    match document.get(name) {
        None | Some(Json::Null) => Ok(&EMPTY),
        Some(Json::Object(map)) => Ok(map),
        Some(_) => Err(TemplateError::shape(name, "a mapping is expected")),
    }
}

pub(super) fn template(
    raw: serde_norway::Value,
    document: Json,
    overrides: &BTreeMap<String, String>,
    names: Names,
) -> Result<Template, TemplateError> {
    let parameters = parameters(section(&document, "Parameters")?, overrides)?;
    let mut scope = Scope {
        names: names.clone(),
        parameters: parameters.iter().map(|(name, p)| (name.clone(), parameter_value(p))).collect(),
        resources: BTreeMap::new(),
        conditions: section(&document, "Conditions")?.clone(),
        mappings: document.get("Mappings").cloned().unwrap_or_default(),
    };
    let resources = resources(&document, &scope)?;
    if resources.is_empty() {
        return Err(TemplateError::shape("Resources", "there are none"));
    }
    for resource in &resources {
        let visible = named(resource, &scope)?;
        scope.resources.insert(resource.id.to_owned(), visible);
    }

    let mut template = Template {
        raw,
        document: Json::Null,
        names,
        parameters,
        functions: BTreeMap::new(),
        queues: BTreeMap::new(),
        topics: BTreeMap::new(),
        subscriptions: Vec::new(),
        tables: BTreeMap::new(),
        scope: scope.clone(),
    };
    let globals = document.pointer("/Globals/Function").and_then(Json::as_object).unwrap_or(&EMPTY);
    for resource in &resources {
        let id = resource.id.to_owned();
        match resource.kind {
            "AWS::Serverless::Function" => {
                let function =
                    functions::function(resource, globals, &scope, &mut template.subscriptions)?;
                if let Some(other) = template.functions.insert(function.name.clone(), function) {
                    return Err(TemplateError::shape(
                        resource.at("CodeUri"),
                        format!("two functions are called {}", other.name),
                    ));
                }
            }
            "AWS::SQS::Queue" => {
                template.queues.insert(id, queue(resource, &scope)?);
            }
            "AWS::SNS::Topic" => {
                let topic = topic(resource, &scope, &mut template.subscriptions)?;
                template.topics.insert(id, topic);
            }
            "AWS::SNS::Subscription" => {
                let topic = resource.text(&scope, "TopicArn")?;
                let topic = topic.ok_or_else(|| {
                    TemplateError::shape(resource.at("TopicArn"), "it is missing")
                })?;
                template.subscriptions.push(subscription(
                    resource.properties,
                    topic,
                    &scope,
                    &resource.at(""),
                )?);
            }
            "AWS::DynamoDB::Table" => {
                template.tables.insert(id, table(resource, &scope)?);
            }
            _ => {}
        }
    }
    check_targets(&template)?;
    if let Some(circle) = super::cycle::find(section(&document, "Resources")?) {
        return Err(TemplateError::Circle { circle });
    }
    template.document = document;
    Ok(template)
}

fn resources<'a>(document: &'a Json, scope: &Scope) -> Result<Vec<Resource<'a>>, TemplateError> {
    let mut out = Vec::new();
    for (id, body) in section(document, "Resources")? {
        let at = format!("Resources.{id}");
        if let Some(condition) = body.get("Condition").and_then(Json::as_str)
            && !scope.holds(condition, &at)?
        {
            continue;
        }
        let kind = body
            .get("Type")
            .and_then(Json::as_str)
            .ok_or_else(|| TemplateError::shape(format!("{at}.Type"), "a resource needs a type"))?;
        let properties = match body.get("Properties") {
            None | Some(Json::Null) => &*EMPTY,
            Some(Json::Object(map)) => map,
            Some(_) => {
                return Err(TemplateError::shape(
                    format!("{at}.Properties"),
                    "a mapping is expected",
                ));
            }
        };
        out.push(Resource { id, kind, properties });
    }
    Ok(out)
}

fn queue(resource: &Resource<'_>, scope: &Scope) -> Result<Queue, TemplateError> {
    let Named { reference: url, attributes } = named(resource, scope)?;
    let attribute = |name: &str| attributes.get(name).cloned().unwrap_or_default();
    let name = attribute("QueueName");
    if resource.properties.contains_key("FifoQueue") {
        return Err(TemplateError::shape(
            resource.at("FifoQueue"),
            "the local run supports standard queues only",
        ));
    }
    let redrive = match resource.properties.get("RedrivePolicy") {
        None => None,
        Some(policy) => {
            let at = resource.at("RedrivePolicy");
            let policy = scope.resolve(policy, &at)?.unwrap_or_default();
            let target = policy.get("deadLetterTargetArn").and_then(Json::as_str);
            let receives =
                policy.get("maxReceiveCount").and_then(whole).filter(|n| (1..=1000).contains(n));
            let (Some(target), Some(receives)) = (target, receives) else {
                let what = "deadLetterTargetArn and a maxReceiveCount from 1 to 1000 are expected";
                return Err(TemplateError::shape(at, what));
            };
            Some(Redrive { target: target.to_owned(), receives })
        }
    };
    Ok(Queue {
        logical_id: resource.id.to_owned(),
        arn: attribute("Arn"),
        name,
        url,
        visibility: resource.number(scope, "VisibilityTimeout", 30)?,
        retention: resource.number(scope, "MessageRetentionPeriod", 345_600)?,
        delay: resource.number(scope, "DelaySeconds", 0)?,
        redrive,
    })
}

fn topic(
    resource: &Resource<'_>,
    scope: &Scope,
    subscriptions: &mut Vec<Subscription>,
) -> Result<Topic, TemplateError> {
    let Named { reference: arn, attributes } = named(resource, scope)?;
    for inline in
        resource.properties.get("Subscription").and_then(Json::as_array).into_iter().flatten()
    {
        let at = resource.at("Subscription");
        let body =
            inline.as_object().ok_or_else(|| TemplateError::shape(&at, "a mapping is expected"))?;
        subscriptions.push(subscription(body, arn.clone(), scope, &at)?);
    }
    Ok(Topic {
        logical_id: resource.id.to_owned(),
        name: attributes.get("TopicName").cloned().unwrap_or_default(),
        arn,
    })
}

fn subscription(
    body: &Map<String, Json>,
    topic: String,
    scope: &Scope,
    at: &str,
) -> Result<Subscription, TemplateError> {
    let text = |key: &str| -> Result<String, TemplateError> {
        let value =
            body.get(key).map(|v| scope.text(v, &format!("{at}.{key}"))).transpose()?.flatten();
        value.ok_or_else(|| TemplateError::shape(at, format!("a subscription needs its {key}")))
    };
    let filter = body.get("FilterPolicy").map(|f| scope.resolve(f, at)).transpose()?.flatten();
    Ok(Subscription {
        topic,
        protocol: text("Protocol")?,
        endpoint: text("Endpoint")?,
        raw: body.get("RawMessageDelivery").is_some_and(truthy),
        filter,
        filter_body: body.get("FilterPolicyScope").and_then(Json::as_str) == Some("MessageBody"),
    })
}

fn table(resource: &Resource<'_>, scope: &Scope) -> Result<Table, TemplateError> {
    let at = resource.at("KeySchema");
    let properties = scope
        .resolve(
            &Json::Object(resource.properties.clone()),
            &format!("Resources.{}.Properties", resource.id),
        )?
        .unwrap_or_default();
    let key = |schema: Option<&Json>| -> Result<Key, TemplateError> {
        let part = |kind: &str| {
            schema?
                .as_array()?
                .iter()
                .find(|element| element.get("KeyType").and_then(Json::as_str) == Some(kind))?
                .get("AttributeName")?
                .as_str()
                .map(str::to_owned)
        };
        let hash =
            part("HASH").ok_or_else(|| TemplateError::shape(&at, "a HASH key is expected"))?;
        Ok(Key { hash, range: part("RANGE") })
    };
    let mut indexes = BTreeMap::new();
    for index in
        properties.get("GlobalSecondaryIndexes").and_then(Json::as_array).into_iter().flatten()
    {
        let name = index.get("IndexName").and_then(Json::as_str).unwrap_or_default().to_owned();
        let projection = index
            .pointer("/Projection/ProjectionType")
            .and_then(Json::as_str)
            .unwrap_or("ALL")
            .to_owned();
        indexes.insert(name, Index { key: key(index.get("KeySchema"))?, projection });
    }
    let expires = properties
        .get("TimeToLiveSpecification")
        .filter(|ttl| ttl.get("Enabled").is_some_and(truthy))
        .and_then(|ttl| ttl.get("AttributeName"))
        .and_then(Json::as_str)
        .map(str::to_owned);
    Ok(Table {
        logical_id: resource.id.to_owned(),
        name: named(resource, scope)?.reference,
        key: key(properties.get("KeySchema"))?,
        indexes,
        stream: properties
            .pointer("/StreamSpecification/StreamViewType")
            .and_then(Json::as_str)
            .map(str::to_owned),
        expires,
        properties,
    })
}

/// Checks that every mapping and redrive policy names a resource of this template.
fn check_targets(template: &Template) -> Result<(), TemplateError> {
    let queue = |arn: &str| template.queues.values().any(|q| q.arn == arn);
    for q in template.queues.values() {
        if let Some(redrive) = &q.redrive
            && !queue(&redrive.target)
        {
            let at = format!("Resources.{}.Properties.RedrivePolicy", q.logical_id);
            return Err(TemplateError::shape(
                at,
                format!("{} is not a queue of this template", redrive.target),
            ));
        }
    }
    for f in template.functions.values() {
        let at = format!("Resources.{}.Properties.Events", f.logical_id);
        if let Some(source) = f.queues.iter().find(|s| !queue(&s.queue)) {
            return Err(TemplateError::shape(
                at,
                format!("{} is not a queue of this template", source.queue),
            ));
        }
        let streams = |arn: &str| {
            template
                .tables
                .values()
                .any(|t| t.stream.is_some() && template.names.stream_arn(&t.name) == arn)
        };
        if let Some(source) = f.streams.iter().find(|s| !streams(&s.stream)) {
            return Err(TemplateError::shape(
                at,
                format!("{} is not a stream of this template", source.stream),
            ));
        }
        one_mapping_per_source(f)?;
    }
    Ok(())
}

/// Lambda keeps one event source mapping per function and source, disabled ones included: creating
/// a second one fails, and with it the whole stack.
fn one_mapping_per_source(function: &Lambda) -> Result<(), TemplateError> {
    let queues = function.queues.iter().map(|source| (&source.event, &source.queue));
    let streams = function.streams.iter().map(|source| (&source.event, &source.stream));
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (event, source) in queues.chain(streams) {
        if let Some(first) = seen.insert(source, event) {
            let name = &function.deployed_name;
            let what = if source.starts_with("arn:aws:sqs:") {
                format!(
                    "An event source mapping with SQS arn (\" {source} \") and function \
                     (\" {name} \") already exists"
                )
            } else {
                format!(
                    "The event source arn (\" {source} \") and function (\" {name} \") provided \
                     mapping already exists"
                )
            };
            return Err(TemplateError::SecondMapping {
                at: format!("Resources.{}.Properties.Events.{event}", function.logical_id),
                what,
                first: first.to_owned(),
            });
        }
    }
    Ok(())
}

fn truthy(value: &Json) -> bool {
    matches!(value, Json::Bool(true)) || value.as_str() == Some("true")
}

fn whole(value: &Json) -> Option<u32> {
    value.as_u64().and_then(|n| u32::try_from(n).ok()).or_else(|| value.as_str()?.parse().ok())
}
