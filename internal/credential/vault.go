package credential

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/greenroom-registry/greenroom/internal/datadir"
	"github.com/greenroom-registry/greenroom/internal/store"
)

// KeyFileName is the key's name inside a data directory.
const KeyFileName = "credentials.key"

const keySize = 32 // AES-256

// vault seals secrets with the key in a file. The database alone, or a copy of it,
// opens none.
type vault struct{ path string }

// seal encrypts the secret for this row and no other. It makes the key when there
// is none and nothing was sealed yet.
func (v vault) seal(c store.Credential, secret []byte, first bool) ([]byte, error) {
	aead, err := v.aead()
	if errors.Is(err, fs.ErrNotExist) && first {
		if err = v.makeKey(); err == nil {
			aead, err = v.aead()
		}
	}
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, secret, belonging(c)), nil
}

// open decrypts what seal made for the row.
func (v vault) open(c store.Credential) ([]byte, error) {
	aead, err := v.aead()
	if err != nil {
		return nil, err
	}
	secret, err := aead.Open(nil, nil, c.Sealed, belonging(c))
	if err != nil {
		return nil, fmt.Errorf("credential %s was not sealed with the key in %s, or was changed: %w; put the right key there, or remove the credential and add it again", c.ID, v.path, err)
	}
	return secret, nil
}

// aead puts a random nonce before what it seals. Its errors are those of key.
func (v vault) aead() (cipher.AEAD, error) {
	key, err := v.key()
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make the cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("make the cipher: %w", err)
	}
	return aead, nil
}

// belonging is what a sealed secret is bound to: moved to another row, it does not
// open. None of the parts can hold a NUL.
func belonging(c store.Credential) []byte {
	return []byte("greenroom credential 1\x00" + c.ID + "\x00" + c.Project + "\x00" + c.Host + "\x00" + string(c.Kind))
}

// key reads the key. Its error says what to do when the file is missing
// (fs.ErrNotExist), open to others or no key.
func (v vault) key() ([]byte, error) {
	info, err := os.Stat(v.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: the key of the credentials; put it back from a backup, or remove the credentials and add them again", err)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key of the credentials: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("the key of the credentials is open to other users (mode %04o): run chmod 600 %s", mode, v.path)
	}
	if info.Size() != keySize {
		return nil, fmt.Errorf("%s has %d bytes and is no key of credentials, which has %d: put it back from a backup", v.path, info.Size(), keySize)
	}
	key, err := os.ReadFile(v.path)
	if err != nil {
		return nil, fmt.Errorf("read the key of the credentials: %w", err)
	}
	return key, nil
}

// makeKey makes the key as a whole or not at all. When another process is faster,
// its key stays.
func (v vault) makeKey() (err error) {
	key := make([]byte, keySize)
	_, _ = rand.Read(key)                                           // never fails
	f, err := os.CreateTemp(filepath.Dir(v.path), KeyFileName+"-*") // mode 0600
	if err != nil {
		return fmt.Errorf("make the key of the credentials: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(key)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Link(f.Name(), v.path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the key of the credentials: %w", err)
	}
	return datadir.SyncFolder(filepath.Dir(v.path))
}
