package storetest

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/greenroom-registry/greenroom/internal/store"
)

func (m *model) AddCredential(ctx context.Context, c store.Credential, limit int) error {
	leave, err := m.enter(ctx)
	defer leave()
	if err != nil {
		return err
	}
	n := 0
	for id, other := range m.credentials {
		same := other.Project == c.Project
		if id == c.ID || same && other.Host == c.Host && other.Kind == c.Kind {
			return store.ErrKeyTaken
		}
		if same {
			n++
		}
	}
	if n >= limit {
		return store.ErrFull
	}
	m.credentials[c.ID] = c
	return nil
}

func (m *model) Credential(ctx context.Context, project, host string, kind store.CredentialKind) (store.Credential, error) {
	leave, err := m.enter(ctx)
	defer leave()
	for _, c := range m.credentials {
		if c.Project == project && c.Host == host && c.Kind == kind {
			return c, err
		}
	}
	return store.Credential{}, cmp.Or(err, store.ErrNotFound)
}

func (m *model) CredentialsOf(ctx context.Context, project string) ([]store.Credential, error) {
	leave, err := m.enter(ctx)
	defer leave()
	found := slices.Collect(maps.Values(m.credentials))
	found = slices.DeleteFunc(found, func(c store.Credential) bool { return c.Project != project })
	slices.SortFunc(found, func(a, b store.Credential) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return found, err
}

func (m *model) CountCredentials(ctx context.Context) (int, error) {
	leave, err := m.enter(ctx)
	defer leave()
	return len(m.credentials), err
}

func (m *model) RemoveCredential(ctx context.Context, project, id string) (store.Credential, error) {
	leave, err := m.enter(ctx)
	defer leave()
	c, ok := m.credentials[id]
	if err != nil || !ok || c.Project != project {
		return store.Credential{}, cmp.Or(err, store.ErrNotFound)
	}
	delete(m.credentials, id)
	return c, nil
}

func (m *model) AddKnownHost(ctx context.Context, h store.KnownHost) error {
	leave, err := m.enter(ctx)
	defer leave()
	key := [2]string{h.Host, h.Key}
	if _, known := m.knownHosts[key]; !known && err == nil {
		m.knownHosts[key] = h
	}
	return err
}

func (m *model) KnownHosts(ctx context.Context) ([]store.KnownHost, error) {
	leave, err := m.enter(ctx)
	defer leave()
	return slices.SortedFunc(maps.Values(m.knownHosts), func(a, b store.KnownHost) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.Key, b.Key))
	}), err
}

func (m *model) RemoveKnownHost(ctx context.Context, host string) error {
	leave, err := m.enter(ctx)
	defer leave()
	before := len(m.knownHosts)
	if err == nil {
		maps.DeleteFunc(m.knownHosts, func(key [2]string, _ store.KnownHost) bool { return key[0] == host })
	}
	if len(m.knownHosts) == before {
		return cmp.Or(err, store.ErrNotFound)
	}
	return err
}
