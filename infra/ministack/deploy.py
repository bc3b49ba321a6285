#!/usr/bin/env python3
"""Deploys template.yaml, the one that goes to AWS, on a running MiniStack.

    deploy.py --endpoint http://127.0.0.1:4566 --binaries target/debug
    deploy.py --endpoint http://127.0.0.1:4566 --watch http://[::1]:9000 --env-file .state/watch.env

The functions are those of --binaries, a directory with `<function>/bootstrap` (by cargo-lambda) or
`<function>` (by cargo), built for this machine. With --watch, MiniStack forwards each event to the
Lambda invoke path of that server (`cargo lambda watch`), and --env-file receives the variables that
the server's functions need.

A second call updates the stack. The output is one JSON line: api_url, api_host, table, queues,
dead_letters, topic, functions, environment. `*.localhost` need not resolve: connect to the endpoint
and send api_host as the Host header.

MiniStack 1.5.33 differs from AWS, so the template is changed (see `adapted` and LEFT_OUT):
- It ignores the routes that SAM writes into the API's OpenAPI Body. They become Integrations and
  Routes.
- Functions run on this machine, so their architecture is this machine's.
- Its IAM has SendMessageBatch as a separate action; on AWS it is sqs:SendMessage. Roles get both.

These differences remain, so tests on MiniStack must not rely on them:
- Cookies come in the headers only, without the array `cookies` (lambda_http reads either). Several
  Set-Cookie headers are returned correctly. `/knock/` reaches the route of `/knock`; on AWS it
  reaches $default.
- A stream mapping ignores batchItemFailures, retries and bisecting: records that the relay reports
  as failed count as done (the sweep sends them), and a batch that fails as a whole is delivered
  again until its maximum record age.
- IAM does not check sns:Publish, nor the reading of queues and streams on behalf of a function.
  Throttling of the stage, log retention and encryption are accepted without an effect.
- Functions are called without a batching window; the events have AWS's form.
"""

import argparse
import base64
import hashlib
import io
import json
import os
import platform
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse
import zipfile

import boto3
import botocore.config
import botocore.exceptions
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

REGION = "ap-northeast-2"
ACCOUNT = "000000000000"
# The root of MiniStack's account. Not read from the environment, so that this script cannot touch
# a real account.
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}
BUCKET = "gongganmunhak-code"
DEPLOY_WITHIN_SECONDS = 300
# Uploaded with --watch, where MiniStack forwards every event.
NO_PROGRAM = b"#!/bin/sh\necho 'this function runs in cargo lambda watch' >&2\nexit 1\n"

# Resources that MiniStack does not support, by logical id (of template.yaml or a nested stack).
LEFT_OUT = {
    "FunctionsFailAlarm": "MiniStack's alarms have no metric math, and no test needs an alarm.",
    "MorningDrawersFailAlarm": "Metric math, as above.",
    "OtherDrawersFailAlarm": "Metric math, as above.",
}


class Failure(Exception):
    """An error for the person at the terminal, as one sentence."""


def main() -> int:
    arguments = argparse.ArgumentParser(description="Deploys template.yaml on a running MiniStack.")
    arguments.add_argument("--endpoint", default="http://127.0.0.1:4566")
    arguments.add_argument("--template", default=os.path.join(os.path.dirname(__file__), "..", "..", "template.yaml"))
    arguments.add_argument("--stack", default="gongganmunhak")
    arguments.add_argument("--parameter", action="append", default=[], metavar="Name=value")
    arguments.add_argument("--toss-secret", default="test_sk_sample", help="Toss's secret key, as the stand-in expects it")
    functions = arguments.add_mutually_exclusive_group(required=True)
    functions.add_argument("--binaries", help="directory of functions built for this machine")
    functions.add_argument("--watch", metavar="URL", help="address of cargo lambda watch")
    arguments.add_argument("--env-file", help="write the functions' variables here, as NAME=value lines")
    options = arguments.parse_args()
    try:
        print(json.dumps(deploy(options), ensure_ascii=False), flush=True)
        return 0
    except Failure as failure:
        print(failure, file=sys.stderr)
    except botocore.exceptions.EndpointConnectionError:
        print(f"Nothing answers at {options.endpoint}; start it with infra/ministack/start.py.", file=sys.stderr)
    return 1


