#!/usr/bin/env python3
"""Checks what a deployment needs, before `cargo xtask deploy` builds, and stores its secrets.

    preflight.py check   [--stage dev] [--stack gongganmunhak] [--region ap-northeast-2]
                         [--parameter Name=value …]
    preflight.py secrets (the same options)

`check` changes nothing. It reports everything that is missing, each with the way to set it, and exits
with status 1; or it prints one line of JSON with the settings: account, region, stack, stage,
parameters, secrets, notes.

`secrets` stores the missing secrets: the session key (32 random bytes), Toss's secret key from the
variable TOSS_SECRET_KEY, and the key pair for push services from the variable VAPID_KEY (`cargo xtask
deploy` generates and sets it; by hand: `cargo run -q -p webpush --example vapid`). All are
SecureStrings of the Parameter Store. A stored secret is never changed or shown. The public key of a
stored key pair becomes the parameter PushPublicKey.

The settings of one deployment are in samconfig.local.toml, beside samconfig.toml:

    stack = "gongganmunhak"
    region = "ap-northeast-2"
    [parameters]
    Stage = "live"
    ShopName = "…"

Options override the file, and the file overrides the variables AWS_REGION and AWS_DEFAULT_REGION.
Requires sts:GetCallerIdentity, ssm:DescribeParameters, ssm:GetParameter (for the key pair) and, for
`secrets`, ssm:PutParameter.
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

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOCAL = ROOT / "samconfig.local.toml"
STACK = "gongganmunhak"
SECRET_KEY = re.compile(r"(test|live)_g?sk_[0-9A-Za-z]+")
# The length of a P-256 public key, with which a PKCS #8 key pair ends, in bytes.
POINT = 65
# Parameters whose samples a live stage must not show. Rules in template.yaml refuse some of them, too.
IDENTITY = (
    "ShopName", "ShopRepresentative", "ShopAddress", "ShopPhone", "ShopEmail", "ShopBusinessNumber",
    "ShopMailOrderNumber",
)


def main() -> int:
    arguments = argparse.ArgumentParser(description="Checks what a deployment needs, and stores its secrets.")
    arguments.add_argument("what", choices=["check", "secrets"])
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
    try:
        preflight.store_secrets()
        return 0
    except botocore.exceptions.ClientError as error:
        print(f"The secrets could not be stored: {error.response['Error']['Message']}", file=sys.stderr)
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
        self.stack = options.stack or local.get("stack") or STACK
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
        self.secret_names = {
            "session-key": f"/gongganmunhak/{self.stage}/session-key",
            "toss-secret-key": f"/gongganmunhak/{self.stage}/toss-secret-key",
            "vapid-key": f"/gongganmunhak/{self.stage}/vapid-key",
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
            "parameters": {"Stage": self.stage, **self.parameters},
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
