//! The values of parameters, and of `Ref` and `GetAtt` for resources.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::Resource;
use crate::template::TemplateError;
use crate::template::intrinsics::{Named, Scope};
use crate::template::model::Parameter;

pub(super) fn parameters(
    declared: &Map<String, Json>,
    overrides: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Parameter>, TemplateError> {
    for name in overrides.keys() {
        if !declared.contains_key(name) {
            return Err(TemplateError::shape(
                "Parameters",
                format!("there is no parameter {name} to set"),
            ));
        }
    }
    let plain = |value: &Json| match value {
        Json::String(s) => s.clone(),
        other => other.to_string(),
    };
    let mut out = BTreeMap::new();
    for (name, body) in declared {
        let at = format!("Parameters.{name}");
        let default = body.get("Default").map(plain);
        let allowed: Vec<String> = body
            .get("AllowedValues")
            .and_then(Json::as_array)
            .map(|v| v.iter().map(plain).collect())
            .unwrap_or_default();
        let value = overrides.get(name).cloned().or_else(|| default.clone()).ok_or_else(|| {
            TemplateError::shape(&at, "it has neither a Default nor a given value")
        })?;
        if !allowed.is_empty() && !allowed.contains(&value) {
            return Err(TemplateError::shape(
                &at,
                format!("{value} is not one of {}", allowed.join(", ")),
            ));
        }
        let text = |key: &str| body.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let parameter = Parameter {
            kind: text("Type"),
            description: text("Description"),
            default,
            allowed,
            value,
        };
        out.insert(name.clone(), parameter);
    }
    Ok(out)
}

pub(super) fn parameter_value(parameter: &Parameter) -> Json {
    if parameter.kind == "CommaDelimitedList" || parameter.kind.starts_with("List<") {
        parameter.value.split(',').map(|s| Json::from(s.trim())).collect()
    } else {
        Json::from(parameter.value.clone())
    }
}

/// The values of `Ref` and `GetAtt` for a resource. Physical names may refer to parameters only.
pub(super) fn named(resource: &Resource<'_>, scope: &Scope) -> Result<Named, TemplateError> {
    let names = &scope.names;
    let own = |property: &str| -> Result<String, TemplateError> {
        Ok(resource.text(scope, property)?.unwrap_or_else(|| names.generated(resource.id)))
    };
    let attributes =
        |list: &[(&str, String)]| list.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
    Ok(match resource.kind {
        "AWS::SQS::Queue" => {
            let name = own("QueueName")?;
            Named {
                reference: names.queue_url(&name),
                attributes: attributes(&[
                    ("Arn", names.arn("sqs", &name)),
                    ("QueueName", name.clone()),
                    ("QueueUrl", names.queue_url(&name)),
                ]),
            }
        }
        "AWS::SNS::Topic" => {
            let name = own("TopicName")?;
            let arn = names.arn("sns", &name);
            Named {
                reference: arn.clone(),
                attributes: attributes(&[("TopicArn", arn), ("TopicName", name)]),
            }
        }
        "AWS::DynamoDB::Table" => {
            let name = own("TableName")?;
            Named {
                attributes: attributes(&[
                    ("Arn", names.table_arn(&name)),
                    ("StreamArn", names.stream_arn(&name)),
                ]),
                reference: name,
            }
        }
        "AWS::Serverless::Function" => {
            let name = own("FunctionName")?;
            Named { attributes: attributes(&[("Arn", names.function_arn(&name))]), reference: name }
        }
        "AWS::IAM::Role" => {
            let name = own("RoleName")?;
            let arn = format!("arn:aws:iam::{}:role/{name}", names.account);
            Named { attributes: attributes(&[("Arn", arn)]), reference: name }
        }
        "AWS::SSM::Parameter" => Named { reference: own("Name")?, ..Named::default() },
        "AWS::Logs::LogGroup" => {
            let name = own("LogGroupName")?;
            let arn = format!("{}:*", names.arn("logs", &format!("log-group:{name}")));
            Named { attributes: attributes(&[("Arn", arn)]), reference: name }
        }
        _ => Named { reference: names.generated(resource.id), ..Named::default() },
    })
}
