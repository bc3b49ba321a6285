//! Functions and their events.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{EMPTY, Resource, truthy, whole};
use crate::template::TemplateError;
use crate::template::intrinsics::Scope;
use crate::template::model::{
    Lambda, QueueSource, Route, ScheduleSource, StreamSource, Subscription,
};
use crate::template::names::kebab;
use crate::template::schedule::Schedule;

pub(super) fn function(
    resource: &Resource<'_>,
    globals: &Map<String, Json>,
    scope: &Scope,
    subscriptions: &mut Vec<Subscription>,
) -> Result<Lambda, TemplateError> {
    let inherited = Resource { id: resource.id, kind: resource.kind, properties: globals };
    let number = |property: &str, default| -> Result<u32, TemplateError> {
        resource.number(scope, property, inherited.number(scope, property, default)?)
    };
    let deployed_name =
        resource.text(scope, "FunctionName")?.unwrap_or_else(|| scope.names.generated(resource.id));
    let mut function = Lambda {
        name: short_name(resource),
        logical_id: resource.id.to_owned(),
        environment: environment(resource, globals, scope)?,
        timeout: number("Timeout", 3)?,
        memory: number("MemorySize", 128)?,
        routes: Vec::new(),
        queues: Vec::new(),
        streams: Vec::new(),
        schedules: Vec::new(),
        retries: retries(resource, scope)?,
        dead_letters: dead_letters(resource, scope)?,
        role: resource
            .properties
            .get("Role")
            .and_then(|r| r.pointer("/Fn::GetAtt/0")?.as_str())
            .map(str::to_owned),
        deployed_name,
    };
    let events = resource.properties.get("Events").and_then(Json::as_object).unwrap_or(&EMPTY);
    for (name, event) in events {
        let at = resource.at(&format!("Events.{name}"));
        let kind = event.get("Type").and_then(Json::as_str).unwrap_or_default();
        let properties = event.get("Properties").and_then(Json::as_object).unwrap_or(&EMPTY);
        let event = Event { name, at: &at, properties, scope };
        match kind {
            "HttpApi" => function.routes.push(event.route()?),
            "SQS" => function.queues.push(event.queue()?),
            "DynamoDB" => function.streams.push(event.stream()?),
            "Schedule" | "ScheduleV2" => function.schedules.push(event.schedule()?),
            "SNS" => subscriptions.push(Subscription {
                topic: event.required("Topic")?,
                protocol: "lambda".into(),
                endpoint: scope.names.function_arn(&function.deployed_name),
                raw: false,
                filter: event.resolved("FilterPolicy")?,
                filter_body: event.text("FilterPolicyScope")?.as_deref() == Some("MessageBody"),
            }),
            other => {
                return Err(TemplateError::shape(
                    at,
                    format!("a local run does not support events of type `{other}`"),
                ));
            }
        }
    }
    Ok(function)
}

fn short_name(resource: &Resource<'_>) -> String {
    let code = resource.properties.get("CodeUri").and_then(Json::as_str).unwrap_or_default();
    let last = code.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let last = last.strip_suffix(".zip").unwrap_or(last);
    if last.is_empty() || last == "." { kebab(resource.id) } else { last.to_owned() }
}

fn environment(
    resource: &Resource<'_>,
    globals: &Map<String, Json>,
    scope: &Scope,
) -> Result<BTreeMap<String, String>, TemplateError> {
    let mut out = BTreeMap::new();
    for (properties, at) in [
        (globals, "Globals.Function.Environment".to_owned()),
        (resource.properties, resource.at("Environment")),
    ] {
        let variables = properties
            .get("Environment")
            .and_then(|e| e.get("Variables"))
            .and_then(Json::as_object);
        for (name, value) in variables.unwrap_or(&EMPTY) {
            match scope.text(value, &format!("{at}.Variables.{name}"))? {
                Some(value) => out.insert(name.clone(), value),
                None => out.remove(name),
            };
        }
    }
    Ok(out)
}

fn retries(resource: &Resource<'_>, scope: &Scope) -> Result<u32, TemplateError> {
    let at = resource.at("EventInvokeConfig.MaximumRetryAttempts");
    match resource.properties.get("EventInvokeConfig").and_then(|c| c.get("MaximumRetryAttempts")) {
        None => Ok(2),
        Some(value) => scope
            .resolve(value, &at)?
            .and_then(|v| whole(&v))
            .filter(|n| *n <= 2)
            .ok_or_else(|| TemplateError::shape(at, "a number from 0 to 2 is expected")),
    }
}

fn dead_letters(resource: &Resource<'_>, scope: &Scope) -> Result<Option<String>, TemplateError> {
    let queue = resource.properties.get("DeadLetterQueue").and_then(|q| q.get("TargetArn"));
    let destination = resource
        .properties
        .get("EventInvokeConfig")
        .and_then(|c| c.pointer("/DestinationConfig/OnFailure/Destination"));
    match queue.or(destination) {
        None => Ok(None),
        Some(arn) => scope.text(arn, &resource.at("DeadLetterQueue")),
    }
}

/// One entry of `Events`.
struct Event<'a> {
    name: &'a str,
    at: &'a str,
    properties: &'a Map<String, Json>,
    scope: &'a Scope,
}

