// Package forwarded tells who sent a request that came through proxies.
//
// Anyone can write X-Forwarded-For. What it says is believed only as far as the
// operator's own proxies have written it: from the right, one address for each
// proxy that is trusted, and no further.
package forwarded

import (
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks whose proxies are trusted. The zero value trusts none.
type Proxies struct{ networks []netip.Prefix }

// Parse reads networks (CIDR) and single addresses. It returns an error for the
// first text that is neither.
func Parse(texts []string) (Proxies, error) {
	var p Proxies
	for _, text := range texts {
		network, err := netip.ParsePrefix(text)
		if addr, alone := netip.ParseAddr(text); err != nil && alone == nil && addr.Zone() == "" {
			network, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return Proxies{}, fmt.Errorf("%q: write a network such as 10.0.0.0/8, or an address", text)
		}
		p.networks = append(p.networks, network.Masked())
	}
	return p, nil
}

func (p Proxies) trust(addr netip.Addr) bool {
	return slices.ContainsFunc(p.networks, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// Client is the address that the request comes from: the connection's other end
// or, while that is a trusted proxy, whom the proxy names. It is the zero Addr for
// a connection that has no address.
//
// A proxy writes either X-Forwarded-For or Forwarded (RFC 7239), and may pass on
// the other one as the client made it up. So where both are there and name two
// clients, neither is believed.
func (p Proxies) Client(r *http.Request) netip.Addr {
	peer, err := parse(r.RemoteAddr)
	if err != nil || !p.trust(peer) {
		return peer
	}
	simple, standard := r.Header.Values("X-Forwarded-For"), r.Header.Values("Forwarded")
	byFor, byStandard := p.walk(peer, fields(simple)), p.walk(peer, nodes(standard))
	switch {
	case len(simple) == 0:
		return byStandard
	case len(standard) == 0 || byFor == byStandard:
		return byFor
	default:
		return peer
	}
}

// walk goes back from the peer, along the hops from the right, to the first
// address that is not a trusted proxy's. A hop that is no address ends it: its
// proxy does not know, or does not say.
func (p Proxies) walk(peer netip.Addr, hops []string) netip.Addr {
	for _, hop := range slices.Backward(hops) {
		if !p.trust(peer) {
			break
		}
		addr, err := parse(hop)
		if err != nil {
			break
		}
		peer = addr
	}
	return peer
}

// fields splits the lines of a header that is a list.
func fields(lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	return strings.Split(strings.Join(lines, ","), ",")
}

// nodes are the for parameters of a Forwarded header, "" for elements without
// one. A comma or semicolon inside quotes is in no address, so what it tears apart
// is no address either.
func nodes(lines []string) []string {
	elements := fields(lines)
	for i, element := range elements {
		elements[i] = ""
		for pair := range strings.SplitSeq(element, ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
			if strings.EqualFold(name, "for") {
				elements[i] = strings.Trim(value, `"`)
			}
		}
	}
	return elements
}

// parse reads an address with or without brackets and port. An IPv4 address in
// IPv6 form is the IPv4 address; zones mean nothing elsewhere.
func parse(text string) (netip.Addr, error) {
	text = strings.TrimSpace(text)
	if with, err := netip.ParseAddrPort(text); err == nil {
		return plain(with.Addr()), nil
	}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		text = strings.TrimSuffix(inner, "]")
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("address of a hop: %w", err)
	}
	return plain(addr), nil
}

func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }
