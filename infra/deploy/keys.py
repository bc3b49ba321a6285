"""Reads and writes the shop's keys in the parameter store, for `cargo xtask keys`.

`read` prints the text of the keys; `write` stores what comes on standard input. Nothing is logged.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import sys

import boto3
import botocore.exceptions
import tomlkit

LOCAL = pathlib.Path(__file__).resolve().parents[2] / "samconfig.local.toml"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("what", choices=["read", "write"])
    arguments.add_argument("--stage")
    arguments.add_argument("--stack")
    arguments.add_argument("--region")
    options = arguments.parse_args()
    try:
        local = tomlkit.parse(LOCAL.read_text(encoding="utf-8")).unwrap() if LOCAL.exists() else {}
        stage = options.stage or local.get("parameters", {}).get("Stage") or "dev"
        stack = options.stack or local.get("stack") or f"gongganmunhak-{stage}"
        name = f"/{stack}/session-key"
        region = options.region or local.get("region") or os.environ.get("AWS_REGION")
        ssm = boto3.session.Session(region_name=region).client("ssm")
        if options.what == "read":
            sys.stdout.write(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
        else:
            ssm.put_parameter(Name=name, Value=sys.stdin.read(), Type="SecureString", Overwrite=True)
            print(f"{name}: stored, encrypted")
        return 0
    except tomlkit.exceptions.ParseError as error:
        why = f"{LOCAL.name} is not TOML: {error}"
    except botocore.exceptions.ClientError as error:
        why = f"AWS refused: {error.response['Error']['Message']}"
    except botocore.exceptions.BotoCoreError as error:
        why = str(error).rstrip(".")
    print(f"The keys were not {'read' if options.what == 'read' else 'stored'}: {why}.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
