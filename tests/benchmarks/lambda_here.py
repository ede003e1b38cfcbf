"""Lambda, SSM and SQS on loopback, as far as one cold start needs them: the Runtime API that AWS's own client speaks,
GetParameter (JSON 1.1) and SendMessage (JSON 1.0).

The services speak TLS: a function that opens two connections pays for two, and for the authorities it loads each time.
"""

import hashlib
import json
import os
import ssl
import subprocess
import sys
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from time import perf_counter, time
from typing import Any, NamedTuple, override

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from infra.local.http_server import LoopbackServer, QuietHandler

#: Seconds; a start takes less than one.
PATIENCE = 60


class Answered(NamedTuple):
    """What a function answered its first event, how long after its process was spawned, and what it asked of AWS."""

    ms: float
    reply: dict[str, Any]
    asked: tuple[str, ...]
    queued: tuple[str, ...]


@dataclass(frozen=True)
class Function:
    """A function as Lambda starts it: where its code lies, what is called, what its environment says."""

    path: str
    handler: str
    environment: Mapping[str, str]


class LambdaHere:
    """Starts functions, one at a time, for one event. `parameters`: what SSM holds; `folder` takes certificates."""

    def __init__(self, parameters: Mapping[str, str], folder: Path) -> None:
        self._parameters = parameters
        self._trusted = str(folder / "trusted.pem")
        self._event = b""
        self._given = False
        self._reply: tuple[float, str, bytes] | None = None
        self._done = threading.Event()
        self._asked: list[str] = []
        self._queued: list[str] = []
        self._runtime = _Server(0, type("Runtime", (_Runtime,), {"here": self}))
        self._aws = _Server(0, type("Aws", (_Aws,), {"here": self}))
        self._aws.socket = _speaking_tls(folder).wrap_socket(self._aws.socket, server_side=True)
        for server in (self._runtime, self._aws):
            server.in_background()

    def cold(self, function: Function, event: object) -> Answered:
        """Spawn, hand over, wait for the answer, end the process."""
        self._event, self._given, self._reply = json.dumps(event).encode(), False, None
        self._asked.clear()
        self._queued.clear()
        self._done.clear()
        command = [sys.executable, "-m", "awslambdaric", function.handler]
        environment = self._environment(function)
        began = perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            answered = self._done.wait(PATIENCE)
        finally:
            process.kill()
            _, said = process.communicate()
        if not answered or self._reply is None or self._reply[1] != "response":
            raise SystemExit(f"{function.handler} did not answer: {self._reply}\n{said.decode()}")
        at, _, body = self._reply
        return Answered((at - began) * 1_000, json.loads(body), tuple(self._asked), tuple(self._queued))

    def close(self) -> None:
        for server in (self._runtime, self._aws):
            server.shutdown()
            server.server_close()

    def _environment(self, function: Function) -> dict[str, str]:
        name = function.handler.split(".", maxsplit=1)[0]
        return {
            "PATH": os.environ.get("PATH", ""), "LANG": "en_US.UTF-8", "TZ": ":UTC", "PYTHONPATH": function.path,
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._runtime.server_port}", "_HANDLER": function.handler,
            "AWS_LAMBDA_FUNCTION_NAME": name, "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512", "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": "here", "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "test", "AWS_CA_BUNDLE": self._trusted,
            "AWS_ENDPOINT_URL": f"https://127.0.0.1:{self._aws.server_port}",
            **function.environment,
        }  # fmt: skip

    def next(self) -> bytes | None:
        """The event, once."""
        if self._given:
            return None
        self._given = True
        return self._event

    def answered(self, how: str, body: bytes) -> None:
        """The function has answered or failed."""
        if self._reply is None:
            self._reply = perf_counter(), how, body
            self._done.set()

    def aws(self, action: str, said: dict[str, Any]) -> dict[str, Any] | None:
        """What AWS answers; None for a parameter that is not there."""
        self._asked.append(action)
        if action == "AmazonSQS.SendMessage":
            text = said["MessageBody"]
            self._queued.append(text)
            digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
            return {"MessageId": str(uuid.uuid4()), "MD5OfMessageBody": digest}
        value = self._parameters.get(said["Name"])
        if action != "AmazonSSM.GetParameter" or value is None:
            return None
        arn = f"arn:aws:ssm:eu-west-1:000000000000:parameter{said['Name']}"
        return {"Parameter": {
            "Name": said["Name"], "Type": "SecureString", "Value": value, "Version": 1, "ARN": arn,
            "DataType": "text", "LastModifiedDate": 1_800_000_000.0,
        }}  # fmt: skip


class _Server(LoopbackServer):
    @override
    def handle_error(self, *_: Any) -> None:
        """Silence: every process is ended with its connections open."""


class _Aws(QuietHandler):
    here: LambdaHere

    @override
    def handle_call(self) -> None:
        answer = self.here.aws(self.headers["X-Amz-Target"], json.loads(self.body()))
        if answer is None:
            self.answer_json({"__type": "ParameterNotFound", "message": ""}, 400)
        else:
            self.answer_json(answer)


class _Runtime(QuietHandler):
    here: LambdaHere

    @override
    def handle_call(self) -> None:
        what = self.path.removeprefix("/2018-06-01/runtime/")
        if what != "invocation/next":
            self.here.answered(what.rsplit("/", 1)[-1], self.body())
            self.answer_json({"status": "OK"}, 202)
            return
        event = self.here.next()
        if event is None:
            # As Lambda does between events: it does not answer, and the process stands still until it is ended.
            threading.Event().wait(PATIENCE)
            return
        self.answer(200, event, {
            "Content-Type": "application/json", "Lambda-Runtime-Aws-Request-Id": str(uuid.uuid4()),
            "Lambda-Runtime-Deadline-Ms": str(int((time() + 10) * 1_000)), "Lambda-Runtime-Trace-Id": "Root=1-0-0",
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:000000000000:function:door",
        })  # fmt: skip


def _speaking_tls(folder: Path) -> ssl.SSLContext:
    """With a certificate of a day, which what lies in trusted.pem believes beside the authorities of the world."""
    key, now = generate_private_key(SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "AWS on loopback")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )  # fmt: skip
    certificate = made.public_bytes(Encoding.PEM)
    (folder / "trusted.pem").write_bytes(Path(certifi.where()).read_bytes() + certificate)
    own = folder / "own.pem"
    own.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    return context