def deploy(options: argparse.Namespace) -> dict:
    if urllib.parse.urlsplit(options.endpoint).hostname not in ("127.0.0.1", "localhost", "::1"):
        raise Failure(f"{options.endpoint} is not this machine; a real deployment is `cargo xtask deploy`.")
    if any("=" not in parameter for parameter in options.parameter):
        raise Failure("--parameter takes Name=value.")
    parameters = dict(parameter.split("=", 1) for parameter in options.parameter)
    cloud = Cloud(options.endpoint)
    with open(options.template, encoding="utf-8") as file:
        source = yaml_parse(file)
    names = function_names(source)

    cloud.make_bucket()
    stage = parameters.get("Stage", source["Parameters"]["Stage"]["Default"])
    cloud.make_secret(f"/gongganmunhak/{stage}/session-key", base64.b64encode(secrets.token_bytes(32)).decode())
    cloud.make_secret(f"/gongganmunhak/{stage}/toss-secret-key", options.toss_secret)

    expanded = expand(source, os.path.dirname(os.path.abspath(options.template)), cloud)
    adapted(expanded, {name: cloud.upload_function(name, options.binaries) for name in names.values()},
            names, options.watch)
    cloud.create_or_update(options.stack, expanded, parameters)
    report = cloud.describe(options.stack, names)
    if options.env_file:
        write_env_file(options.env_file, {**report["environment"], **provided_by_lambda(options.endpoint)})
    return report


