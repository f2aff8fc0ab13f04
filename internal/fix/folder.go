package fix

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path"
)

// Errors of Folder.
var (
	// ErrIrregular is returned for what is no regular file, or lies behind a
	// symbolic link.
	ErrIrregular = errors.New("it is no regular file, or behind a symbolic link; links are not followed")
	// ErrChanged is returned when a file is not what it was any more.
	ErrChanged = errors.New("the file was changed meanwhile; try again")
)

// Folder is a folder on this machine whose regular files can be replaced. Nothing
// outside of it is read or written, and no link in it is followed.
type Folder struct{ root *os.Root }

// OpenFolder opens a folder. It returns the system's error.
func OpenFolder(name string) (*Folder, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &Folder{root}, nil
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Open opens a regular file, as fs.FS has it. It returns ErrIrregular for all else.
func (f *Folder) Open(name string) (fs.File, error) {
	if _, err := f.stat("open", name); err != nil {
		return nil, err
	}
	return f.root.Open(name)
}

// stat looks at each folder on the way, since a link may lead elsewhere.
func (f *Folder) stat(op, name string) (fs.FileInfo, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	for i, c := range name {
		if c != '/' {
			continue
		}
		if info, err := f.root.Lstat(name[:i]); err != nil {
			return nil, err
		} else if !info.IsDir() {
			return nil, &fs.PathError{Op: op, Path: name, Err: ErrIrregular}
		}
	}
	info, err := f.root.Lstat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: op, Path: name, Err: ErrIrregular}
	}
	return info, err
}

// Replace gives a file a new text at once: who reads it meanwhile sees the old or
// the new one. Its mode stays. It returns ErrIrregular, ErrChanged when its text is
// not was, or the system's error; then the file is as it was.
func (f *Folder) Replace(name string, was, text []byte) (err error) {
	info, err := f.stat("replace", name)
	if err != nil {
		return err
	}
	there, err := read(f, name)
	if err != nil {
		return err
	}
	if !bytes.Equal(there, was) {
		return &fs.PathError{Op: "replace", Path: name, Err: ErrChanged}
	}
	temporary := path.Join(path.Dir(name), fmt.Sprintf(".%s.%08x", path.Base(name), rand.Uint32())) //nolint:gosec // no secret
	if err := f.write(temporary, text, info.Mode().Perm()); err != nil {
		return errors.Join(err, f.removeIfThere(temporary))
	}
	if err := f.root.Rename(temporary, name); err != nil {
		return errors.Join(err, f.removeIfThere(temporary))
	}
	return nil
}

// write makes a new file with just that mode, whatever the umask.
func (f *Folder) write(name string, text []byte, mode fs.FileMode) (err error) {
	file, err := f.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(text); err != nil {
		return err
	}
	if err := file.Chmod(mode); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return file.Sync()
}

func (f *Folder) removeIfThere(name string) error {
	if err := f.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
