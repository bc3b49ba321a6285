//! Reads `template.yaml` for the harness, the tests and the deploy verb.
//!
//! [`Template`] has three views of one file: the YAML with its tags ([`Template::raw`]), the same
//! in CloudFormation's long form ([`Template::document`], where `!Ref X` is `{"Ref": "X"}`), and a
//! typed model of functions, queues, topics, tables and routes, in which every intrinsic function
//! is resolved to a local value.

mod cycle;
mod intrinsics;
mod model;
mod names;
mod read;
mod schedule;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

pub use intrinsics::{Scope, long_form};
pub use model::{
    Index, Key, Lambda, Parameter, Queue, QueueSource, Redrive, Route, ScheduleSource,
    StreamSource, Subscription, Table, Topic,
};
pub use names::Names;
pub use schedule::{Schedule, ScheduleError};

/// Why a template cannot be used, as one sentence.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file cannot be read.
    #[error("템플릿 {path} 파일을 읽을 수 없습니다 / cannot read the template {path}: {source}")]
    Unreadable {
        /// The path as it was given.
        path: String,
        /// The system's error.
        source: std::io::Error,
    },
    /// The file is not YAML.
    #[error("템플릿이 올바른 YAML이 아닙니다 / the template is not valid YAML: {0}")]
    Yaml(#[from] serde_norway::Error),
    /// The file is YAML, but not a template that the harness supports.
    #[error("템플릿의 {at} 부분이 잘못되었습니다 / the template is wrong at {at}: {what}")]
    Shape {
        /// The keys on the path to the place, joined by dots.
        at: String,
        /// What was expected there.
        what: String,
    },
    /// A function has two event source mappings for one source. The wording is Lambda's.
    #[error(
        "템플릿의 {at} 부분이 잘못되었습니다 / the template is wrong at {at}: \
         ResourceConflictException (409): {what}. Please update or delete the existing mapping \
         with UUID {first}"
    )]
    SecondMapping {
        /// The keys on the path to the second mapping, joined by dots.
        at: String,
        /// What exists already. Lambda words it differently for queues and for streams.
        what: String,
        /// The event of the first mapping, in place of the UUID that AWS would have given it.
        first: String,
    },
    /// Resources need each other before they exist. The wording is CloudFormation's.
    #[error(
        "템플릿의 자원이 서로를 기다립니다 / resources of the template wait for each other: \
         ValidationError (400): Circular dependency between resources: [{}]", circle.join(", ")
    )]
    Circle {
        /// The logical ids, in the order in which they need each other.
        circle: Vec<String>,
    },
}

impl TemplateError {
    pub(crate) fn shape(at: impl Into<String>, what: impl Into<String>) -> Self {
        Self::Shape { at: at.into(), what: what.into() }
    }
}

/// A template, resolved for a local run.
#[derive(Debug, Clone)]
pub struct Template {
    /// The YAML as written; short tags are [`serde_norway::Value::Tagged`].
    pub raw: serde_norway::Value,
    /// The same with every tag in long form, unresolved.
    pub document: Json,
    /// The names and addresses intrinsic functions were resolved with.
    pub names: Names,
    /// Parameters by name, with their local values.
    pub parameters: BTreeMap<String, Parameter>,
    /// Functions by short name (the folder and binary name, for example `owner-desk`).
    pub functions: BTreeMap<String, Lambda>,
    /// Queues by logical id.
    pub queues: BTreeMap<String, Queue>,
    /// Topics by logical id.
    pub topics: BTreeMap<String, Topic>,
    /// The subscriptions of every topic.
    pub subscriptions: Vec<Subscription>,
    /// Tables by logical id.
    pub tables: BTreeMap<String, Table>,
    scope: Scope,
}

impl Template {
    /// Reads a template file. `overrides` replace parameter defaults; an undeclared parameter is an
    /// error.
    pub fn load(path: &Path, overrides: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let text = std::fs::read_to_string(path).map_err(|source| TemplateError::Unreadable {
            path: path.display().to_string(),
            source,
        })?;
        Self::parse(&text, overrides)
    }

    /// Reads a template from its text, with the local names of [`Names::default`].
    pub fn parse(text: &str, overrides: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        Self::parse_as(text, overrides, Names::default())
    }

    /// Reads a template from its text with chosen names (account, region, stack).
    pub fn parse_as(
        text: &str,
        overrides: &BTreeMap<String, String>,
        names: Names,
    ) -> Result<Self, TemplateError> {
        let raw: serde_norway::Value = serde_norway::from_str(text)?;
        let document = long_form(&raw)?;
        read::template(raw, document, overrides, names)
    }

    /// Resolves intrinsic functions, for parts of [`Template::document`] that are not in the model.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Every HTTP route of every function, with the function's short name.
    pub fn routes(&self) -> impl Iterator<Item = (&str, &Route)> {
        self.functions
            .values()
            .flat_map(|f| f.routes.iter().map(move |route| (f.name.as_str(), route)))
    }

    /// A function by its short name, its deployed name or its logical id.
    pub fn function(&self, name: &str) -> Option<&Lambda> {
        self.functions.get(name).or_else(|| {
            self.functions.values().find(|f| f.deployed_name == name || f.logical_id == name)
        })
    }

    /// A queue by its physical name.
    pub fn queue_named(&self, name: &str) -> Option<&Queue> {
        self.queues.values().find(|q| q.name == name)
    }

    /// The distinct values of an environment variable across the functions.
    pub fn environment_values(&self, variable: &str) -> Vec<&str> {
        let mut values: Vec<&str> = self
            .functions
            .values()
            .filter_map(|f| f.environment.get(variable))
            .map(String::as_str)
            .collect();
        values.sort_unstable();
        values.dedup();
        values
    }
}
