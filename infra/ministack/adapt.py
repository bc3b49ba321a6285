"""Turns template.yaml into a template that MiniStack can deploy.

MiniStack 1.5.33 differs from AWS, so the template is changed (see `adapted` and `leave_out`):
- It ignores the routes that SAM writes into the API's OpenAPI Body. They become Integrations and
  Routes.
- Functions run on this machine, so their architecture is this machine's.
- Its IAM has SendMessageBatch as a separate action; on AWS it is sqs:SendMessage. Roles get both.
"""

import hashlib
import os
import platform

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from cloud import BUCKET, REGION, Cloud

def function_names(source: dict) -> dict[str, str]:
    """Logical id → folder name, which is the last part of CodeUri: target/lambda/<name>/."""
    return {
        logical: resource["Properties"]["CodeUri"].rstrip("/").rsplit("/", 1)[-1]
        for logical, resource in source["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def expand(source: dict, root: str, cloud: Cloud) -> dict:
    """Does what `sam deploy` does: uploads local files and applies the SAM transform. (MiniStack
    could apply it, too, but then there would be no Body to turn into routes.)"""
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = f"s3://{BUCKET}/placeholder.zip"  # replaced in `adapted`
        if resource["Type"] == "AWS::CloudFormation::Stack":
            with open(os.path.join(root, resource["Properties"]["TemplateURL"]), encoding="utf-8") as file:
                nested = yaml_parse(file)
            leave_out(nested["Resources"])
            resource["Properties"]["TemplateURL"] = cloud.upload_template(nested)

    class NoManagedPolicies:
        """The template writes out every role, so no managed policy is looked up."""

        @staticmethod
        def load() -> dict:
            return {}

    os.environ["AWS_DEFAULT_REGION"] = REGION  # the translator asks boto3 for the partition
    return transform(source, {}, NoManagedPolicies())


def adapted(template: dict, code: dict[str, str], names: dict[str, str], watch: str | None) -> None:
    """Changes what MiniStack does not support as it is."""
    resources = template["Resources"]
    architecture = {"x86_64": "x86_64", "AMD64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
    for logical, resource in list(resources.items()):
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::Function":
            properties["Architectures"] = [architecture]
            properties["Code"] = {"S3Bucket": BUCKET, "S3Key": code[names[logical]]}
            if watch:
                variables = properties["Environment"]["Variables"]
                server = watch.rstrip("/")
                variables["MINISTACK_LAMBDA_PROXY_URL"] = f"{server}/2015-03-31/functions/{names[logical]}/invocations"
                # The base of links in the owner's answers; the template has the API's AWS address.
                if "PAGE_URL" in variables:
                    variables["PAGE_URL"] = server
                # The first call compiles the function. It is shorter than every queue's visibility
                # timeout, so that no task runs twice.
                properties["Timeout"] = 170
        elif resource["Type"] == "AWS::IAM::Role":
            for policy in properties["Policies"]:
                for statement in policy["PolicyDocument"]["Statement"]:
                    if "sqs:SendMessage" in statement["Action"]:
                        statement["Action"] = ["sqs:SendMessage", "sqs:SendMessageBatch"]
        elif resource["Type"] == "AWS::ApiGatewayV2::Api":
            for path, methods in properties.pop("Body")["paths"].items():
                for method, operation in methods.items():
                    add_route(resources, logical, path, method, operation)
            properties["ProtocolType"] = "HTTP"
            properties.pop("FailOnWarnings", None)


def leave_out(resources: dict) -> None:
    """Leaves out what MiniStack does not support: alarms with metric math, and saved queries. No test
    needs them."""
    for logical, resource in list(resources.items()):
        math = resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]
        if math or resource["Type"] == "AWS::Logs::QueryDefinition":
            del resources[logical]


def add_route(resources: dict, api: str, path: str, method: str, operation: dict) -> None:
    integration = operation["x-amazon-apigateway-integration"]
    verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
    key = "$default" if path in ("$default", "/$default") else f"{verb} {path}"
    suffix = hashlib.sha256(key.encode()).hexdigest()[:8]
    resources[f"{api}Integration{suffix}"] = {
        "Type": "AWS::ApiGatewayV2::Integration",
        "Properties": {
            "ApiId": {"Ref": api},
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": integration["uri"],
            "PayloadFormatVersion": integration["payloadFormatVersion"],
        },
    }
    resources[f"{api}Route{suffix}"] = {
        "Type": "AWS::ApiGatewayV2::Route",
        "Properties": {
            "ApiId": {"Ref": api},
            "RouteKey": key,
            "Target": {"Fn::Sub": f"integrations/${{{api}Integration{suffix}}}"},
        },
    }