def function_names(source: dict) -> dict[str, str]:
    """Logical id → folder name, which is the last part of CodeUri: target/lambda/<name>/."""
    return {
        logical: resource["Properties"]["CodeUri"].rstrip("/").rsplit("/", 1)[-1]
        for logical, resource in source["Resources"].items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def expand(source: dict, root: str, cloud: "Cloud") -> dict:
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
    leave_out(resources)
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
    for logical in LEFT_OUT:
        resources.pop(logical, None)


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


class Cloud:
    """The calls to MiniStack."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        config = botocore.config.Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"})
        session = boto3.session.Session(**CREDENTIALS)
        for service in ("s3", "ssm", "cloudformation", "lambda", "sqs"):
            setattr(self, service.replace("lambda", "functions"), session.client(service, endpoint_url=endpoint, config=config))

    def make_bucket(self) -> None:
        try:
            self.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        except (self.s3.exceptions.BucketAlreadyOwnedByYou, self.s3.exceptions.BucketAlreadyExists):
            pass

    def make_secret(self, name: str, value: str) -> None:
        """Creates it once: a new session key would end every session."""
        try:
            self.ssm.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=False)
        except self.ssm.exceptions.ParameterAlreadyExists:
            pass

    def upload_function(self, name: str, binaries: str | None) -> str:
        """Uploads the function's zip and returns its key. The key has the program's hash, so an
        unchanged function is not uploaded again, and CloudFormation sees no change."""
        path = None if binaries is None else program_of(name, binaries)
        program = NO_PROGRAM if path is None else read(path)
        key = f"{name}-{hashlib.sha256(program).hexdigest()}.zip"
        try:
            self.s3.head_object(Bucket=BUCKET, Key=key)
        except botocore.exceptions.ClientError:
            archive = io.BytesIO()
            # Stored, not deflated: compressing thirty debug builds takes half a minute.
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
                entry = zipfile.ZipInfo("bootstrap", (1980, 1, 1, 0, 0, 0))
                entry.external_attr = 0o100755 << 16
                file.writestr(entry, program if path is None else stripped(path))
            self.s3.put_object(Bucket=BUCKET, Key=key, Body=archive.getvalue())
        return key

    def upload_template(self, template: dict) -> str:
        """Through the bucket, because a request takes at most 51,200 bytes of template."""
        body = json.dumps(template).encode()
        key = f"{hashlib.sha256(body).hexdigest()[:16]}-template.json"
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"{self.endpoint}/{BUCKET}/{key}"

    def create_or_update(self, stack: str, template: dict, parameters: dict[str, str]) -> None:
        request = {
            "StackName": stack,
            "TemplateURL": self.upload_template(template),
            "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        }
        try:
            status = self.status(stack)
            if status in ("ROLLBACK_COMPLETE", "CREATE_FAILED"):  # cannot be updated
                self.cloudformation.delete_stack(StackName=stack)
                self.wait_until_gone(stack)
                status = None
            if status is None:
                self.cloudformation.create_stack(**request)
            else:
                self.cloudformation.update_stack(**request)
        except botocore.exceptions.ClientError as error:
            message = error.response["Error"]["Message"]
            if "No updates are to be performed" in message:
                return
            raise Failure(f"MiniStack refused the template: {message}") from error
        self.wait(stack)

    def status(self, stack: str) -> str | None:
        try:
            return self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
        except botocore.exceptions.ClientError:
            return None

    def wait(self, stack: str) -> None:
        deadline = time.monotonic() + DEPLOY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            status = self.status(stack)
            if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
                return
            if status is None or status.endswith(("_FAILED", "ROLLBACK_COMPLETE", "DELETE_COMPLETE")):
                events = self.cloudformation.describe_stack_events(StackName=stack)["StackEvents"]
                reasons = [
                    f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
                    for event in reversed(events)
                    if event["ResourceStatus"].endswith("_FAILED") and "ResourceStatusReason" in event
                ]
                raise Failure(f"The stack ended as {status}: {'; '.join(reasons) or 'no reason given'}")
            time.sleep(0.2)
        raise Failure(f"The stack was not ready within {DEPLOY_WITHIN_SECONDS} s (it is {self.status(stack)}).")

    def wait_until_gone(self, stack: str) -> None:
        deadline = time.monotonic() + DEPLOY_WITHIN_SECONDS
        while self.status(stack) not in (None, "DELETE_COMPLETE"):
            if time.monotonic() > deadline:
                raise Failure(f"The failed stack {stack} could not be removed.")
            time.sleep(0.2)

    def describe(self, stack: str, names: dict[str, str]) -> dict:
        outputs = {
            output["OutputKey"]: output["OutputValue"]
            for output in self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]
        }
        physical = {}
        for page in self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
            physical.update({r["LogicalResourceId"]: r["PhysicalResourceId"] for r in page["StackResourceSummaries"]})
        functions = {name: physical[logical] for logical, name in names.items()}
        host = f"{physical['Api']}.execute-api.localhost:{urllib.parse.urlsplit(self.endpoint).port}"
        return {
            "stack": stack,
            "endpoint": self.endpoint,
            "region": REGION,
            "api_url": f"http://{host}/",
            "api_host": host,
            "table": outputs["TableName"],
            "topic": outputs["NoticesTopicArn"],
            "queues": {l.removesuffix("Queue").lower(): url for l, url in sorted(physical.items()) if l.endswith("Queue")},
            "dead_letters": {
                l.removesuffix("DeadLetters").lower(): url for l, url in sorted(physical.items()) if l.endswith("DeadLetters")
            },
            "functions": functions,
            "environment": self.environment(functions),
        }

    def environment(self, functions: dict[str, str]) -> dict[str, str]:
        """The variables of all functions as one set: a name has the same value everywhere."""
        together: dict[str, str] = {}
        for physical in functions.values():
            variables = self.functions.get_function_configuration(FunctionName=physical)["Environment"]["Variables"]
            for name, value in variables.items():
                if name == "MINISTACK_LAMBDA_PROXY_URL":
                    continue
                if together.setdefault(name, value) != value:
                    raise Failure(f"{name} is {together[name]!r} for one function and {value!r} for another.")
        return together


def program_of(name: str, binaries: str) -> str:
    for candidate in (os.path.join(binaries, name, "bootstrap"), os.path.join(binaries, name)):
        if os.path.isfile(candidate):
            return candidate
    raise Failure(f"There is no {name} in {binaries}; build the functions first.")


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def stripped(path: str) -> bytes:
    """Without symbols if `strip` is installed: MiniStack keeps every zip in memory."""
    strip = shutil.which("strip")
    if strip:
        with tempfile.TemporaryDirectory() as directory:
            small = os.path.join(directory, "bootstrap")
            if subprocess.run([strip, "-o", small, path], capture_output=True, check=False).returncode == 0:
                return read(small)
    return read(path)


def provided_by_lambda(endpoint: str) -> dict[str, str]:
    """The variables that Lambda sets and `cargo lambda watch` does not."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
    }


def write_env_file(path: str, environment: dict[str, str]) -> None:
    """Quotes values, because cargo-lambda refuses spaces and empty values without quotes."""
    lines = []
    for name, value in sorted(environment.items()):
        quote = "'" if "'" not in value else '"'
        if quote in value or "\n" in value:
            raise Failure(f"{name} has both kinds of quotation mark or a line break, which cargo-lambda cannot read.")
        lines.append(f"{name}={quote}{value}{quote}\n")
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(lines)


if __name__ == "__main__":
    sys.exit(main())
