#!/usr/bin/env python3
"""Writes the hand-made seeds of every target, and the bodies of the golden exchanges, into a folder: OUT/<target>/<name>.

The kept corpus was grown from these by libFuzzer and merged down: see README.md.
"""
import base64
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).parent
GOLDEN = HERE.parent / "Golden" / "Wire"

JSON = {
    "kinds": rb'{"a":[1,-0,2.5e-3,1E+9,true,false,null,"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t"],"b":{}}',
    "duplicate": b'{"a":1,"\\u0061":2}', "lone-high": b'"\\ud800"', "lone-low": b'"\\udc00x"', "half-pair": b'"\\ud83d\\u0041"',
    "deep": b"[" * 64 + b"]" * 64, "too-deep": b"[" * 65 + b"]" * 65, "unclosed": b'{"a":[{"b":"',
    "huge": b"[1e999,-1e999,9223372036854775807,-9223372036854775808,18446744073709551616,0.1e-400]",
    "zeros": b"[00]", "minus": b"[-]", "point": b"[1.]", "plus": b"[+1]", "hex": b"[0x1]", "nan": b"[NaN]",
    "comma": b"[1,]", "comma-object": b'{"a":1,}', "colon": b'{"a"1}', "two": b"{} {}", "bom": b"\xef\xbb\xbf{}",
    "utf16": '{"a":1}'.encode("utf-16"), "overlong": b'"\xc0\x80"', "surrogate-utf8": b'"\xed\xa0\x80"', "beyond": b'"\xf4\x90\x80\x80"',
    "cut-utf8": b'"\xe2\x82"', "control": b'"\x01"', "nul": b'"\x00"', "nul-escape": b'"\\u0000"', "space": b" \t\r\n[ ] ",
    "vertical": b"\x0b[]", "literals": b"[tru]", "literal-tail": b"nullx", "empty": b"", "double-precision": b"[0.1,123456789012345.6,9007199254740993,5e-324]",
    "many-keys": b"{" + b",".join(b'"k%d":%d' % (n, n) for n in range(40)) + b"}",
    "many-keys-twice": b"{" + b",".join(b'"k%d":%d' % (n % 39, n) for n in range(40)) + b"}",
    "canonical-twins": '{"é":1,"e\u0301":2}'.encode(),
}
EVENTS = {
    "plain": b"data: {\"a\":1}\n\ndata: [DONE]\n\n", "crlf": b"data: a\r\n\r\ndata: b\r\n\r\n", "cr": b"data: a\r\rdata: b\r\r",
    "mixed": b"data: a\r\n\ndata: b\n\r\n\r", "lines": b"data: a\ndata\ndata:b\ndata:  c\n\n", "named": b"event: ping\ndata: 1\n\nevent: x\n\ndata: 2\n\n",
    "comments": b": hello\n:\n\nid: 1\nretry: 10\ndata: x\n\n", "bom": b"\xef\xbb\xbfdata: a\n\n", "bom-later": b"data: a\n\n\xef\xbb\xbfdata: b\n\n",
    "cut": b"data: a\n\ndata: b", "cut-cr": b"data: a\r", "colon": b"data::a\n:data: b\ndata :c\n\n", "prefix": b"dat: a\ndataa: b\neventx: y\ndata\n\n",
    "nul": b"data: \x00\n\n", "utf8": "event: ü\ndata: 😀\n\n".encode(), "broken-utf8": b"event: \xff\ndata: \xc3\n\n", "empty": b"\n\n\n", "long": b"data: " + b"x" * 300 + b"\n\n",
}

