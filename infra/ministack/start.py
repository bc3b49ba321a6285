#!/usr/bin/env python3
"""Runs MiniStack, an emulator of AWS on this machine, until it is told to stop.

    start.py [--port 4566] [--log FILE] [--no-iam]      (--port 0: any free port)

Prints one JSON line when MiniStack is ready:
{"pid": ..., "endpoint": "http://127.0.0.1:4566", "log": ...}.
It stops on Ctrl-C, on SIGTERM, or when its standard input ends. A program that starts it with a
pipe as its input therefore never leaves it behind, not even when that program is killed. Its state
is in memory.

It sets these variables:
- BIND_HOST: by default MiniStack listens on every interface.
- AWS_ENDPOINT_URL: functions inherit it; without it they would call the real AWS.
- MINISTACK_REGION: the region of functions and ARNs.
- AUTH: IAM checks requests, so a missing permission fails here first. The key "test" is the
  account's root and may do everything (deploy.py, the tests).
- TMPDIR: a directory of this run for unpacked functions and the pid file, removed at the end.
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
FREE_PORT_ATTEMPTS = 5


def main() -> int:
    arguments = argparse.ArgumentParser(description="Runs MiniStack on loopback until standard input ends.")
    arguments.add_argument("--port", type=int, default=4566)
    arguments.add_argument("--log", help="where MiniStack's output goes (default: a file in the run's own directory)")
    arguments.add_argument("--no-iam", action="store_true", help="do not check requests by IAM")
    options = arguments.parse_args()

    program = os.path.join(os.path.dirname(sys.executable), "ministack")
    if not os.path.exists(program):
        return complain(f"MiniStack is not installed beside {sys.executable}; install infra/requirements-test.txt there.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

    # MiniStack cannot choose a port itself. A free port may be taken before MiniStack binds it, so
    # a start on a port chosen here is tried again.
    for attempt in range(FREE_PORT_ATTEMPTS if options.port == 0 else 1):
        try:
            port = bindable(options.port)
        except OSError as error:
            return complain(f"MiniStack cannot listen on 127.0.0.1:{options.port}: {error.strerror}. Choose another --port.")
        status = run(program, port, options, last=attempt + 1 == FREE_PORT_ATTEMPTS or options.port != 0)
        if status is not None:
            return status
    return 1


def bindable(port: int) -> int:
    """The port if it can be bound, or a free one for 0."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return probe.getsockname()[1]


def run(program: str, port: int, options: argparse.Namespace, last: bool) -> int | None:
    """Runs MiniStack on a port until it is told to stop. None if it did not start and is to be
    started again."""
    endpoint = f"http://127.0.0.1:{port}"
    directory = tempfile.mkdtemp(prefix="gongganmunhak-ministack-")
    log = os.path.abspath(options.log) if options.log else os.path.join(directory, "ministack.log")
    environment = {
        # Not the caller's whole environment: functions inherit MiniStack's, so that an AWS_PROFILE,
        # RUST_LOG or TABLE_NAME in it would reach them.
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "TMPDIR": directory,
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
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
    with open(log, "wb") as output:
        # Its own process group, so that the functions it starts are stopped with it.
        server = subprocess.Popen([program], env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                  stderr=subprocess.STDOUT, start_new_session=True)
    try:
        failure = wait_until_ready(server, endpoint, log)
        if failure:
            if not last and server.poll() is not None:
                return None
            return complain(failure)
        print(json.dumps({"pid": server.pid, "endpoint": endpoint, "log": log}), flush=True)
        return wait_for_the_end(server, log)
    except KeyboardInterrupt:
        return 0
    finally:
        stop(server)
        shutil.rmtree(directory, ignore_errors=True)


def wait_until_ready(server: subprocess.Popen, endpoint: str, log: str) -> str | None:
    """None once MiniStack answers, or one sentence with the reason why it does not."""
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
    """Returns 0 when standard input ends, and 1 when MiniStack ends."""
    while True:
        readable, _, _ = select.select([sys.stdin], [], [], 0.5)
        if readable and not os.read(sys.stdin.fileno(), 4096):
            return 0
        if server.poll() is not None:
            return complain(f"MiniStack ended with status {server.returncode}: {last_lines(log)}")


def stop(server: subprocess.Popen) -> None:
    """Ends MiniStack and the functions it started: SIGTERM first, then SIGKILL."""
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
            # MiniStack has ended; functions that still run are killed.
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
