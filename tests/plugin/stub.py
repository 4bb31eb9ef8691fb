"""Bedrock, STS and SSO on loopback, as far as Claude Code needs them. Remembers every request."""

import base64
import binascii
import json
import re
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

REPLY = "the stub says hi"


class Stub:
    """A server on a free port of 127.0.0.1."""

    def __init__(self):
        self.requests, self.tool, self.lock = [], None, threading.Lock()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, kind, reply = stub.answer(self.command, self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, method, path, headers, raw):
        path = urlsplit(path).path
        signed = re.search(r"Credential=([^/]+)/\d+/([^/]+)/", headers.get("Authorization", ""))
        model = re.match(r"^/model/(.+)/([a-z-]+)$", path)
        try:
            body = json.loads(raw or b"{}")
        except ValueError:
            body = {}
        with self.lock:
            self.requests.append({
                "path": path, "model": model and unquote(model.group(1)), "body": body,
                "key": signed and signed.group(1), "region": signed and signed.group(2),
            })
        if path == "/federation/credentials":
            return json_reply({"roleCredentials": {
                "accessKeyId": "ASIAROLEEXAMPLE", "secretAccessKey": "EXAMPLE", "sessionToken": "EXAMPLE",
                "expiration": 4070908800000}})
        if path == "/inference-profiles":
            return json_reply({"inferenceProfileSummaries": []})
        if model:
            return self.turn(model.group(2), body, raw)
        return json_reply({"message": "no such route"}, 404)

    def turn(self, operation, body, raw):
        block = {"type": "text", "text": REPLY}
        stop = "end_turn"
        if self.tool and body.get("tools") and b"tool_result" not in raw:
            block = {"type": "tool_use", "id": "toolu_1", "name": "Bash",
                     "input": {"command": self.tool, "description": "x"}}
            stop = "tool_use"
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "stub", "stop_sequence": None,
                   "usage": {"input_tokens": 1, "output_tokens": 1}}
        if operation != "invoke-with-response-stream":
            return json_reply(dict(message, content=[block], stop_reason=stop))
        if block["type"] == "text":
            start, delta = dict(block, text=""), {"type": "text_delta", "text": block["text"]}
        else:
            start = dict(block, input={})
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        events = [
            {"type": "message_start", "message": dict(message, content=[], stop_reason=None)},
            {"type": "content_block_start", "index": 0, "content_block": start},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": {"output_tokens": 1}},
            {"type": "message_stop"},
        ]
        return 200, "application/vnd.amazon.eventstream", b"".join(map(frame, events))


def json_reply(value, status=200):
    return status, "application/json", json.dumps(value).encode()


def frame(event):
    """One message of AWS's event stream encoding."""
    payload = json.dumps({"bytes": base64.b64encode(json.dumps(event).encode()).decode()}).encode()
    headers = b""
    for name, value in ((":event-type", "chunk"), (":content-type", "application/json"), (":message-type", "event")):
        headers += bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
    start = struct.pack(">II", 16 + len(headers) + len(payload), len(headers))
    message = start + struct.pack(">I", binascii.crc32(start)) + headers + payload
    return message + struct.pack(">I", binascii.crc32(message))
