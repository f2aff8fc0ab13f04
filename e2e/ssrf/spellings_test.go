package ssrf_test

import (
	"net/netip"
	"strings"
)

// spellings are hosts as a stranger may write them, by what the server says to
// them.
type spellings struct {
	hosts []string
	// malformed says that they have no form that is read: 400, not 422.
	malformed bool
}

// numeric are what some resolvers take for 127.0.0.1.
var numeric = spellings{malformed: true, hosts: []string{
	"127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "0X7F.0x0.0x0.0x1", "017700000001", "0177.0.0.1", "0177.1",
	"0177.0x0.1", "127.0x1", "127.0.0.01", "127.0.0.0x1", "0", "0x0", "00.0.0.0",
}}

// disguised are other ways to hide an address, or to make two parsers see two
// hosts.
var disguised = spellings{malformed: true, hosts: []string{
	"127%2e0%2e0%2e1", "%31%32%37.0.0.1", "%6cocalhost", "127.0.0.1%00.example.com", "127.0.0.1%20", "127.0.0.1%0d%0a.example.com",
	"１２７.0.0.1", "①②⑦.0.0.1", "127。0。0。1", "127．0．0．1", "127｡0｡0｡1", "ｌocalhost", "ⓛocalhost", "local\u00adhost", "local\u200bhost", "[：：1]",
	"localhost.", "LOCALHOST.", "metadata.google.internal.", "127.0.0.1.", "127.1.", "127.0.0.1..", ".127.0.0.1", "127..0.0.1", "256.0.0.1", "127.0.0.256", "4294967297", "0x17f000001",
	"::1", "[::1", "::1]", "[[::1]]", "[::1]]", "[::1].example.com", "[127.0.0.1]", "[localhost]", "[v1.::1]", "[::1%25lo]", "[::1%lo]",
	"[fe80::1%25eth0]", "[fe80::1%eth0]", "[::ffff:0x7f000001]", "[::ffff:127.1]", "[0:0:0:0:0:0:0:0:1]", "[]",
	"example.com@127.0.0.1", "user:secret@127.0.0.1", "git@127.0.0.1", "@127.0.0.1", ":@127.0.0.1", "example.com%40127.0.0.1", "example.com#@127.0.0.1",
	"example.com?@127.0.0.1", `example.com\@127.0.0.1`, `127.0.0.1\example.com`, "127.0.0.1;example.com", "127.0.0.1,example.com", "example.com 127.0.0.1", "127.0.0.1\t",
	"-oProxyCommand=id", "$(hostname)", "`hostname`",
}}

// loopback are addresses and names of this machine, in a form that is read: were
// they let through, they would lead to the canary.
var loopback = spellings{hosts: []string{
	"127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0",
	"[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::0001]", "[0::1]", "[::0.0.0.1]",
	"[::ffff:127.0.0.1]", "[::FFFF:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:FFFF:7F00:0001]", "[0::ffff:127.0.0.2]", "[::]",
	"localhost", "LOCALHOST", "LocalHost", "localhost.localdomain", "git.localhost", "ip6-localhost",
	"127.0.0.1.nip.example", "2130706433.example", "xn--lclhst-8ya.example", "intranet", "mapped.example", "second.example", "unspecified.example",
}}

// loopbackNames are what the name service says to those that are names.
var loopbackNames = map[string]string{
	"localhost": "127.0.0.1", "localhost.localdomain": "127.0.0.1", "git.localhost": "127.0.0.1", "ip6-localhost": "::1",
	"127.0.0.1.nip.example": "127.0.0.1", "2130706433.example": "127.0.0.1", "xn--lclhst-8ya.example": "::1", "intranet": "127.0.0.1",
	"mapped.example": "::ffff:127.0.0.1", "second.example": "127.0.0.2", "unspecified.example": "0.0.0.0",
}

// needsIPv6 says whether the host, one of loopback, is reached by IPv6 only.
func needsIPv6(host string) bool {
	addr, err := netip.ParseAddr(loopbackNames[host])
	return strings.HasPrefix(host, "[") || err == nil && addr.Unmap().Is6()
}

// elsewhere are addresses of other networks that are not public.
var elsewhere = spellings{hosts: []string{
	"0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.254", "169.254.0.1", "172.16.0.1", "172.31.255.254", "192.0.0.1", "192.0.2.1", "192.88.99.1",
	"192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
	"[::127.0.0.1]", "[::7f00:1]", "[::ffff:0:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:192.168.0.1]", "[::ffff:8.8.8.8]",
	"[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2002:7f00:0001::1]", "[2002:a00:1::]",
	"[2001:0:7f00:1::]", "[2001::80ff:fffe]", "[2001:db8::1]", "[2001:20::1]", "[3fff::1]", "[100::1]", "[5f00::1]",
	"[fc00::1]", "[fd12:3456:789a::1]", "[FD00::1]", "[fe80::1]", "[FE80::7F00:1]", "[fec0::1]", "[ff02::1]", "[ff0e::1]",
}}

// metadata are the services that tell a cloud's machine its secrets.
var metadata = spellings{hosts: []string{
	"169.254.169.254", "169.254.170.2", "169.254.170.23", "169.254.42.42", "100.100.100.200", "168.63.129.16", "192.0.0.192",
	"[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[::169.254.169.254]", "[::ffff:0:169.254.169.254]", "[64:ff9b::a9fe:a9fe]",
	"[64:ff9b::169.254.169.254]", "[64:ff9b:1::169.254.169.254]", "[2002:a9fe:a9fe::]", "[2002:a9fe:a9fe::1]", "[::ffff:100.100.100.200]",
	"[fd00:ec2::254]", "[FD00:EC2:0:0:0:0:0:254]", "[fd00:ec2::23]", "[fd00:42::42]", "[fd20:ce::254]",
}}

// elsewhereNames are names whose addresses are not public.
var elsewhereNames = map[string]string{
	"ten.example": "10.0.0.1", "nat.example": "100.64.0.1", "ula.example": "fd00::1", "zone.example": "fe80::1%lo", "nat64.example": "64:ff9b::7f00:1",
	"6to4.example": "2002:7f00:1::", "teredo.example": "2001:0:7f00:1::", "compatible.example": "::127.0.0.1", "private.example": "::ffff:192.168.0.1",
	"metadata.google.internal": "169.254.169.254", "METADATA.google.internal": "169.254.169.254", "aws.example": "fd00:ec2::254", "nowhere.example": "::",
}

// forms are the URLs that a host is written into. An address in brackets has no
// place in git@host:path.
func forms(host, port string) []string {
	urls := []string{
		"https://" + host + ":" + port + "/acme/shop",
		"HTTPS://" + host + ":" + port + "/acme/shop.git",
		"https://" + host + "/acme/shop",
		"ssh://git@" + host + ":" + port + "/acme/shop",
		"ssh://git@" + host + "/acme/shop",
	}
	if !strings.Contains(host, ":") {
		urls = append(urls, "git@"+host+":acme/shop", "git@"+host+":/acme/shop.git")
	}
	return urls
}