impl Event<'_> {
    fn resolved(&self, key: &str) -> Result<Option<Json>, TemplateError> {
        self.properties
            .get(key)
            .map(|v| self.scope.resolve(v, self.at))
            .transpose()
            .map(Option::flatten)
    }

    fn text(&self, key: &str) -> Result<Option<String>, TemplateError> {
        self.properties
            .get(key)
            .map(|v| self.scope.text(v, self.at))
            .transpose()
            .map(Option::flatten)
    }

    fn required(&self, key: &str) -> Result<String, TemplateError> {
        self.text(key)?.ok_or_else(|| TemplateError::shape(self.at, format!("{key} is missing")))
    }

    fn batch_size(&self, default: usize) -> Result<usize, TemplateError> {
        match self.resolved("BatchSize")? {
            None => Ok(default),
            Some(size) => whole(&size)
                .filter(|n| (1..=10_000).contains(n))
                .and_then(|n| usize::try_from(n).ok())
                .ok_or_else(|| {
                    TemplateError::shape(self.at, "BatchSize is a number from 1 to 10000")
                }),
        }
    }

    fn window(&self) -> Result<u32, TemplateError> {
        match self.resolved("MaximumBatchingWindowInSeconds")? {
            None => Ok(0),
            Some(seconds) => whole(&seconds).filter(|n| *n <= 300).ok_or_else(|| {
                let what = "MaximumBatchingWindowInSeconds is a number from 0 to 300";
                TemplateError::shape(self.at, what)
            }),
        }
    }

    fn enabled(&self) -> Result<bool, TemplateError> {
        let state = self.text("State")?;
        Ok(self.resolved("Enabled")?.is_none_or(|v| truthy(&v))
            && state.as_deref() != Some("DISABLED"))
    }

    fn reports_failures(&self) -> Result<bool, TemplateError> {
        let types = self.resolved("FunctionResponseTypes")?.unwrap_or_default();
        Ok(types.as_array().is_some_and(|t| t.iter().any(|t| t == "ReportBatchItemFailures")))
    }

    /// A pattern is JSON as text, or a mapping.
    fn filters(&self) -> Result<Vec<Json>, TemplateError> {
        let criteria = self.resolved("FilterCriteria")?.unwrap_or_default();
        let mut out = Vec::new();
        for filter in criteria.get("Filters").and_then(Json::as_array).into_iter().flatten() {
            let pattern = match filter.get("Pattern") {
                Some(Json::String(text)) => serde_json::from_str(text).map_err(|e| {
                    TemplateError::shape(self.at, format!("the filter's Pattern is not JSON: {e}"))
                })?,
                Some(pattern @ Json::Object(_)) => pattern.clone(),
                _ => return Err(TemplateError::shape(self.at, "a filter needs its Pattern")),
            };
            out.push(pattern);
        }
        Ok(out)
    }

    fn route(&self) -> Result<Route, TemplateError> {
        let path = self.text("Path")?.filter(|p| p != "$default");
        let method = self.text("Method")?.map(|m| m.to_ascii_uppercase()).filter(|m| {
            !matches!(m.as_str(), "ANY" | "X-AMAZON-APIGATEWAY-ANY-METHOD" | "$DEFAULT")
        });
        if path.as_ref().is_some_and(|p| !p.starts_with('/')) {
            return Err(TemplateError::shape(self.at, "a Path starts with /"));
        }
        Ok(Route { event: self.name.to_owned(), method, path })
    }

    fn queue(&self) -> Result<QueueSource, TemplateError> {
        Ok(QueueSource {
            event: self.name.to_owned(),
            queue: self.required("Queue")?,
            batch_size: self.batch_size(10)?,
            reports_failures: self.reports_failures()?,
            filters: self.filters()?,
            enabled: self.enabled()?,
        })
    }

    fn stream(&self) -> Result<StreamSource, TemplateError> {
        let attempts = self.text("MaximumRetryAttempts")?.filter(|a| a != "-1");
        let attempts = attempts
            .map(|a| {
                a.parse()
                    .map_err(|_| TemplateError::shape(self.at, "MaximumRetryAttempts is a number"))
            })
            .transpose()?;
        let destination = self.resolved("DestinationConfig")?.unwrap_or_default();
        Ok(StreamSource {
            event: self.name.to_owned(),
            stream: self.required("Stream")?,
            batch_size: self.batch_size(100)?,
            window: self.window()?,
            latest: self.text("StartingPosition")?.as_deref() == Some("LATEST"),
            reports_failures: self.reports_failures()?,
            bisect: self.resolved("BisectBatchOnFunctionError")?.is_some_and(|v| truthy(&v)),
            attempts,
            max_age: self
                .text("MaximumRecordAgeInSeconds")?
                .and_then(|age| age.parse().ok())
                .map_or(86_400, |age: u32| age.min(86_400)),
            on_failure: destination
                .pointer("/OnFailure/Destination")
                .and_then(Json::as_str)
                .map(str::to_owned),
            filters: self.filters()?,
            enabled: self.enabled()?,
        })
    }

    fn schedule(&self) -> Result<ScheduleSource, TemplateError> {
        let expression = self.text("ScheduleExpression")?.or(self.text("Schedule")?);
        let expression = expression
            .ok_or_else(|| TemplateError::shape(self.at, "a schedule needs its expression"))?;
        let input =
            match self.text("Input")? {
                None => None,
                Some(text) => Some(serde_json::from_str(&text).map_err(|e| {
                    TemplateError::shape(self.at, format!("Input is not JSON: {e}"))
                })?),
            };
        Ok(ScheduleSource {
            event: self.name.to_owned(),
            schedule: Schedule::parse(&expression)
                .map_err(|e| TemplateError::shape(self.at, e.to_string()))?,
            input,
            enabled: self.enabled()?,
        })
    }
}
