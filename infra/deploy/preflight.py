#!/usr/bin/env python3
"""What `cargo xtask deploy` asks AWS before it builds, and the secrets it makes there.

    preflight.py check   [--stage dev] [--stack gongganmunhak] [--region ap-northeast-2] [--parameter Name=value …]
    preflight.py secrets (the same)

`check` changes nothing. It finds out everything that is missing, not only the first thing, says each in one sentence with
the way to set it, and ends with status 1; or it prints one JSON line with what was settled: account, region, stack, stage,
parameters, secrets, notes.

`secrets` makes what is not there yet: the session key (32 random bytes), Toss's secret key, which it takes from the
variable TOSS_SECRET_KEY, and the key pair for push services, which it takes from the variable VAPID_KEY (`cargo xtask deploy`
makes one and sets it; by hand `cargo run -q -p webpush --example vapid`). All are SecureStrings of the Parameter Store; one
that is there is never changed or shown. The public half of a stored key pair becomes the parameter PushPublicKey.

What holds for one deployment and not for the repository stands in samconfig.local.toml, beside samconfig.toml:

    stack = "gongganmunhak"
    region = "ap-northeast-2"
    [parameters]
    Stage = "live"
    ShopName = "…"

An option wins over the file, and the file over the variables AWS_REGION and AWS_DEFAULT_REGION. Needs
sts:GetCallerIdentity, ssm:DescribeParameters, ssm:GetParameter (of the key pair) and, for `secrets`, ssm:PutParameter.
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
# Bytes of a point on P-256, with which the PKCS #8 of a key pair ends.
POINT = 65
# What a live stage must not show a reader; the template's rules refuse some of it, too.
IDENTITY = ("ShopName", "ShopRepresentative", "ShopAddress", "ShopPhone", "ShopEmail", "ShopBusinessNumber",
            "ShopMailOrderNumber")


def main() -> int:
    arguments = argparse.ArgumentParser(description="What cargo xtask deploy asks AWS before it builds.")
    arguments.add_argument("what", choices=["check", "secrets"])
    arguments.add_argument("--stage")
    arguments.add_argument("--stack")
    arguments.add_argument("--region")
    arguments.add_argument("--parameter", action="append", default=[], metavar="Name=value")
    ground = Ground(arguments.parse_args())
    if ground.missing:
        print("Before this can be deployed:", file=sys.stderr)
        for sentence in ground.missing:
            print(f"- {sentence}", file=sys.stderr)
        return 1
    if ground.options.what == "check":
        print(json.dumps(ground.settled(), ensure_ascii=False))
        return 0
    try:
        ground.make_secrets()
        return 0
    except botocore.exceptions.ClientError as error:
        print(f"The secrets could not be stored: {error.response['Error']['Message']}", file=sys.stderr)
        return 1


class Ground:
    """What is settled before a deployment, and what is missing."""

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
            self.session = boto3.session.Session(region_name=options.region or local.get("region") or os.environ.get("AWS_REGION"))
        except botocore.exceptions.ProfileNotFound as error:
            self.missing.append(f"{error}: set AWS_PROFILE to one that `aws configure list-profiles` shows.")
        self.region = self.session.region_name if self.session else None
        if self.session and not self.region:
            self.missing.append("There is no region: pass `--region ap-northeast-2`, or write it into samconfig.local.toml.")
        self.parameters = self.read_parameters(local.get("parameters", {}))
        self.secret_names = {
            "session-key": f"/gongganmunhak/{self.stage}/session-key",
            "toss-secret-key": f"/gongganmunhak/{self.stage}/toss-secret-key",
            "vapid-key": f"/gongganmunhak/{self.stage}/vapid-key",
        }
        self.vapid_key = os.environ.get("VAPID_KEY", "").strip()
        if self.vapid_key and public_half(self.vapid_key) is None:
            self.missing.append("VAPID_KEY is no P-256 key pair in PKCS #8, in base64; `cargo run -q -p webpush --example vapid` makes one.")
        self.toss_key = os.environ.get("TOSS_SECRET_KEY", "")
        if self.toss_key and not SECRET_KEY.fullmatch(self.toss_key):
            self.missing.append("TOSS_SECRET_KEY is no secret key of Toss (test_sk_…, test_gsk_…, live_sk_… or live_gsk_…).")
        if self.session and self.region:
            self.ask_aws()

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
        given = {str(name): str(value).lower() if isinstance(value, bool) else str(value) for name, value in local.items()}
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
                self.missing.append(f"{name} is {value!r}, but has to be one of {', '.join(allowed)}.")
            pattern = declared[name].get("AllowedPattern")
            if pattern and not re.fullmatch(pattern, value):
                self.missing.append(f"{name} is {value!r}, which does not look like one ({pattern}).")
        value = {name: given.get(name, parameter.get("Default", "")) for name, parameter in declared.items()}
        self.stage = value["Stage"]
        samples = [name for name in IDENTITY if value[name] == declared[name].get("Default")]
        where = f"write them under [parameters] in {LOCAL.name}, or pass `--parameter Name=value`"
        if self.stage == "live":
            if samples:
                self.missing.append(f"A live stage needs the real {', '.join(samples)}: {where}.")
            if value["ShopSample"] != "false":
                self.missing.append("A live stage needs ShopSample = \"false\" beside the real identity.")
            if not value["TossClientKey"].startswith("live_"):
                self.missing.append("A live stage needs TossClientKey, a client key of Toss that begins with live_.")
        elif samples:
            self.notes.append(f"The shop's identity is a sample, and every page says so ({', '.join(samples)}: {where}).")
        if value["TossClientKey"] == declared["TossClientKey"]["Default"] and self.stage != "live":
            self.notes.append("TossClientKey is a sample that Toss does not accept: nobody can pay yet.")
        self.client_key = value["TossClientKey"]
        return given

    def ask_aws(self) -> None:
        if self.session.get_credentials() is None:
            self.missing.append("There are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
                                "or run `aws configure` (or `aws sso login`).")
            return
        try:
            self.account = self.session.client("sts").get_caller_identity()["Account"]
            names = list(self.secret_names.values())
            found = self.session.client("ssm").describe_parameters(
                ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": names}])["Parameters"]
            self.stored = {parameter["Name"] for parameter in found}
            for parameter in found:
                if parameter["Type"] != "SecureString":
                    self.missing.append(f"{parameter['Name']} is a {parameter['Type']}; delete it, and it is made anew, encrypted.")
        except botocore.exceptions.ClientError as error:
            self.missing.append(f"AWS does not let these credentials in: {error.response['Error']['Message']}.")
            return
        except botocore.exceptions.BotoCoreError as error:
            self.missing.append(f"AWS cannot be reached in the region {self.region}: {error}.")
            return
        name = self.secret_names["toss-secret-key"]
        if name not in self.stored:
            if not self.toss_key:
                self.missing.append(f"Toss's secret key is not stored yet: set the variable TOSS_SECRET_KEY once; it becomes "
                                    f"the SecureString {name} and is shown nowhere.")
            elif self.toss_key[:4] != self.client_key[:4]:
                self.missing.append(f"TOSS_SECRET_KEY is of {self.toss_key[:4]}, TossClientKey of {self.client_key[:4]}.")
        elif self.toss_key:
            self.notes.append(f"{name} is stored already and stays; TOSS_SECRET_KEY was not used.")
        if self.secret_names["vapid-key"] in self.stored:
            self.take_public_half(self.secret_names["vapid-key"])
        elif self.options.what == "secrets" and not self.vapid_key:
            self.missing.append("The key pair for push services is not stored yet: set the variable VAPID_KEY once to what "
                                "`cargo run -q -p webpush --example vapid` prints (`cargo xtask deploy` does both).")

    def take_public_half(self, name: str) -> None:
        """PushPublicKey follows the stored key pair: devices are hung with the one and rung with the other."""
        try:
            pair = self.session.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        except botocore.exceptions.ClientError as error:
            self.missing.append(f"{name} cannot be read, so its public half is unknown: {error.response['Error']['Message']}.")
            return
        public = public_half(pair)
        if public is None:
            self.missing.append(f"{name} is no P-256 key pair in PKCS #8, in base64; delete it, and it is made anew (devices hung "
                                "with the one before are not rung any more).")
        elif self.parameters.setdefault("PushPublicKey", public) != public:
            self.missing.append(f"PushPublicKey is not the public half of {name}; leave it out, and it is taken from there.")

    def settled(self) -> dict:
        return {
            "account": self.account,
            "region": self.region,
            "stack": self.stack,
            "stage": self.stage,
            "parameters": {"Stage": self.stage, **self.parameters},
            "secrets": {name: name in self.stored for name in self.secret_names.values()},
            "notes": self.notes,
        }

    def make_secrets(self) -> None:
        ssm = self.session.client("ssm")
        values = {
            "session-key": lambda: base64.b64encode(secrets.token_bytes(32)).decode(),
            "toss-secret-key": lambda: self.toss_key,
            "vapid-key": lambda: self.vapid_key,
        }
        for key, name in self.secret_names.items():
            if name in self.stored:
                print(f"{name}: is there")
                continue
            ssm.put_parameter(Name=name, Value=values[key](), Type="SecureString", Overwrite=False)
            print(f"{name}: stored, encrypted")


def public_half(pair: str) -> str | None:
    """The public key of a key pair as a browser takes it; None if it is no key pair."""
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
