package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/greenroom-registry/greenroom/api"
	"github.com/greenroom-registry/greenroom/internal/testkit/openapi"
)

var (
	json400 = []string{"400 json"}
	json401 = []string{"401 json"}
	json404 = []string{"404 json"}
	json405 = []string{"405 json"}
	json413 = []string{"413 json"}
	json415 = []string{"415 json"}
	gone    []string
	go400   = []string{"400 net/http"}
	go417   = []string{"417 net/http"}
	go431   = []string{"431 net/http"}
	go501   = []string{"501 net/http"}
	go505   = []string{"505 net/http"}
	ok      = []string{"200 ok"}
)

const host = "Host: greenroom.example\r\nConnection: close\r\n"

// badLines are no HTTP, or hardly.
var badLines = []badInput{
	{"nothing", "", true, gone},
	{"empty lines", "\r\n\r\n", true, go400},
	{"a method alone", "GET\r\n\r\n", false, go400},
	{"no version", "GET /connectors/drafts\r\n\r\n", false, go400},
	{"a version of letters", "GET / HTTP/x.y\r\n" + host + "\r\n", false, go400},
	{"a version of the future", "GET / HTTP/3.0\r\n" + host + "\r\n", false, go505},
	{"HTTP/2 without TLS", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", true, json404},
	{"two spaces", "GET  /connectors/drafts HTTP/1.1\r\n" + host + "\r\n", false, go400},
	{"NUL in the method", "G\x00T / HTTP/1.1\r\n" + host + "\r\n", false, go400},
	{"no method", " / HTTP/1.1\r\n" + host + "\r\n", false, go400},
	{"a line cut off", "GET /connectors/dra", true, go400},
	{"headers cut off", "GET / HTTP/1.1\r\nHost: greenroom.ex", true, go400},
	{"a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", true, go400},
	{"an ssh hello", "SSH-2.0-OpenSSH_9.6\r\n\r\n", false, go400},
	{"random bytes", "\x00\xff\xfe\x80\x81\r\n\r\n", false, go400},
	{"a long path", "GET /" + strings.Repeat("a", 100_000) + " HTTP/1.1\r\n" + host + "\r\n", false, go431},
	{"NUL in the path", "GET /connectors/drafts/\x00 HTTP/1.1\r\n" + host + "\r\n", false, go400},
	{"a control character in the path", "GET /connectors/\x01 HTTP/1.1\r\n" + host + "\r\n", false, go400},
	{"a bad escape in the path", "GET /connectors/drafts/%zz HTTP/1.1\r\n" + host + "\r\n", false, go400},
	{"an escape cut off", "GET /connectors/drafts/%e HTTP/1.1\r\n" + host + "\r\n", false, go400},
	{"a path without a slash", "GET connectors HTTP/1.1\r\n" + host + "\r\n", false, go400},
}

func get(header string) string {
	return "GET /connectors/drafts HTTP/1.1\r\n" + header + host + "\r\n"
}

// badHeaders have a fault in the headers.
var badHeaders = []badInput{
	{"no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false, go400},
	{"two hosts", get("Host: other.example\r\n"), false, go400},
	{"a bad host", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", false, go400},
	{"a header without a colon", get("bad header\r\n"), false, go400},
	{"a space before the colon", get("Authorization : Bearer x\r\n"), false, go400},
	{"an empty header name", get(": x\r\n"), false, go400},
	{"NUL in a header", get("Authorization: Bearer \x00\r\n"), false, go400},
	{"a folded header", get("Authorization: Bearer\r\n\tx\r\n"), false, json401},
	{"a header of 100 kB", get("X-Long: " + strings.Repeat("a", 100_000) + "\r\n"), false, go431},
	{"10,000 headers", get(strings.Repeat("X-Many: abc\r\n", 10_000)), false, go431},
	{"a token of 40 kB", get("Authorization: Bearer " + strings.Repeat("a", 40_000) + "\r\n"), false, json401},
	{"a token of odd bytes", get("Authorization: Bearer \xff\xfe'\" OR 1=1 --\r\n"), false, json401},
	{"an unknown expectation", get("Expect: miracles\r\n"), false, go417},
	{"an upgrade to HTTP/2", get("Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"), false, json401},
	{"an upgrade to a web socket", get("Upgrade: websocket\r\nSec-WebSocket-Key: AAAA\r\n"), false, json401},
	{"a correlation id of 300 letters", get("X-Correlation-ID: " + strings.Repeat("a", 300) + "\r\n"), false, json401},
	{"a correlation id with spaces", get("X-Correlation-ID: a b\r\n"), false, json401},
	{"a correlation id with a tab", get("X-Correlation-ID: a\tb\r\n"), false, json401},
	{"a correlation id that is no ASCII", get("X-Correlation-ID: \xc3\xa9\xff\r\n"), false, json401},
	{"a correlation id with a line feed", get("X-Correlation-ID: a b\nX-Evil: 1\r\n"), false, json401},
	{"a correlation id with a carriage return", get("X-Correlation-ID: a\rX-Evil: 1\r\n"), false, go400},
	{"a correlation id folded", get("X-Correlation-ID: a\r\n {\"Forged\":1}\r\n"), false, json401},
	{"a correlation id that closes a string", get(`X-Correlation-ID: a","Forged":" 1` + "\r\n"), false, json401},
	{"an encoded line end", get("X-Correlation-ID: " + "a b%0d%0aX-Evil:1\r\n"), false, json401},
}

func post(headers, body string) string {
	return "POST /oauth/token HTTP/1.1\r\n" + headers + host + "\r\n" + body
}

// badFraming lies about where the body ends.
var badFraming = []badInput{
	{"two lengths", post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), false, go400},
	{"the same length twice", post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), false, json401},
	{"two lengths in one", post("Content-Length: 3, 4\r\n", "abcd"), false, go400},
	{"a negative length", post("Content-Length: -1\r\n", ""), false, go400},
	{"a length with a sign", post("Content-Length: +3\r\n", "abc"), false, go400},
	{"a length in hexadecimal", post("Content-Length: 0x3\r\n", "abc"), false, go400},
	{"an empty length", post("Content-Length: \r\n", ""), false, go400},
	{"a length beyond 64 bits", post("Content-Length: 99999999999999999999\r\n", ""), false, go400},
	{"a length of 2 MiB", post("Content-Length: 2097152\r\n", "a"), true, json413},
	{"a length of 2^62", post("Content-Length: 4611686018427387904\r\n", "a"), true, json413},
	{"less than the length", post("Content-Length: 100\r\n", "grant_type="), true, json400},
	{"nothing of the length", post("Content-Length: 100\r\n", ""), true, json400},
	{"a length and chunks", post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nGET /evil HTTP/1.1\r\n\r\n"), false, json401},
	{"an unknown transfer encoding", post("Transfer-Encoding: gzip\r\n", ""), false, go501},
	{"two transfer encodings", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), false, go501},
	{"chunked twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), false, go501},
	{"hidden chunks", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), false, go501},
	{"chunks of no size", post("Transfer-Encoding: chunked\r\n", "zz\r\nabc\r\n0\r\n\r\n"), false, json400},
	{"chunks of an empty size", post("Transfer-Encoding: chunked\r\n", "\r\nabc\r\n0\r\n\r\n"), false, json400},
	{"a negative chunk", post("Transfer-Encoding: chunked\r\n", "-1\r\nabc\r\n0\r\n\r\n"), false, json400},
	{"a chunk beyond 64 bits", post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\nabc\r\n"), true, json400},
	{"a chunk that is too short", post("Transfer-Encoding: chunked\r\n", "ff\r\nabc\r\n0\r\n\r\n"), true, json400},
	{"a chunk that is too long", post("Transfer-Encoding: chunked\r\n", "1\r\nabc\r\n0\r\n\r\n"), false, json400},
	{"no last chunk", post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n"), true, json400},
	{"a chunk extension of 100 kB", post("Transfer-Encoding: chunked\r\n", "3;"+strings.Repeat("a", 100_000)+"\r\nabc\r\n0\r\n\r\n"), false, json400},
	{"chunks of 2 MiB", post("Transfer-Encoding: chunked\r\n", strings.Repeat("10000\r\n"+strings.Repeat("a", 0x10000)+"\r\n", 32)+"0\r\n\r\n"), false, json413},
	{"a trailer", post("Transfer-Encoding: chunked\r\nTrailer: X-Evil\r\n", "0\r\nX-Evil: 1\r\n\r\n"), false, json401},
	{"a forbidden trailer", post("Transfer-Encoding: chunked\r\nTrailer: Content-Length\r\n", "0\r\nContent-Length: 1\r\n\r\n"), false, go400},
	{"chunks in HTTP/1.0", "POST /oauth/token HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", false, json401},
}

// create is a create by one who may, with a body.
func create(token, headers, body string) string {
	return fmt.Sprintf("POST /connectors/drafts HTTP/1.1\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n%s%s\r\n%s", token, len(body), headers, host, body)
}

const fineBody = `{"name":"x","creator":{"email":"jane@example.com"},"repository":{"url":"https://127.0.0.1/none.git","tag":"v1"}}`

// badBodies are well framed, and no body of the endpoint.
func badBodies(token string) []badInput {
	var all []badInput
	for _, media := range []string{
		"text/plain", "text/html", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16",
		"application/json; charset=latin1", "application/json;;", "application/jsonx", "application", "/", ";", "*/*", "application/json, text/plain",
		"application/json; charset=utf-8; charset=utf-16", "\xff", strings.Repeat("a", 10_000), "application/merge-patch+json", "json",
	} {
		all = append(all, badInput{fmt.Sprintf("media type %.40q", media), create(token, "Content-Type: "+media+"\r\n", fineBody), false, json415})
	}
	for _, encoding := range []string{"gzip", "deflate", "br", "zstd", "gzip, gzip", "x", "identity, gzip"} {
		all = append(all, badInput{"content encoding " + encoding, create(token, "Content-Encoding: "+encoding+"\r\n", fineBody), false, json415})
	}
	for name, body := range map[string]string{
		"gzip bytes": "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "NUL": "\x00", "NULs": strings.Repeat("\x00", 1000), "NUL in a name": `{"name":"a\u0000"}`,
		"invalid UTF-8": "{\"name\":\"\xff\"}", "a lone surrogate": `{"name":"\ud800"}`, "a name twice": `{"name":"a","name":"b"}`,
		"a byte order mark": "\ufeff{}", "UTF-16": "{\x00}\x00", "deep arrays": strings.Repeat("[", 500_000), "text behind": fineBody + "x",
		"nothing": "", "null": "null", "an array": "[]", "an endless number": `{"name":` + strings.Repeat("9", 100_000) + "}", "XML": "<?xml version='1.0'?>",
		"a form": "name=x", "prototype": `{"__proto__":{"name":"x"}}`, "types": `{"name":{},"creator":[],"repository":1}`,
		"100,000 projects": `{"privateProjects":["` + strings.Repeat(`a:bb","`, 100_000) + `a:bb"]}`,
	} {
		all = append(all, badInput{"body: " + name, create(token, "Content-Type: application/json\r\n", body), false, json400})
	}
	slices.SortFunc(all, func(a, b badInput) int { return strings.Compare(a.name, b.name) })
	return append(all,
		badInput{"a body of more than 1 MiB", create(token, "", `{"name":"`+strings.Repeat(" ", 1<<20)+`"}`), false, json413},
		badInput{"half a body", strings.TrimSuffix(create(token, "", fineBody), fineBody[20:]), true, json400},
		badInput{"continue, and then nothing", "POST /connectors/drafts HTTP/1.1\r\nAuthorization: Bearer " + token +
			"\r\nContent-Length: 10\r\nExpect: 100-continue\r\n" + host + "\r\n", true, json400},
	)
}

// badPaths lead nowhere.
func badPaths(token string) []badInput {
	var all []badInput
	for path, want := range map[string][]string{
		"/connectors/drafts/%00": json400, "/connectors/drafts/%ff": json400, "/connectors/drafts/key=%00": json400, "/connectors/drafts/key=%c0%af": json400,
		"/connectors/drafts/key=%0d%0aSet-Cookie:%20a=b": json400, "/connectors/drafts/key=a%22b": json400, "/connectors/drafts/key=" + strings.Repeat("a", 30_000): json400,
		"/connectors/drafts/..%2f..%2fetc%2fpasswd": json404, "/connectors/../../etc/passwd": json404, "/%2e%2e/%2e%2e/etc/passwd": json404,
		"//connectors/drafts": json404, "/connectors//drafts": json404, "/connectors/drafts/.": json404, "/connectors/drafts/": json404,
		`/connectors\drafts`: json404, "/\xff\xfe": json404, "/connectors/drafts;a=b": json400, "/connectors/drafts#x": json400, "/connectors/%2564rafts": json400,
		"/connectors/drafts?limit=%zz": json400, "/connectors/drafts?limit=1;offset=2": json400, "/connectors/drafts?%": json400,
		"/connectors/drafts?limit=99999999999999999999": json400, "/connectors/drafts?limit=-1&limit=2": json400, "/connectors/drafts?sort=id;DROP+TABLE+draft": json400,
		"/connectors/drafts?sort=id'--": json400, "/connectors/search?text=%00": json400, "/connectors/search?text=" + strings.Repeat("a+", 20_000): json400,
		"/connectors/search?" + strings.Repeat("id=x&", 10_000): json400, "/connectors/search?text='+OR+1=1--": ok, "/connectors/drafts?" + strings.Repeat("a=b&", 9_000): ok, "/connectors/drafts?" + strings.Repeat("a&", 20_000): json400,
		"/x/v1/drafts/key=none/runs/x?wait=99": json400, "/wp-admin.php": json404, "/.git/config": json404, "/debug/pprof/": json404, "/metrics": json404,
	} {
		all = append(all, badInput{fmt.Sprintf("path %.60q", path), "GET " + path + " HTTP/1.1\r\nAuthorization: Bearer " + token + "\r\n" + host + "\r\n", false, want})
	}
	slices.SortFunc(all, func(a, b badInput) int { return strings.Compare(a.name, b.name) })
	return all
}

// oddRequests are rare, some of them fine.
func oddRequests(token string) []badInput {
	bearer := "Authorization: Bearer " + token + "\r\n"
	return []badInput{
		{"two tokens", get(bearer + "Authorization: Bearer other\r\n"), false, json401},
		{"two tokens, the good one last", get("Authorization: Bearer other\r\n" + bearer), false, json401},
		{"the same token twice", get(bearer + bearer), false, json401},
		{"two kinds of credentials", get("Authorization: Basic YTpi\r\n" + bearer), false, json401},
		{"two clients", post("Content-Length: 0\r\nAuthorization: Basic YTpi\r\nAuthorization: Basic YTpj\r\n", ""), false, json401},
		{"Basic that is no base64", post("Content-Length: 0\r\nAuthorization: Basic %%%\r\n", ""), false, json401},
		{"HTTP/1.0", "GET /connectors/drafts HTTP/1.0\r\n" + bearer + "\r\n", false, ok},
		{"HTTP/1.0 without a token", "GET /connectors/drafts HTTP/1.0\r\n\r\n", false, json401},
		{"HTTP/1.0 to nowhere", "GET /nowhere HTTP/1.0\r\n\r\n", false, json404},
		{"absolute form", "GET http://greenroom.example/connectors/drafts HTTP/1.1\r\n" + bearer + host + "\r\n", false, ok},
		{"absolute form of another host", "GET http://evil.example/connectors/drafts HTTP/1.1\r\n" + host + "\r\n", false, json401},
		{"absolute form with a password", "GET http://user:pw@evil.example/nowhere HTTP/1.1\r\n" + host + "\r\n", false, json404},
		{"absolute form of a file", "GET file:///etc/passwd HTTP/1.1\r\n" + host + "\r\n", false, json404},
		{"absolute form without a path", "GET http://evil.example HTTP/1.1\r\n" + host + "\r\n", false, json404},
		{"OPTIONS *", "OPTIONS * HTTP/1.1\r\n" + host + "\r\n", false, json404},
		{"GET *", "GET * HTTP/1.1\r\n" + host + "\r\n", false, json404},
		{"CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\n" + host + "\r\n", false, json404},
		{"CONNECT to a path", "CONNECT /connectors/drafts HTTP/1.1\r\n" + host + "\r\n", false, json404},
		{"a body with GET", "GET /connectors/drafts HTTP/1.1\r\nContent-Length: 3\r\n" + bearer + host + "\r\nabc", false, ok},
		{"a range", get(bearer + "Range: bytes=0-1\r\n"), false, ok},
		{"line feeds alone", "GET /connectors/drafts HTTP/1.1\n" + strings.ReplaceAll(host+"\r\n", "\r\n", "\n"), false, json401},
		{"a pipeline", pipelined("GET /livez", "GET /nowhere", "GET /connectors/drafts") + get(bearer), false, []string{"200 ok", "404 json", "401 json", "200 ok"}},
		{"a pipeline with a bad line", pipelined("GET /livez") + "BAD\r\n\r\n", false, []string{"200 ok", "400 net/http"}},
		{"a pipeline cut off", pipelined("GET /nowhere", "GET /nowhere") + "GET /li", true, []string{"404 json", "404 json", "400 net/http"}},
		{"100 requests in a pipeline", pipelined(slices.Repeat([]string{"GET /nowhere"}, 99)...) + "GET /nowhere HTTP/1.1\r\n" + host + "\r\n",
			false, slices.Repeat(json404, 100)},
	}
}

func pipelined(lines ...string) string {
	var all strings.Builder
	for _, line := range lines {
		all.WriteString(line + " HTTP/1.1\r\nHost: greenroom.example\r\n\r\n")
	}
	return all.String()
}

// wrongMethods are those that the paths of the API do not have.
func wrongMethods(t *testing.T, token string, draft api.ConnectorStaged) []badInput {
	t.Helper()
	allowed := map[string][]string{}
	for _, o := range openapi.Load(t).Operations() {
		allowed[o.Path] = append(allowed[o.Path], o.Method)
	}
	var all []badInput
	for path, has := range allowed {
		concrete := strings.NewReplacer("{ref}", draft.ID, "{id}", draft.ID, "{run}", draft.ID).Replace(path)
		for _, method := range []string{"GET", "POST", "DELETE", "PUT", "PATCH", "TRACE", "OPTIONS", "PROPFIND", "get", "BREW", strings.Repeat("M", 1000)} {
			if !slices.Contains(has, method) {
				all = append(all, badInput{fmt.Sprintf("%.10s %s", method, path),
					method + " " + concrete + " HTTP/1.1\r\nAuthorization: Bearer " + token + "\r\n" + host + "\r\n", false, json405})
			}
		}
	}
	slices.SortFunc(all, func(a, b badInput) int { return strings.Compare(a.name, b.name) })
	return all
}
