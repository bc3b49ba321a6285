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

MiniStack 1.5.33 differs from AWS, so adapt.py changes the template.

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
import json
import os
import secrets
import sys
import urllib.parse

import botocore.exceptions
from samtranslator.yaml_helper import yaml_parse

from adapt import adapted, expand, function_names
from cloud import CREDENTIALS, REGION, Cloud, Failure


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
    cloud.make_secret(f"/{options.stack}/session-key", base64.b64encode(secrets.token_bytes(32)).decode())
    cloud.make_secret(f"/{options.stack}/toss-secret-key", options.toss_secret)

    expanded = expand(source, os.path.dirname(os.path.abspath(options.template)), cloud)
    adapted(expanded, {name: cloud.upload_function(name, options.binaries) for name in names.values()},
            names, options.watch)
    cloud.create_or_update(options.stack, expanded, parameters)
    report = cloud.describe(options.stack, names)
    if options.env_file:
        write_env_file(options.env_file, {
            **report["environment"],
            **provided_by_lambda(options.endpoint),
            **calls_within(options.watch),
        })
    return report


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


def calls_within(watch: str | None) -> dict[str, str]:
    """Lets functions call each other by their short names where `cargo lambda watch` runs them."""
    return {"AWS_ENDPOINT_URL_LAMBDA": watch, "FUNCTION_PREFIX": ""} if watch else {}


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