HOST = b"Host: a\r\n"
HTTP = {
    "get": b"GET / HTTP/1.1\r\n" + HOST + b"\r\n", "pipelined": (b"GET /a?b HTTP/1.1\r\n" + HOST + b"\r\n") * 3, "old": b"GET / HTTP/1.0\r\n\r\n",
    "old-kept": b"GET / HTTP/1.0\r\nConnection: Keep-Alive , x\r\n\r\n", "closes": b"GET / HTTP/1.1\r\n" + HOST + b"connection: x,\tclose\r\n\r\n",
    "length": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n" + HOST + b"\r\n",
    "chunks": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0a\r\n0123456789\r\n0\r\nx: y\r\n\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n",
    "both": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "twice": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "list": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 5, 5\r\n\r\nhello",
    "plus": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: +5\r\n\r\nhello", "huge": b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 999999999999999999\r\n\r\nx",
    "xchunked": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "gzip": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "te-space": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "te-tab": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding:\tchunked\t\r\n\r\n0\r\n\r\n",
    "fold": b"GET / HTTP/1.1\r\n" + HOST + b"x: y\r\n z\r\n\r\n", "bare-lf": b"GET / HTTP/1.1\nHost: a\n\n", "bare-cr": b"GET / HTTP/1.1\r\n" + HOST + b"x: a\rb\r\n\r\n",
    "nul": b"GET / HTTP/1.1\r\n" + HOST + b"x: a\0b\r\n\r\n", "no-host": b"GET / HTTP/1.1\r\n\r\n", "hosts": b"GET / HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
    "simple": b"GET /\r\n\r\n", "two": b"GET / HTTP/2.0\r\n\r\n", "preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "tls": bytes.fromhex("16030100c8010000c40303"),
    "spaces": b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n", "space-first": b" GET / HTTP/1.1\r\n" + HOST + b"\r\n", "empty-first": b"\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n",
    "empty-twice": b"\r\n\r\nGET / HTTP/1.1\r\n" + HOST + b"\r\n", "absolute": b"GET http://a/b HTTP/1.1\r\n" + HOST + b"\r\n", "star": b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n",
    "connect": b"CONNECT a:1 HTTP/1.1\r\n" + HOST + b"\r\nGET", "upgrade": b"GET / HTTP/1.1\r\n" + HOST + b"Upgrade: websocket\r\nConnection: upgrade\r\n\r\n",
    "expect": b"POST / HTTP/1.1\r\n" + HOST + b"Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx", "expect-other": b"POST / HTTP/1.1\r\n" + HOST + b"Expect: tea\r\n\r\n",
    "chunk-sizes": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n", "chunk-minus": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
    "chunk-lf": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1\nx\n0\n\n", "chunk-space": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1 \r\nx\r\n0\r\n\r\n",
    "chunk-long": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n", "trailers": b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 9\r\nb\r\n\r\n",
    "fields": b"GET / HTTP/1.1\r\n" + HOST + b"a:\r\n" * 99 + b"\r\n", "too-many": b"GET / HTTP/1.1\r\n" + HOST + b"a:\r\n" * 100 + b"\r\n",
    "latin": b"GET /\xff HTTP/1.1\r\n" + HOST + b"\r\n", "latin-value": b"GET / HTTP/1.1\r\n" + HOST + b"x: \xff\xfe\r\n\r\n", "no-name": b"GET / HTTP/1.1\r\n: x\r\n\r\n",
    "lower": b"get / HTTP/1.1\r\n" + HOST + b"\r\n", "lower-version": b"GET / http/1.1\r\n" + HOST + b"\r\n", "version": b"GET / HTTP/1.10\r\n" + HOST + b"\r\n",
}

