"""The real SAM CLI, building the real template for this machine and deploying it into the emulator."""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

import boto3

from infra.local.checkout import (
    API_ID,
    LOCAL,
    REGION,
    ROOT,
    STACK,
    STACK_FILE,
    api_url,
    aws_environment,
    tool_environment,
)
from infra.local.daemons import Failed

_SAM = LOCAL / "venvs/sam/bin/sam"
_BUILT = LOCAL / "build"
#: Ours rather than --resolve-s3, which first deploys a stack of its own.
_ARTIFACTS = "encamino-artifacts"


def build(ports: dict[str, int]) -> None:
    """Run sam build, with this machine's own wheels; cached, and the libraries cached once more by their lock file."""
    _run(
        ports,
        "build",
        "--template-file",
        ROOT / "template.yaml",
        "--cached",
        "--parallel",
        "--build-dir",
        _BUILT,
        "--cache-dir",
        LOCAL / "build-cache",
    )


def deploy(ports: dict[str, int]) -> dict[str, str]:
    """Run sam deploy; answers the stack's outputs."""
    session = boto3.Session(region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test")
    endpoint = f"http://127.0.0.1:{ports['emulator']}"
    s3 = session.client("s3", endpoint_url=endpoint)
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=_ARTIFACTS, CreateBucketConfiguration={"LocationConstraint": REGION})
    overrides = {
        "LocalApiId": API_ID,
        "LocalApiUrl": api_url(ports),
        "CarrierGateway": f"http://127.0.0.1:{ports['simulator']}",
        "TimeTravel": "on",
    }
    _run(
        ports, "deploy",
        "--template-file", _BUILT / "template.yaml",
        "--stack-name", STACK,
        "--region", REGION,
        "--s3-bucket", _ARTIFACTS,
        "--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND",
        "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar",
        "--parameter-overrides", *(f"{name}={value}" for name, value in overrides.items()),
    )  # fmt: skip
    stack = session.client("cloudformation", endpoint_url=endpoint).describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    # The emulator reads the template's TTL and forgets it; asked directly, it keeps it.
    session.client("dynamodb", endpoint_url=endpoint).update_time_to_live(
        TableName=outputs["Table"], TimeToLiveSpecification={"AttributeName": "ttl", "Enabled": True}
    )
    return outputs


def write_stack_file(ports: dict[str, int], outputs: dict[str, str]) -> None:
    """Say where everything is, to the CLI and the tests."""
    stack = {
        "endpoint_url": aws_environment(ports)["AWS_ENDPOINT_URL"],
        "region": REGION,
        "stack": STACK,
        "api": api_url(ports),
        "mailbox": f"http://127.0.0.1:{ports['mailbox']}",
        "backoffice": None,
        "table": outputs["Table"],
    }
    new = STACK_FILE.with_suffix(".new")
    new.write_text(json.dumps(stack, indent=1) + "\n", encoding="utf-8")
    new.replace(STACK_FILE)  # at once: the servers read it while we write


def _run(ports: dict[str, int], *words: str | Path) -> None:
    began = time.monotonic()
    # An operator's samconfig.toml is about AWS; here every setting is on the command line.
    config = LOCAL / "samconfig.toml"
    config.write_text("version = 0.1\n", encoding="utf-8")
    environment = {
        **tool_environment(ports),
        "ENCAMINO_TARGET": "host",
        "ENCAMINO_PYTHON": sys.executable,
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.2",  # the default sleeps through most of a local deploy
        "__SAM_CLI_APP_DIR": str(LOCAL / "sam"),
        "ENCAMINO_CACHE": str(LOCAL / "libraries"),
    }
    # Its own folder, .aws-sam, lands where it stands.
    command = [str(_SAM), *map(str, words), "--config-file", str(config)]
    done = subprocess.run(
        command, cwd=LOCAL, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"sam {words[0]} failed:\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}")
    print(f"  sam {words[0]:<8} {time.monotonic() - began:5.1f} s", flush=True)
