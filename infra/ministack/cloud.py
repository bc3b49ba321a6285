"""The calls to MiniStack: uploads, the stack, and what it created."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.parse
import zipfile

import boto3
import botocore.config
import botocore.exceptions

REGION = "ap-northeast-2"
# The root of MiniStack's account. Not read from the environment, so that this script cannot touch
# a real account.
CREDENTIALS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}
BUCKET = "gongganmunhak-code"
DEPLOY_WITHIN_SECONDS = 300
# Uploaded with --watch, where MiniStack forwards every event.
NO_PROGRAM = b"#!/bin/sh\necho 'this function runs in cargo lambda watch' >&2\nexit 1\n"


class Failure(Exception):
    """An error for the person at the terminal, as one sentence."""


class Cloud:
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
        """The variables of all functions as one set: a name has the same value wherever it has one."""
        together: dict[str, str] = {}
        for physical in functions.values():
            variables = self.functions.get_function_configuration(FunctionName=physical)["Environment"]["Variables"]
            for name, value in variables.items():
                if name == "MINISTACK_LAMBDA_PROXY_URL" or not value:
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
