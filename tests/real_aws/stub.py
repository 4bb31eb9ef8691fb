#!/usr/bin/env python3
"""AWS on the loopback, for the real `aws` CLI: bedrock, sts, sso and sso-oidc behind one port.

The first segment of the path is how it behaves (`AWS_ENDPOINT_URL_BEDROCK=http://127.0.0.1:PORT/denied`), the second
call's behaviour may stand in a second one. Prints its port, and each request as a line of JSON to the file in argv[1].
"""
import json
import socket
import struct
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ACCOUNT = "111122223333"
WHO = f"arn:aws:sts::{ACCOUNT}:assumed-role/Dev/jo"
CLAUDE = ["us.anthropic.claude-opus-4-8", "global.anthropic.claude-opus-5", "us.anthropic.claude-opus-5",
          "us.anthropic.claude-sonnet-5", "us.anthropic.claude-haiku-4-5-20251001-v1:0", "us.amazon.nova-pro-v1:0"]
FAULTS = {
    "denied": (403, "AccessDeniedException", f"User: {WHO} is not authorized to perform: bedrock:ListInferenceProfiles"),
    "expired": (403, "ExpiredTokenException", "The security token included in the request is expired"),
    "badkey": (403, "UnrecognizedClientException", "The security token included in the request is invalid."),
    "throttled": (429, "ThrottlingException", "Too many requests, please wait before trying again."),
    "broken": (500, "InternalServerException", "The server encountered an internal error. Please try again."),
}


def profile(name, kind="SYSTEM_DEFINED"):
    own = kind == "APPLICATION"
    number = "abc123" if own else name
    resource = "application-inference-profile" if own else "inference-profile"
    model = name.split(".", 1)[1]
    return {"inferenceProfileName": "team costs" if own else name, "inferenceProfileId": number,
            "inferenceProfileArn": f"arn:aws:bedrock:us-west-2:{ACCOUNT}:{resource}/{number}",
            "models": [{"modelArn": f"arn:aws:bedrock:us-west-2::foundation-model/{model}"}], "status": "ACTIVE", "type": kind,
            "createdAt": "2025-09-29T00:00:00Z", "updatedAt": "2025-10-01T12:34:56.789Z"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, kind="application/json", fault=None):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if fault:
            self.send_header("x-amzn-ErrorType", fault)
        self.end_headers()
        self.wfile.write(data)

    def reply(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode("utf-8", "replace")
        url = urlsplit(self.path)
        way, _, rest = url.path.lstrip("/").partition("/")
        query = parse_qs(url.query)
        with open(sys.argv[1], "a") as log:
            scope = (self.headers.get("Authorization") or "").split("Credential=")[-1].split(",")[0]
            log.write(json.dumps({"way": way, "path": rest, "query": query, "scope": scope}) + "\n")
        if way == "hang":
            time.sleep(60)
            return
        if way == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        if way == "html":
            return self.answer(502, "<html><body>Bad Gateway</body></html>", "text/html")
        if way == "portal":
            return self.answer(200, "<html><body>Sign in to the network</body></html>", "text/html")
        sts = "x-www-form-urlencoded" in (self.headers.get("Content-Type") or "")
        if way in FAULTS:
            status, code, message = FAULTS[way]
            if sts:
                code = {"ExpiredTokenException": "ExpiredToken", "UnrecognizedClientException": "InvalidClientTokenId"}.get(code, code)
                return self.answer(status, f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>", "text/xml")
            return self.answer(status, {"message": message}, fault=code)
        if sts:
            return self.answer(200, "<GetCallerIdentityResponse><GetCallerIdentityResult>"
                               f"<Arn>{WHO}</Arn><UserId>AROAEXAMPLE:jo</UserId><Account>{ACCOUNT}</Account>"
                               "</GetCallerIdentityResult></GetCallerIdentityResponse>", "text/xml")
        if rest == "token":
            return self.answer(200, {"accessToken": "renewedEXAMPLE", "expiresIn": 3600, "refreshToken": "refreshEXAMPLE2", "tokenType": "Bearer"})
        if rest == "federation/credentials":
            return self.answer(200, {"roleCredentials": {"accessKeyId": "ASIAEXAMPLE", "secretAccessKey": "secretEXAMPLE",
                                                         "sessionToken": "tokenEXAMPLE", "expiration": 4070908800000}})
        if rest == "inference-profiles":
            if query.get("type") == ["APPLICATION"] and way not in ("nova", "empty"):
                return self.answer(200, {"inferenceProfileSummaries": [profile("us.anthropic.claude-opus-5", "APPLICATION")]})
            names = {"nova": CLAUDE[-1:], "empty": []}.get(way, CLAUDE)
            if way == "pages":
                at = int((query.get("nextToken") or ["0"])[0])
                page = {"inferenceProfileSummaries": [profile(name) for name in names[at:at + 2]]}
                if at + 2 < len(names):
                    page["nextToken"] = str(at + 2)
                return self.answer(200, page)
            return self.answer(200, {"inferenceProfileSummaries": [profile(name) for name in names]})
        self.answer(404, {"message": f"nothing at {rest}"}, fault="UnknownOperationException")

    do_GET = do_POST = reply


class Server(ThreadingHTTPServer):
    daemon_threads = True


server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
