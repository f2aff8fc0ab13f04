package faults_test

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// traceWords make strace write what a program does to files into descriptor 3. The
// program keeps its process id, since strace is its grandchild.
var traceWords = []string{
	"strace", "-D", "-f", "--seccomp-bpf", "-y", "-ttt", "-xx", "-s", "1048576", "-o", "/dev/fd/3",
	"-e", "signal=none", "-e", "trace=?open,openat,?creat,pwrite64,fsync,fdatasync,ftruncate,unlink,unlinkat",
}

// call is a line of strace: process, time, name, arguments, and what follows them.
var call = regexp.MustCompile(`^(\d+) +(\d+)\.(\d{6}) (\w+)\((.*?)(?:\) += (-?\d+).*| <unfinished \.\.\.>)$`)

// resumedCall ends one that was not finished.
var resumedCall = regexp.MustCompile(`^(\d+) +\d+\.\d{6} <\.\.\. (\w+) resumed>.*\) += (-?\d+)`)

var (
	ofFile     = regexp.MustCompile(`^\d+<([^>]*)>`)
	ofPath     = regexp.MustCompile(`"([^"]*)"`)
	writeArgs  = regexp.MustCompile(`^\d+<[^>]*>, "([^"]*)", \d+, (\d+)`)
	truncateTo = regexp.MustCompile(`, (\d+)$`)
)

// readTrace turns strace's output into what happened below the folder. A sync
// counts when it has returned, and for what was written before it was begun.
func readTrace(r io.Reader, folder string) (events []diskEvent, err error) {
	lines := bufio.NewReaderSize(r, 1<<20)
	unfinished := map[string]diskEvent{}
	for {
		line, err := lines.ReadString('\n')
		if errors.Is(err, io.EOF) {
			return events, nil
		}
		if err != nil {
			return nil, err
		}
		if m := resumedCall.FindStringSubmatch(line); m != nil {
			if e, ok := unfinished[m[1]+m[2]]; ok && m[3] == "0" {
				events = append(events, e)
			}
			delete(unfinished, m[1]+m[2])
			continue
		}
		m := call.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			continue // a process that ended
		}
		e, ok, err := event(m)
		if err != nil {
			return nil, fmt.Errorf("%w in %.200s", err, line)
		}
		if !ok || !strings.HasPrefix(e.path, folder) {
			continue
		}
		// A write that was begun may be on the disk; a sync that was begun says
		// nothing yet.
		if m[6] == "" && e.op == diskSync {
			unfinished[m[1]+m[4]] = e
			continue
		}
		if m[6] == "" || !strings.HasPrefix(m[6], "-") {
			events = append(events, e)
		}
	}
}

// event reads one call; false: it changes nothing.
func event(m []string) (diskEvent, bool, error) {
	seconds, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil {
		return diskEvent{}, false, err
	}
	micros, err := strconv.ParseInt(m[3], 10, 64)
	if err != nil {
		return diskEvent{}, false, err
	}
	e := diskEvent{at: time.Unix(seconds, micros*1000)}
	args := m[5]
	switch name := m[4]; name {
	case "open", "openat", "creat":
		if name != "creat" && !strings.Contains(args, "O_CREAT") {
			return e, false, nil
		}
		e.op = diskCreate
	case "unlink", "unlinkat":
		e.op = diskUnlink
	case "fsync", "fdatasync":
		e.op = diskSync
	case "ftruncate":
		e.op = diskTruncate
		e.offset, err = strconv.ParseInt(group(truncateTo, args), 10, 64)
	case "pwrite64":
		e.op = diskWrite
		w := writeArgs.FindStringSubmatch(args)
		if w == nil {
			return e, false, errors.New("a write that is not understood")
		}
		if e.offset, err = strconv.ParseInt(w[2], 10, 64); err == nil {
			e.data, err = unhex(w[1])
		}
	}
	if err != nil {
		return e, false, err
	}
	from := ofFile
	if e.op == diskCreate || e.op == diskUnlink {
		from = ofPath
	}
	path, err := unhex(group(from, args))
	e.path = string(path)
	return e, true, err
}

func group(r *regexp.Regexp, text string) string {
	if m := r.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// unhex reads strace's \x61\x62.
func unhex(text string) ([]byte, error) { return hex.DecodeString(strings.ReplaceAll(text, `\x`, "")) }