OK = b"HTTP/1.1 200 OK\r\n"
ANSWERS = {
    "length": OK + b"Content-Length: 5\r\n\r\nhello", "close": OK + b"\r\nuntil the end", "chunks": OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n3 ; x=y\r\nabc\r\n0\r\nt: u\r\n\r\n",
    "continue": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + OK + b"content-length: 0\r\n\r\n", "switch": b"HTTP/1.1 101 Switching\r\n\r\n",
    "both": OK + b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", "twice": OK + b"content-length: 5\r\nContent-Length: 05\r\n\r\nhello", "differ": OK + b"content-length: 5\r\ncontent-length: 6\r\n\r\nhello",
    "old": b"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 1\r\n\r\nx", "old-chunks": b"HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", "no-words": b"HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n",
    "cut-length": OK + b"content-length: 9\r\n\r\nhello", "cut-chunk": OK + b"transfer-encoding: chunked\r\n\r\n5\r\nhel", "cut-head": OK + b"content-", "no-content": b"HTTP/1.1 204 No Content\r\ncontent-length: 3\r\n\r\n",
    "more": OK + b"content-length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n", "retry": b"HTTP/1.1 429 Slow\r\nretry-after: 3\r\nretry-after-ms: 250\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 2\r\n\r\n{}",
    "retry-date": b"HTTP/1.1 503 Busy\r\nretry-after: Sun, 06 Nov 1994 08:49:57 GMT\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n", "encoded": OK + b"content-encoding: gzip\r\n\r\n", "lf": b"HTTP/1.1 200 OK\ncontent-length: 0\n\n",
    "fold": OK + b"x: y\r\n z\r\n\r\n", "chunk-long": OK + b"transfer-encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n", "chunk-huge": OK + b"transfer-encoding: chunked\r\n\r\nffffffffffffffff\r\n", "chunk-empty": OK + b"transfer-encoding: chunked\r\n\r\n;a\r\n",
    "stream": OK + b"transfer-encoding: chunked\r\ncontent-type: text/event-stream\r\n\r\n14\r\ndata: {\"choices\":[]}\n\r\n1\r\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n", "words": b"ICY 200 OK\r\n\r\n", "status": b"HTTP/1.1 999 What\r\n\r\n",
}


def png(width, height):
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBBI", 13, b"IHDR", width, height, 8, 6, 0, 0, 0, 0) + b"\0" * 8


def gif(width, height, frames=1, table=False):
    frame = b"!\xf9\x04\0\0\0\0\0" + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02D\x01\0"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80 if table else 0, 0, 0) + (b"\0" * 6 if table else b"") + frame * frames + b";"


def jpeg(width, height, before=b""):
    return b"\xff\xd8" + before + b"\xff\xc0\0\x11\x08" + struct.pack(">HH", height, width) + b"\x03\x01\x22\0\x02\x11\x01\x03\x11\x01\xff\xda"


def webp(kind, body):
    chunk = kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


