package gitsource

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// maxPinned bounds how many addresses of a host git is given to try.
const maxPinned = 8

// target is a location with the addresses that may be connected to.
type target struct {
	location
	pinned     []netip.Addr // empty for file
	credential Credential   // once the conversation is authorized
}

func (t *target) isHTTP() bool { return t.scheme == "https" || t.scheme == "http" }

// isLiteral says whether the host is an address already: nobody looks it up.
func (t *target) isLiteral() bool {
	_, err := netip.ParseAddr(t.host)
	return err == nil
}

var errForbiddenAddress = errors.New("the host has an address that is not public")

// resolve looks the host up, once: what was checked is what is connected to. One
// forbidden address is enough to refuse the host.
func (s *Source) resolve(ctx context.Context, where location) (*target, error) {
	t := &target{location: where}
	if where.scheme == "file" {
		return t, nil
	}
	addresses, err := s.lookup(ctx, where.host)
	if err != nil {
		return nil, err
	}
	for _, addr := range addresses {
		if err := s.addresses.check(where, addr); err != nil {
			return nil, &unreachable{reason: err.Error(), cause: err}
		}
	}
	t.pinned = addresses[:min(len(addresses), maxPinned)]
	return t, nil
}

func (s *Source) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{addr}, nil
	}
	addresses, err := s.resolver.LookupNetIP(ctx, "ip", host)
	if ctx.Err() != nil {
		return nil, interrupted(ctx)
	}
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound, err == nil && len(addresses) == 0:
		return nil, &unreachable{reason: "the name service does not know the host", cause: err}
	case err != nil:
		return nil, &unreachable{reason: "the name service failed", transient: true, cause: err}
	}
	for i, addr := range addresses {
		// The system's resolver gives IPv4 addresses in their IPv6 form.
		addresses[i] = addr.Unmap()
	}
	return addresses, nil
}

// addressPolicy says which addresses may be connected to.
type addressPolicy struct {
	hosts    map[string]bool
	networks []netip.Prefix
	loopback bool
}

func parseAddressPolicy(allowed []string, loopback bool) (addressPolicy, error) {
	p := addressPolicy{hosts: make(map[string]bool), loopback: loopback}
	for _, entry := range allowed {
		if prefix, err := netip.ParsePrefix(entry); err == nil {
			p.networks = append(p.networks, prefix.Masked())
			continue
		}
		if addr, err := netip.ParseAddr(entry); err == nil && addr.Zone() == "" {
			p.networks = append(p.networks, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		host, err := parseHost(strings.TrimSuffix(entry, "."))
		if err != nil {
			return addressPolicy{}, fmt.Errorf("allowed repository host %q: give a host such as git.example.com, or a network such as 10.1.0.0/16", entry)
		}
		p.hosts[host] = true
	}
	return p, nil
}

// check returns errForbiddenAddress, unless the address is public or the operator
// opened it.
func (p addressPolicy) check(where location, addr netip.Addr) error {
	switch {
	case isMetadata(addr):
		return errForbiddenAddress
	case where.aliased:
		return nil
	case where.scheme == "http":
		// Of what is not aliased, only development reads http, and there only
		// what cannot be read on the way.
		if !addr.IsLoopback() {
			return errForbiddenAddress
		}
		return nil
	case isPublic(addr), p.hosts[where.host], p.loopback && addr.IsLoopback():
		return nil
	}
	for _, network := range p.networks {
		if network.Contains(addr) {
			return nil
		}
	}
	return errForbiddenAddress
}
