#!/usr/bin/env python3
"""Runs MiniStack, the cloud on this machine, until told to stop.

    start.py [--port 4566] [--log FILE] [--no-iam]

Prints one JSON line when MiniStack is ready: {"pid": ..., "endpoint": "http://127.0.0.1:4566", "log": ...}.
It stops on Ctrl-C, on SIGTERM, or when its standard input ends; a program that starts it with a pipe as its input
therefore never leaves it behind, not even when that program is killed. State is in memory and goes with it.

What is set, and why:
- BIND_HOST: MiniStack listens on every interface unless told otherwise.
- AWS_ENDPOINT_URL: functions inherit it; without it they would call the real AWS.
- MINISTACK_REGION: functions and ARNs are in the region of the template's prices and laws.
- AUTH: requests are judged by IAM, so a function with a right too few fails here and not first on AWS. Whoever signs
  with the key "test" is the account's root and may do everything (deploy.py, the tests).
- TMPDIR: unpacked functions and the pid file go into a directory of this run, removed at the end.
"""

import argparse
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

REGION = "ap-northeast-2"
READY_WITHIN_SECONDS = 60


def main() -> int:
    arguments = argparse.ArgumentParser(description="Runs MiniStack on loopback until standard input ends.")
    arguments.add_argument("--port", type=int, default=4566)
    arguments.add_argument("--log", help="where MiniStack's output goes (default: a file in the run's own directory)")
    arguments.add_argument("--no-iam", action="store_true", help="do not judge requests by IAM")
    options = arguments.parse_args()

    program = os.path.join(os.path.dirname(sys.executable), "ministack")
    if not os.path.exists(program):
        return complain(f"MiniStack is not installed beside {sys.executable}; install infra/requirements-test.txt there.")

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", options.port))
        except OSError as error:
            return complain(f"MiniStack cannot listen on 127.0.0.1:{options.port}: {error.strerror}. Choose another --port.")

    endpoint = f"http://127.0.0.1:{options.port}"
    directory = tempfile.mkdtemp(prefix="gongganmunhak-ministack-")
    log = os.path.abspath(options.log) if options.log else os.path.join(directory, "ministack.log")
    environment = {
        # Not the caller's whole environment: functions inherit MiniStack's, and a stray AWS_PROFILE, RUST_LOG or
        # TABLE_NAME in it would reach them.
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "TMPDIR": directory,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(options.port),
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "MINISTACK_REGION": REGION,
        "AUTH": "false" if options.no_iam else "true",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with open(log, "wb") as output:
        # Its own process group: the functions it starts belong to it and are stopped with it.
        server = subprocess.Popen([program], env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                  stderr=subprocess.STDOUT, start_new_session=True)
    try:
        failure = wait_until_ready(server, endpoint, log)
        if failure:
            return complain(failure)
        print(json.dumps({"pid": server.pid, "endpoint": endpoint, "log": log}), flush=True)
        return wait_for_the_end(server, log)
    except KeyboardInterrupt:
        return 0
    finally:
        stop(server)
        shutil.rmtree(directory, ignore_errors=True)


def wait_until_ready(server: subprocess.Popen, endpoint: str, log: str) -> str | None:
    """None once MiniStack answers, or one sentence saying why it will not."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            return f"MiniStack ended while starting: {last_lines(log)}"
        try:
            with urllib.request.urlopen(endpoint + "/_ministack/ready", timeout=2) as answer:
                if answer.status == 200:
                    return None
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    return f"MiniStack was not ready within {READY_WITHIN_SECONDS} s: {last_lines(log)}"


def wait_for_the_end(server: subprocess.Popen, log: str) -> int:
    """0 when standard input ends, 1 when MiniStack does."""
    while True:
        readable, _, _ = select.select([sys.stdin], [], [], 0.5)
        if readable and not os.read(sys.stdin.fileno(), 4096):
            return 0
        if server.poll() is not None:
            return complain(f"MiniStack ended by itself with status {server.returncode}: {last_lines(log)}")


def stop(server: subprocess.Popen) -> None:
    """Ends MiniStack and the functions that it started, first politely."""
    for asked, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        try:
            os.killpg(server.pid, asked)
        except ProcessLookupError:
            return
        try:
            server.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        if asked == signal.SIGTERM:
            # MiniStack has gone; a function that has not is ended without asking again.
            try:
                os.killpg(server.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return


def last_lines(log: str) -> str:
    try:
        with open(log, encoding="utf-8", errors="replace") as lines:
            return " / ".join(line.strip() for line in lines.readlines()[-4:]) or "it wrote nothing"
    except OSError:
        return "it left no log"


def complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
