"""Starts moto's S3 server on a free port, with one bucket and one user who may use it, and runs a command with their names in the environment.

From then on the server refuses every request that is not signed with that user's key: moto signs it again with botocore and compares.
"""

import datetime
import hmac
import json
import logging
import os
import subprocess
import sys
import threading
import urllib.parse
import urllib.request

import boto3
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

REGION = "eu-central-1"
BUCKET = "pictures"
# All that docs/guides/pictures.md asks an operator to allow.
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"], "Resource": f"arn:aws:s3:::{BUCKET}/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"},
    ],
}


class SignedAddresses:
    """What moto lacks: looks at a signature that stands in the address, and hands moto the request signed in its headers."""

    def __init__(self, app):
        self.app = app
        self.credentials = None

    def __call__(self, environ, start_response):
        query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", "")))
        if "X-Amz-Signature" not in query:
            return self.app(environ, start_response)
        address = f"http://{environ['HTTP_HOST']}{urllib.parse.quote(environ['PATH_INFO'])}"
        if not self.is_good(environ["REQUEST_METHOD"], address, query):
            start_response("403 Forbidden", [("Content-Type", "text/plain")])
            return [b"no good signature"]
        request = AWSRequest(method="GET", url=address, headers={"Host": environ["HTTP_HOST"]})
        S3SigV4Auth(self.credentials, "s3", REGION).add_auth(request)
        environ["QUERY_STRING"] = ""
        for name, value in request.headers.items():
            environ["HTTP_" + name.upper().replace("-", "_")] = value
        return self.app(environ, start_response)

    def is_good(self, method, address, query):
        signature = query.pop("X-Amz-Signature")
        signed = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        seconds = int(query["X-Amz-Expires"])
        age = (datetime.datetime.now(datetime.timezone.utc) - signed).total_seconds()
        if not (1 <= seconds <= 604_800 and -300 < age < seconds):
            return False
        names = query["X-Amz-SignedHeaders"]
        if names != "host" or query["X-Amz-Algorithm"] != "AWS4-HMAC-SHA256":
            return False
        request = AWSRequest(method=method, url=f"{address}?{urllib.parse.urlencode(query, quote_via=urllib.parse.quote)}")
        request.headers["Host"] = urllib.parse.urlsplit(address).netloc
        request.context["timestamp"] = query["X-Amz-Date"]
        auth = S3SigV4QueryAuth(self.credentials, "s3", REGION)
        expected = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
        return hmac.compare_digest(signature, expected)


def start():
    app = SignedAddresses(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return app, f"http://127.0.0.1:{server.port}"


def user(endpoint):
    """Makes the bucket and the user while nobody is asked for a signature yet."""
    anybody = dict(endpoint_url=endpoint, region_name=REGION, aws_access_key_id="anybody", aws_secret_access_key="anybody")
    boto3.client("s3", **anybody).create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    iam = boto3.client("iam", **anybody)
    iam.create_user(UserName="minitoolai")
    iam.put_user_policy(UserName="minitoolai", PolicyName="pictures", PolicyDocument=json.dumps(POLICY))
    key = iam.create_access_key(UserName="minitoolai")["AccessKey"]
    reset = urllib.request.Request(f"{endpoint}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"})
    urllib.request.urlopen(reset).read()
    return key["AccessKeyId"], key["SecretAccessKey"]


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app, endpoint = start()
    access_key, secret_key = user(endpoint)
    app.credentials = Credentials(access_key, secret_key)
    os.environ.update(
        MINITOOLAI_S3_ENDPOINT=endpoint,
        MINITOOLAI_S3_REGION=REGION,
        MINITOOLAI_S3_BUCKET=BUCKET,
        MINITOOLAI_S3_ACCESS_KEY=access_key,
        MINITOOLAI_S3_SECRET_KEY=secret_key,
    )
    return subprocess.run(sys.argv[1:], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
