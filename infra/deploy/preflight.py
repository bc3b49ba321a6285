#!/usr/bin/env python3
"""Checks what a deployment needs, before `cargo xtask deploy` builds, and stores its secrets.

    preflight.py check   [--stage dev] [--stack gongganmunhak-dev] [--region ap-northeast-2]
                         [--parameter Name=value …]
    preflight.py secrets (the same options)
    preflight.py after   (the same options)

`check` changes nothing. It reports everything that is missing, each with the way to set it, and exits
with status 1; or it prints one line of JSON with the settings: account, region, stack, stage,
parameters, secrets, notes. The parameters are all of the template's: one that is left out of an update would
keep its old value. A stack belongs to one stage, and its name says which.

`after` does what needs the deployed stack: a live one is protected against deletion and its tables against
replacement, and an owner's address that is not confirmed yet is named. Under a name of its own it says where
the DNS record points to, and whether the API's other address is closed.

`secrets` stores the missing secrets: the session key (32 random bytes), Toss's secret key from the
variable TOSS_SECRET_KEY, and the key pair for push services from the variable VAPID_KEY (`cargo xtask
deploy` generates and sets it; by hand: `cargo run -q -p webpush --example vapid`). All are
SecureStrings of the Parameter Store. A stored secret is never changed or shown. The public key of a
stored key pair becomes the parameter PushPublicKey.

The settings of one deployment are in samconfig.local.toml, beside samconfig.toml:

    stack = "gongganmunhak-live"
    region = "ap-northeast-2"
    [parameters]
    Stage = "live"
    ShopName = "…"

Options override the file, and the file overrides the variables AWS_REGION and AWS_DEFAULT_REGION.
Requires sts:GetCallerIdentity, ssm:DescribeParameters, ssm:GetParameter (for the key pair),
cloudformation:DescribeStacks, lambda:GetAccountSettings, acm:DescribeCertificate (with CertificateArn); for
`secrets`, ssm:PutParameter; for `after`, cloudformation:UpdateTerminationProtection,
cloudformation:SetStackPolicy, cloudformation:DescribeStackResource, apigateway:GET, sns:ListTopics and
sns:ListSubscriptionsByTopic.
"""

import argparse
import base64
import json
import os
import pathlib
import re
import secrets
import sys

import boto3
import botocore.exceptions
import tomlkit
import tomlkit.exceptions
from samtranslator.yaml_helper import yaml_parse