IMAGES = {
    "png": png(1, 1), "png-bomb": png(65535, 65535), "png-zero": png(0, 5), "png-negative": png(1 << 31, 1), "png-cut": png(3, 3)[:19],
    "png-wide": png((1 << 31) - 1, (1 << 31) - 1), "gif": gif(2, 3), "gif-table": gif(2, 3, table=True), "gif-frames": gif(2, 3, 2), "gif-cut": gif(2, 3)[:15],
    "gif-no-frame": gif(2, 3, 0), "jpeg": jpeg(4, 5), "jpeg-app": jpeg(4, 5, b"\xff\xe0\0\x10JFIF\0" + b"\0" * 9), "jpeg-fill": jpeg(4, 5, b"\xff" * 9 + b"\xd0"),
    "jpeg-loop": jpeg(4, 5, b"\xff\xe1\0\x02" * 20), "jpeg-short": b"\xff\xd8\xff\xe0\0\x01", "jpeg-thumbnail": jpeg(4, 5, b"\xff\xe1\0\x1a" + jpeg(9, 9)),
    "vp8x": webp(b"VP8X", b"\x10\0\0\0\x04\0\0\x05\0\0"), "vp8x-animated": webp(b"VP8X", b"\x02\0\0\0\x04\0\0\x05\0\0"),
    "vp8l": webp(b"VP8L", b"\x2f\x04\x40\x01\0"), "vp8": webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x04\0\x05\0"), "webp-cut": webp(b"VP8X", b"")[:18],
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>", "empty": b"", "bmp": b"BM" + b"\0" * 30,
}
ADDRESSES = [
    "https://example.com/a.png", "https://EXAMPLE.com./a", "https://example.com:443/?q#f", "https://example.com:0/", "https://example.com:99999/",
    "https://user:pw@example.com/", "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f.1/", "https://0177.0.0.1/", "https://0/",
    "https://1.1.1.1/", "https://8.8.8.8./", "https://①②⑦.0.0.1/", "https://127。0。0。1/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
    "https://[2606:4700::1111]/", "https://[2606:4700::1111]:8443/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[fe80::1%25eth0]/",
    "https://[2001::1]/", "https://[::]/", "https://[2606:4700::1111", "https://localhost/", "https://a.localhost/", "https://localhost./", "https://metadata.google.internal/",
    "https://printer.local/", "https://example.com%00.evil/", "https://exa%6dple.com/", "https://example.com\\@127.0.0.1/", "https://a..b/", "https:///x", "https://.",
    "HTTPS://Example.COM/", "http://example.com/", "file:///etc/passwd", "//example.com", "https://example.com@127.0.0.1/", "https://a b.c/", "https://a.b\r\nHost: c/",
    "https://1.2.3/", "https://1.2.3.4.5/", "https://1.2.3.08/", "https://0x01010101/", "https://1.1.1.1.0x7f/", "https://a.0x7f000001/", "https://xn--80ak6aa92e.com/",
    "https://" + "a" * 64 + ".com/", "https://" + "a." * 130 + "com/", "https://example.com:/", "https://example.com:80:80/", "https://169.254.169.254/latest/",
    "data:image/png;base64,", "data:image/png;base64,AAAA", "data:image/png,AAAA", "data:;base64,AAAA", "data:image/svg+xml;base64,AAAA", "data:image/png;charset=x;base64,AAA=",
    "data:image/png;base64,A===", "data:image/png;base64,====", "DATA:IMAGE/PNG;BASE64," + base64.b64encode(png(1, 1)).decode(), "data:image/png;base64," + base64.b64encode(png(1, 1)).decode(),
    "data:image/png;base64,AA AA", "data:image/png;base64,AA-_", "data:" + "x" * 200 + ",", "",
]
CHATS = {
    "duplicate-cap": b'{"model":"gpt-4o-mini","max_tokens":1,"max_tokens":100000,"messages":[{"role":"user","content":"x"}]}',
    "escaped-names": b'{"mod\\u0065l":"gpt-4o-mini","messages":[{"r\\u006fle":"us\\u0065r","content":"\\ud83d\\ude00"}]}',
    "unknown": b'{"model":"gpt-4o-mini","zz":{"a":[1]},"messages":[{"role":"user","content":"x","cache_control":{"type":"e"},"zz":[{}]}],"store":true}',
    "spaces": b' {\n"model" :\t"gpt-4o-mini" ,\r\n"messages" : [ { "role" : "user" , "content" : [ { "type" : "text" , "text" : "x" , "q" : 1 } ] } ] } ',
    "developer": b'{"model":"gpt-4o","messages":[{"role":"developer","content":"d","x":1},{"role":"system","content":["x"]},{"role":"user","content":"x"}]}',
    "nulls": b'{"model":"gpt-4o-mini","messages":[{"role":"user","content":"x","name":null}],"n":null,"stop":null,"tools":null,"seed":null,"max_tokens":null}',
}


def main(out):
    def write(target, name, data):
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    for target, seeds in [("json", JSON), ("event-stream", EVENTS), ("image", IMAGES), ("chat", CHATS), ("http", HTTP), ("upstream", ANSWERS)]:
        for name, data in seeds.items():
            write(target, name, data)
    for number, address in enumerate(ADDRESSES):
        write("address", f"{number:02}", address.encode())
    for file in sorted(GOLDEN.glob("*.exchange")):
        body = file.read_bytes().split(b"\n\n", 1)[-1].split(b"\n--------\n")[0]
        if len(body) <= 4096:
            write("chat", file.stem, body)
            write("json", file.stem, body) if file.stem.startswith("takes") else None


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
