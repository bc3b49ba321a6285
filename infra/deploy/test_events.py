#!/usr/bin/env python3
"""Stores events/*.json as the shareable test events of a deployed stack, for the console's Test tab.

    test_events.py --stack gongganmunhak [--region ap-northeast-2] [--dry-run]

The console keeps them in the EventBridge schema registry `lambda-testevent-schemas`, in one schema
`_<function>-schema` per function: an OpenAPI 3 document whose `components.examples` are the events
(`sam remote test-event put` writes the same form). Requires schemas:DescribeRegistry, CreateRegistry,
DescribeSchema, CreateSchema, UpdateSchema, ListSchemaVersions, DeleteSchemaVersion, and
cloudformation:ListStackResources.

The template cannot do this, because the registry belongs to the account: the console creates it when
somebody first shares an event, and then a stack that creates it fails. An update by CloudFormation
would also delete the owner's own events in the same schema. This script keeps them.
"""

import argparse
import json
import pathlib
import sys

import boto3
import botocore.exceptions

REGISTRY = "lambda-testevent-schemas"
EVENTS = pathlib.Path(__file__).resolve().parents[2] / "events"
# Limits of the Lambda console, which shows nothing of a schema that exceeds them.
LONGEST_NAME = 25
MOST_EVENTS = 10
# Every update adds a version. Like the SAM CLI, this script keeps few.
MOST_VERSIONS = 5


class Failure(Exception):
    """An error for a person, as one sentence."""


def main() -> int:
    arguments = argparse.ArgumentParser(description="Stores events/*.json as shareable test events of a stack.")
    arguments.add_argument("--stack", required=True)
    arguments.add_argument("--region", help="default: that of the AWS CLI")
    arguments.add_argument("--dry-run", action="store_true", help="only print what would be stored")
    options = arguments.parse_args()
    try:
        session = boto3.session.Session(region_name=options.region)
        functions = deployed_functions(session.client("cloudformation"), options.stack)
        for function, events in by_function(EVENTS, functions).items():
            name = functions[function]
            done = "would store" if options.dry_run else store(session.client("schemas"), name, events)
            print(f"{name}: {done} {', '.join(events)}")
        return 0
    except Failure as failure:
        print(failure, file=sys.stderr)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        print(f"The test events could not be stored: {error}", file=sys.stderr)
    return 1


def deployed_functions(cloudformation, stack: str) -> dict[str, str]:
    """Maps folder names to names on AWS, which are `<stack>-<folder>` in the template."""
    functions = {}
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
        for resource in page["StackResourceSummaries"]:
            if resource["ResourceType"] == "AWS::Lambda::Function":
                name = resource["PhysicalResourceId"]
                functions[name.removeprefix(f"{stack}-")] = name
    if not functions:
        raise Failure(f"The stack {stack} has no functions; deploy it first.")
    return functions


def by_function(directory: pathlib.Path, functions: dict[str, str]) -> dict[str, dict[str, object]]:
    """Maps functions to their events. A file belongs to the function with the longest matching name."""
    found: dict[str, dict[str, object]] = {}
    for path in sorted(directory.glob("*.json"), key=lambda path: path.stem):
        owners = [
            name for name in functions if path.stem == name or path.stem.startswith(f"{name}-")
        ]
        if not owners:
            raise Failure(f"{path.name} does not belong to a function of the stack.")
        if len(path.stem) > LONGEST_NAME:
            raise Failure(f"{path.name}: the console allows names of at most {LONGEST_NAME} characters.")
        events = found.setdefault(max(owners, key=len), {})
        events[path.stem] = json.loads(path.read_text(encoding="utf-8"))
        if len(events) > MOST_EVENTS:
            raise Failure(f"{max(owners, key=len)} has more than the {MOST_EVENTS} events that the console shows.")
    return found


def document(events: dict[str, object], before: dict | None) -> dict:
    """Adds these events to an OpenAPI document."""
    whole = before or {
        "openapi": "3.0.0",
        "info": {"version": "1.0.0", "title": "Event"},
        "paths": {},
        "components": {"schemas": {"Event": {"type": "object"}}},
    }
    examples = dict(whole["components"].get("examples", {}))
    for name, event in events.items():
        examples[name] = {"value": event, "x-metadata": {"invocationType": "RequestResponse"}}
    return {**whole, "components": {**whole["components"], "examples": examples}}


def store(schemas, function: str, events: dict[str, object]) -> str:
    """Creates or updates the schema of one function and returns a word for what was done."""
    try:
        schemas.describe_registry(RegistryName=REGISTRY)
    except schemas.exceptions.NotFoundException:
        try:
            schemas.create_registry(RegistryName=REGISTRY)
        except schemas.exceptions.ConflictException:
            pass  # created concurrently
    name = f"_{function}-schema"
    try:
        before = json.loads(schemas.describe_schema(RegistryName=REGISTRY, SchemaName=name)["Content"])
    except schemas.exceptions.NotFoundException:
        content = json.dumps(document(events, None), ensure_ascii=False)
        schemas.create_schema(RegistryName=REGISTRY, SchemaName=name, Type="OpenApi3", Content=content)
        return "stored"
    after = document(events, before)
    if after == before:
        return "unchanged"
    forget_oldest_version(schemas, name)
    content = json.dumps(after, ensure_ascii=False)
    schemas.update_schema(RegistryName=REGISTRY, SchemaName=name, Type="OpenApi3", Content=content)
    return "updated"


def forget_oldest_version(schemas, name: str) -> None:
    versions = []
    for page in schemas.get_paginator("list_schema_versions").paginate(RegistryName=REGISTRY, SchemaName=name):
        versions += [version["SchemaVersion"] for version in page["SchemaVersions"]]
    if len(versions) >= MOST_VERSIONS:
        schemas.delete_schema_version(RegistryName=REGISTRY, SchemaName=name, SchemaVersion=min(versions, key=int))


if __name__ == "__main__":
    sys.exit(main())