import own_name

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOCAL = ROOT / "samconfig.local.toml"
STACK = "gongganmunhak-{stage}"
SECRET_KEY = re.compile(r"(test|live)_g?sk_[0-9A-Za-z]+")
# The length of a P-256 public key, with which a PKCS #8 key pair ends, in bytes.
POINT = 65
# The concurrent functions that a shop with a few readers and its pipeline needs at a time.
CONCURRENT = 100
# A live stack's tables are changed, but never replaced or deleted, by an update.
STACK_POLICY = {"Statement": [
    {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"},
    {"Effect": "Deny", "Action": ["Update:Replace", "Update:Delete"], "Principal": "*",
     "Resource": ["LogicalResourceId/Table", "LogicalResourceId/Records", "LogicalResourceId/Office"]},
]}
# Parameters whose samples a live stage must not show. Rules in template.yaml refuse some of them, too.
IDENTITY = (
    "ShopName", "ShopRepresentative", "ShopAddress", "ShopPhone", "ShopEmail", "ShopBusinessNumber",
    "ShopMailOrderNumber",
)


def main() -> int:
    arguments = argparse.ArgumentParser(description="Checks what a deployment needs, and stores its secrets.")
    arguments.add_argument("what", choices=["check", "secrets", "after"])
    arguments.add_argument("--stage")
    arguments.add_argument("--stack")
    arguments.add_argument("--region")
    arguments.add_argument("--parameter", action="append", default=[], metavar="Name=value")
    preflight = Preflight(arguments.parse_args())
    if preflight.missing:
        print("Required before the deployment:", file=sys.stderr)
        for sentence in preflight.missing:
            print(f"- {sentence}", file=sys.stderr)
        return 1
    if preflight.options.what == "check":
        print(json.dumps(preflight.settings(), ensure_ascii=False))
        return 0
    storing = preflight.options.what == "secrets"
    try:
        if storing:
            preflight.store_secrets()
        else:
            preflight.after()
        return 0
    except botocore.exceptions.ClientError as error:
        what = "The secrets could not be stored" if storing else "The stack was deployed, but not protected"
        print(f"{what}: {error.response['Error']['Message']}", file=sys.stderr)
        return 1


class Preflight:
    """The settings of a deployment, and what is missing."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.missing: list[str] = []
        self.notes: list[str] = []
        self.account = ""
        self.stored: set[str] = set()
        local = self.local_file()
        self.session = None
        try:
            region = options.region or local.get("region") or os.environ.get("AWS_REGION")
            self.session = boto3.session.Session(region_name=region)
        except botocore.exceptions.ProfileNotFound as error:
            self.missing.append(f"{error}: set AWS_PROFILE to a profile of `aws configure list-profiles`.")
        self.region = self.session.region_name if self.session else None
        if self.session and not self.region:
            self.missing.append("The region is not set: pass `--region ap-northeast-2`, or set it in samconfig.local.toml.")
        self.parameters = self.read_parameters(local.get("parameters", {}))
        self.stack = options.stack or local.get("stack") or STACK.format(stage=self.stage)
        self.secret_names = {
            name: f"/{self.stack}/{name}" for name in ("session-key", "toss-secret-key", "vapid-key")
        }
        self.vapid_key = os.environ.get("VAPID_KEY", "").strip()
        if self.vapid_key and public_key(self.vapid_key) is None:
            self.missing.append("VAPID_KEY is not a P-256 key pair in PKCS #8, in Base64; `cargo run -q -p webpush "
                                "--example vapid` generates one.")
        self.toss_key = os.environ.get("TOSS_SECRET_KEY", "")
        if self.toss_key and not SECRET_KEY.fullmatch(self.toss_key):
            self.missing.append("TOSS_SECRET_KEY is not a secret key of Toss (test_sk_…, test_gsk_…, live_sk_… or "
                                "live_gsk_…).")
        if self.session and self.region:
            self.query_aws()

    def local_file(self) -> dict:
        try:
            return tomlkit.parse(LOCAL.read_text(encoding="utf-8")).unwrap()
        except FileNotFoundError:
            return {}
        except (tomlkit.exceptions.ParseError, UnicodeDecodeError) as error:
            self.missing.append(f"{LOCAL.name} is not TOML: {error}.")
            return {}

    def read_parameters(self, local: dict) -> dict[str, str]:
        declared = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))["Parameters"]
        given = {
            str(name): str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in local.items()
        }
        for parameter in self.options.parameter:
            name, equals, value = parameter.partition("=")
            if not equals:
                self.missing.append(f"--parameter takes Name=value, not `{parameter}`.")
            given[name] = value
        if self.options.stage:
            given["Stage"] = self.options.stage
        for name, value in given.items():
            if name not in declared:
                self.missing.append(f"template.yaml has no parameter {name}; it has {', '.join(declared)}.")
                continue
            allowed = declared[name].get("AllowedValues")
            if allowed and value not in allowed:
                self.missing.append(f"{name} is {value!r}, but must be one of {', '.join(allowed)}.")
            pattern = declared[name].get("AllowedPattern")
            if pattern and not re.fullmatch(pattern, value):
                self.missing.append(f"{name} is {value!r}, which does not match {pattern}.")
        value = {name: given.get(name, parameter.get("Default", "")) for name, parameter in declared.items()}
        self.stage = value["Stage"]
        samples = [name for name in IDENTITY if value[name] == declared[name].get("Default")]
        where = f"set them under [parameters] in {LOCAL.name}, or pass `--parameter Name=value`"
        if self.stage == "live":
            if samples:
                self.missing.append(f"A live stage needs the real {', '.join(samples)}: {where}.")
            if value["ShopSample"] != "false":
                self.missing.append("A live stage needs ShopSample = \"false\" with the real identity.")
            if not value["TossClientKey"].startswith("live_"):
                self.missing.append("A live stage needs TossClientKey, a client key of Toss that begins with live_.")
        elif samples:
            self.notes.append(f"The shop's identity is a sample, and every page says so ({', '.join(samples)}: "
                              f"{where}).")
        if value["TossClientKey"] == declared["TossClientKey"]["Default"] and self.stage != "live":
            self.notes.append("TossClientKey is a sample that Toss does not accept: payments fail until it is set.")
        self.client_key = value["TossClientKey"]
        # Every parameter, every time: CloudFormation keeps the old value of one that is left out.
        self.declared = {name: str(value[name]) for name in declared}
        misfit = own_name.misfit(value["PageUrl"], value["CertificateArn"], self.region)
        if misfit:
            self.missing.append(misfit)
        if self.stage == "live" and not value["OwnerEmail"]:
            self.missing.append(f"A live stage needs OwnerEmail, or nobody hears of an alarm: {where}.")
        return given

    def query_aws(self) -> None:
        if self.session.get_credentials() is None:
            self.missing.append("There are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
                                "AWS_SECRET_ACCESS_KEY, or run `aws configure` (or `aws sso login`).")
            return
        try:
            self.account = self.session.client("sts").get_caller_identity()["Account"]
            names = list(self.secret_names.values())
            found = self.session.client("ssm").describe_parameters(
                ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": names}])["Parameters"]
            self.stored = {parameter["Name"] for parameter in found}
            for parameter in found:
                if parameter["Type"] != "SecureString":
                    self.missing.append(f"{parameter['Name']} is a {parameter['Type']}; delete it, and it is created "
                                        "again, encrypted.")
        except botocore.exceptions.ClientError as error:
            self.missing.append(f"AWS refuses these credentials: {error.response['Error']['Message']}.")
            return
        except botocore.exceptions.BotoCoreError as error:
            self.missing.append(f"AWS cannot be reached in the region {self.region}: {error}.")
            return
        self.look_at_the_stack()
        self.look_at_the_account()
        self.look_at_the_certificate()
        name = self.secret_names["toss-secret-key"]
        if name not in self.stored:
            if not self.toss_key:
                self.missing.append(f"Toss's secret key is not stored yet: set the variable TOSS_SECRET_KEY once. It is "
                                    f"stored as the SecureString {name} and never shown.")
            elif self.toss_key[:4] != self.client_key[:4]:
                self.missing.append(f"TOSS_SECRET_KEY is a {self.toss_key[:4]} key, TossClientKey a "
                                    f"{self.client_key[:4]} key: both must be of one kind.")
        elif self.toss_key:
            self.notes.append(f"{name} is stored already and stays unchanged; TOSS_SECRET_KEY is not used.")
        if self.secret_names["vapid-key"] in self.stored:
            self.set_public_key(self.secret_names["vapid-key"])
        elif self.options.what == "secrets" and not self.vapid_key:
            self.missing.append("The key pair for push services is not stored yet: set the variable VAPID_KEY once to the "
                                "output of `cargo run -q -p webpush --example vapid` (`cargo xtask deploy` does both).")

    def deployed(self) -> dict | None:
        """The stack as it is deployed; None if there is none."""
        try:
            return self.session.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"][0]
        except botocore.exceptions.ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return None
            raise

    def look_at_the_stack(self) -> None:
        """A stack belongs to one stage: another one's parameters would make it a shop that it is not."""
        try:
            stack = self.deployed()
        except botocore.exceptions.ClientError as error:
            self.notes.append(f"The stack {self.stack} could not be read: {error.response['Error']['Message']}.")
            return
        if stack is None:
            return
        stage = {one["ParameterKey"]: one.get("ParameterValue", "") for one in stack.get("Parameters", [])}.get("Stage")
        if stage and stage != self.stage:
            self.missing.append(f"The stack {self.stack} is of stage {stage}, not {self.stage}: pass `--stage {stage}`, "
                                f"or another `--stack`.")

    def look_at_the_account(self) -> None:
        """New accounts run ten functions at once, which is less than one reader and the pipeline may need."""
        try:
            limit = self.session.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
        except botocore.exceptions.ClientError as error:
            self.notes.append(f"The account's limit of concurrent functions is unknown: "
                              f"{error.response['Error']['Message']}.")
            return
        if limit < CONCURRENT:
            self.notes.append(f"The account runs {limit} functions at once; ask AWS for {CONCURRENT} or more (Service "
                              f"Quotas, Lambda, Concurrent executions) before readers come.")

    def look_at_the_certificate(self) -> None:
        page_url, arn = (self.declared[name] for name in ("PageUrl", "CertificateArn"))
        if not arn or own_name.misfit(page_url, arn, self.region):
            return
        try:
            certificate = self.session.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
        except botocore.exceptions.ClientError as error:
            self.missing.append(f"The certificate {arn} cannot be read: {error.response['Error']['Message']}.")
            return
        unusable = own_name.unusable(page_url, arn, self.account, certificate)
        if unusable:
            self.missing.append(unusable)

    def after(self) -> None:
        stack = self.deployed()
        if stack is None:
            print(f"There is no stack {self.stack}.")
            return
        cloudformation = self.session.client("cloudformation")
        if self.stage == "live":
            cloudformation.update_termination_protection(StackName=self.stack, EnableTerminationProtection=True)
            cloudformation.set_stack_policy(StackName=self.stack, StackPolicyBody=json.dumps(STACK_POLICY))
            print(f"{self.stack}: protected against deletion, its tables against replacement")
        if self.declared["CertificateArn"]:
            self.say_the_name(stack)
        if self.declared.get("OwnerEmail"):
            for topic in self.topics():
                if any(one["SubscriptionArn"] == "PendingConfirmation" for one in topic):
                    print(f"{self.declared['OwnerEmail']} has not confirmed the subscription yet; alarms reach nobody "
                          f"until they follow the link in AWS's mail.")
                    return

    def say_the_name(self, stack: dict) -> None:
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
        host = own_name.host_of(self.declared["PageUrl"])
        print(f"{host}: its DNS record has to point to {outputs.get('DnsTarget', 'the output DnsTarget')}")
        cloudformation = self.session.client("cloudformation")
        api = cloudformation.describe_stack_resource(StackName=self.stack, LogicalResourceId="Api")
        api = self.session.client("apigatewayv2").get_api(ApiId=api["StackResourceDetail"]["PhysicalResourceId"])
        if not api.get("DisableExecuteApiEndpoint"):
            print(f"{api['ApiEndpoint']} answers as well, although the template closes it; close it in API Gateway's "
                  f"console (Default endpoint).")

    def topics(self):
        """The subscriptions of the stack's topics, nested stacks included."""
        sns = self.session.client("sns")
        for topic in sns.get_paginator("list_topics").paginate():
            for one in topic["Topics"]:
                if one["TopicArn"].rsplit(":", 1)[-1].startswith(self.stack):
                    yield sns.list_subscriptions_by_topic(TopicArn=one["TopicArn"])["Subscriptions"]

    def set_public_key(self, name: str) -> None:
        """Sets PushPublicKey to the stored key pair's public key: devices subscribe with it."""
        try:
            answer = self.session.client("ssm").get_parameter(Name=name, WithDecryption=True)
        except botocore.exceptions.ClientError as error:
            self.missing.append(f"{name} cannot be read, so its public key is unknown: "
                                f"{error.response['Error']['Message']}.")
            return
        public = public_key(answer["Parameter"]["Value"])
        if public is None:
            self.missing.append(f"{name} is not a P-256 key pair in PKCS #8, in Base64; delete it, and it is created "
                                "again (devices that subscribed with the old key get no more messages).")
        elif self.parameters.setdefault("PushPublicKey", public) != public:
            self.missing.append(f"PushPublicKey is not the public key of {name}; leave it out, and it is read from there.")

    def settings(self) -> dict:
        return {
            "account": self.account,
            "region": self.region,
            "stack": self.stack,
            "stage": self.stage,
            "parameters": {**self.declared, **self.parameters, "Stage": self.stage},
            "secrets": {name: name in self.stored for name in self.secret_names.values()},
            "notes": self.notes,
        }

    def store_secrets(self) -> None:
        ssm = self.session.client("ssm")
        values = {
            "session-key": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
            "toss-secret-key": lambda: self.toss_key,
            "vapid-key": lambda: self.vapid_key,
        }
        for key, name in self.secret_names.items():
            if name in self.stored:
                print(f"{name}: exists")
                continue
            ssm.put_parameter(Name=name, Value=values[key](), Type="SecureString", Overwrite=False)
            print(f"{name}: stored, encrypted")


def public_key(pair: str) -> str | None:
    """The public key of a key pair in the browser's form; None if it is not a key pair."""
    try:
        document = base64.b64decode(pair, validate=True)
    except ValueError:
        return None
    point = document[-POINT:]
    if len(document) <= POINT or point[0] != 4:
        return None
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


if __name__ == "__main__":
    sys.exit(main())
