package gitsource

import "net/netip"

// globalUnicast6 is the only block of IPv6 that is assigned to the public.
var globalUnicast6 = netip.MustParsePrefix("2000::/3")

// specialPurpose are the networks that are not, or not only, the public Internet:
// the IANA special-purpose address registries (RFC 6890 and its updates) and
// multicast. IPv6 outside of 2000::/3 needs no entry.
var specialPurpose = prefixes(
	"0.0.0.0/8",       // this network
	"10.0.0.0/8",      // private
	"100.64.0.0/10",   // carrier-grade NAT
	"127.0.0.0/8",     // loopback
	"169.254.0.0/16",  // link-local
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // protocol assignments
	"192.0.2.0/24",    // documentation
	"192.31.196.0/24", // AS112
	"192.52.193.0/24", // AMT
	"192.88.99.0/24",  // 6to4 relays
	"192.168.0.0/16",  // private
	"192.175.48.0/24", // AS112
	"198.18.0.0/15",   // benchmarking
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, broadcast

	"2001::/23",         // protocol assignments: Teredo, benchmarking, ORCHID
	"2001:db8::/32",     // documentation
	"2002::/16",         // 6to4
	"2620:4f:8000::/48", // AS112
	"3fff::/20",         // documentation
)

// metadata are the addresses at which clouds tell a machine its secrets. No
// option opens them.
var metadata = prefixes(
	"169.254.169.254/32", // AWS, Azure, Google, DigitalOcean, OpenStack and others
	"169.254.170.2/32",   // AWS ECS
	"169.254.170.23/32",  // AWS EKS
	"169.254.42.42/32",   // Scaleway
	"100.100.100.200/32", // Alibaba
	"168.63.129.16/32",   // Azure
	"192.0.0.192/32",     // Oracle
	"fd00:ec2::254/128",  // AWS
	"fd00:ec2::23/128",   // AWS EKS
	"fd00:42::42/128",    // Scaleway
	"fd20:ce::254/128",   // Google
)

// embedding are the IPv6 networks that lead to the IPv4 address that stands in
// the address from the given byte on.
var embedding = []struct {
	network netip.Prefix
	from    int
}{
	{netip.MustParsePrefix("::/96"), 12},           // IPv4-compatible
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, // IPv4-translated
	{netip.MustParsePrefix("64:ff9b::/96"), 12},    // NAT64
	{netip.MustParsePrefix("64:ff9b:1::/96"), 12},  // local NAT64
	{netip.MustParsePrefix("2002::/16"), 2},        // 6to4
}

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// isPublic says whether the address belongs to the public Internet: global
// unicast, and no special purpose.
func isPublic(addr netip.Addr) bool {
	if addr.Is4In6() || addr.Zone() != "" || isMetadata(addr) {
		return false
	}
	if addr.Is6() && !globalUnicast6.Contains(addr) {
		return false
	}
	return addr.IsValid() && !contained(specialPurpose, addr)
}

// isMetadata says whether the address is that of a metadata service, or leads to
// one.
func isMetadata(addr netip.Addr) bool {
	addr = addr.WithZone("").Unmap()
	if contained(metadata, addr) {
		return true
	}
	for _, e := range embedding {
		if e.network.Contains(addr) {
			b := addr.As16()
			return contained(metadata, netip.AddrFrom4([4]byte(b[e.from:e.from+4])))
		}
	}
	return false
}

func contained(networks []netip.Prefix, addr netip.Addr) bool {
	for _, network := range networks {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}
