package storetest

import (
	"testing"

	"github.com/greenroom-registry/greenroom/internal/store"
)

const room = 3 // for credentials of a project

func newCredential(id, host string, kind store.CredentialKind) store.Credential {
	return store.Credential{
		ID: id, Project: owners[0], Host: host, Kind: kind, PublicKey: "ssh-ed25519 AAAA " + id,
		Sealed: hash(id), CreatedAt: dawn,
	}
}

//nolint:thelper // tests, which Run runs
var credentialTests = map[string]func(*testing.T, store.Store){
	"is found by project, host and kind": func(t *testing.T, s store.Store) {
		c := newCredential("a", "git.example.com:2222", store.SSHKey)
		requireNil(t, s.AddCredential(t.Context(), c, room))
		requireEqual(t, must(s.Credential(t.Context(), c.Project, c.Host, c.Kind))(t), c)
		for _, other := range []store.Credential{
			{Project: owners[1], Host: c.Host, Kind: c.Kind},
			{Project: c.Project, Host: "git.example.com", Kind: c.Kind},
			{Project: c.Project, Host: c.Host, Kind: store.HTTPSToken},
		} {
			_, err := s.Credential(t.Context(), other.Project, other.Host, other.Kind)
			requireError(t, err, store.ErrNotFound)
		}
	},
	"is one of a kind": func(t *testing.T, s store.Store) {
		requireNil(t, s.AddCredential(t.Context(), newCredential("a", "h", store.SSHKey), room))
		requireError(t, s.AddCredential(t.Context(), newCredential("b", "h", store.SSHKey), room), store.ErrKeyTaken)
		requireError(t, s.AddCredential(t.Context(), newCredential("a", "other", store.SSHKey), room), store.ErrKeyTaken)
		requireNil(t, s.AddCredential(t.Context(), newCredential("c", "h", store.HTTPSToken), room))
		theirs := newCredential("d", "h", store.SSHKey)
		theirs.Project = owners[1]
		requireNil(t, s.AddCredential(t.Context(), theirs, room))
		requireEqual(t, must(s.CountCredentials(t.Context()))(t), 3)
	},
	"is refused when there is no room": func(t *testing.T, s store.Store) {
		for _, id := range []string{"a", "b", "c"} {
			requireNil(t, s.AddCredential(t.Context(), newCredential(id, id, store.SSHKey), room))
		}
		requireError(t, s.AddCredential(t.Context(), newCredential("d", "d", store.SSHKey), room), store.ErrFull)
		requireError(t, s.AddCredential(t.Context(), newCredential("d", "a", store.SSHKey), room), store.ErrKeyTaken)
		theirs := newCredential("e", "e", store.SSHKey)
		theirs.Project = owners[1]
		requireNil(t, s.AddCredential(t.Context(), theirs, room))
	},
	"is listed, the oldest first": func(t *testing.T, s store.Store) {
		var want []store.Credential
		for i, id := range []string{"c", "a", "b"} {
			c := newCredential(id, id, store.SSHKey)
			c.CreatedAt = at(i / 2)
			want = append(want, c)
			requireNil(t, s.AddCredential(t.Context(), c, room))
		}
		want[0], want[1] = want[1], want[0]
		requireEqual(t, must(s.CredentialsOf(t.Context(), owners[0]))(t), want)
		requireEqual(t, must(s.CredentialsOf(t.Context(), owners[1]))(t), []store.Credential{})
	},
	"is removed by its project alone": func(t *testing.T, s store.Store) {
		c := newCredential("a", "h", store.SSHKey)
		requireNil(t, s.AddCredential(t.Context(), c, room))
		_, err := s.RemoveCredential(t.Context(), owners[1], "a")
		requireError(t, err, store.ErrNotFound)
		requireEqual(t, must(s.RemoveCredential(t.Context(), owners[0], "a"))(t), c)
		_, err = s.RemoveCredential(t.Context(), owners[0], "a")
		requireError(t, err, store.ErrNotFound)
		requireEqual(t, must(s.CountCredentials(t.Context()))(t), 0)
	},
	"has known hosts beside it": func(t *testing.T, s store.Store) {
		one := store.KnownHost{Host: "[h]:2222", Key: "ssh-ed25519 AAAA", CreatedAt: dawn}
		two := store.KnownHost{Host: "[h]:2222", Key: "ssh-rsa AAAA", CreatedAt: dawn}
		other := store.KnownHost{Host: "a", Key: "ssh-rsa AAAA", CreatedAt: dawn}
		for _, h := range []store.KnownHost{two, one, other} {
			requireNil(t, s.AddKnownHost(t.Context(), h))
		}
		again := one
		again.CreatedAt = at(9)
		requireNil(t, s.AddKnownHost(t.Context(), again))
		requireEqual(t, must(s.KnownHosts(t.Context()))(t), []store.KnownHost{one, two, other})
		requireNil(t, s.RemoveKnownHost(t.Context(), "[h]:2222"))
		requireEqual(t, must(s.KnownHosts(t.Context()))(t), []store.KnownHost{other})
		requireError(t, s.RemoveKnownHost(t.Context(), "[h]:2222"), store.ErrNotFound)
	},
}
