package connectyaml_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/greenroom-registry/greenroom/internal/connectyaml"
)

// draft is a connect.yaml as it was meant, and with faults as it was written.
type draft struct {
	t              *rapid.T
	meant, written strings.Builder
	comments       []string
}

func (d *draft) chance(label string) bool { return rapid.IntRange(0, 2).Draw(d.t, label) == 0 }

// both adds a line that is right, and may have a comment.
func (d *draft) both(line string) {
	d.meant.WriteString(line + "\n")
	d.written.WriteString(line + d.comment() + "\n")
}

// fault adds a line that is right, or one of those that are wrong.
func (d *draft) fault(right string, wrong ...string) {
	d.meant.WriteString(right + "\n")
	if d.chance("fault") {
		right = rapid.SampledFrom(wrong).Draw(d.t, "wrong")
	}
	d.written.WriteString(right + d.comment() + "\n")
}

// extra adds a line that is to be removed again.
func (d *draft) extra(line string) {
	if d.chance("extra") {
		d.written.WriteString(line + "\n")
	}
}

func (d *draft) comment() string {
	if !d.chance("comment") {
		return ""
	}
	text := fmt.Sprintf("# comment %d: 'é' {x}", len(d.comments))
	d.comments = append(d.comments, text)
	return " " + text
}

func (d *draft) entry(key string) {
	if d.chance("flow") {
		d.fault("        - {key: "+key+", description: x, required: true, default: '7'}",
			"        - {key: "+key+", description: x, require: true, default: '7'}",
			"        - {key: "+key+", description: x, required: yes, default: 7}",
			"        - {key: "+key+"., Description: x, required: 'true', default: '7'}")
		return
	}
	d.fault("        - key: "+key, "        - key: "+key+".", "        - key: '"+key+" '", "        - Key: "+key)
	d.fault("          description: the value of it", "          desciption: the value of it", `          "Description": the value of it`)
	d.fault("          required: true", "          require: true", "          required: yes", "          required: 'true'", "          requiRed: True")
	if d.chance("no default") {
		d.extra(rapid.SampledFrom([]string{"          default:", "          default: ''", "          default: ~"}).Draw(d.t, "default"))
		return
	}
	value := rapid.SampledFrom([]string{"19", "0x1F", "true", "1.0", "010", "-3", ".inf", "[a, b]"}).Draw(d.t, "value")
	d.fault("          default: '"+value+"'", "          default: "+value)
}

func (d *draft) application(i int) {
	name := fmt.Sprintf("app%d", i)
	d.both("  - name: " + name)
	if d.chance("assets") {
		d.fault("    applicationType: assets", "    applicationType: Assets", "    applicationtype: assets")
		d.extra("    endpoint: /" + name)
		return
	}
	d.fault("    applicationType: service", "    applicationType: Service", "    applicationType: 'srevice'", "    application_type: service")
	d.fault("    endpoint: /a/"+name, "    endpoint: //a/"+name, `    endPoint: "/a//`+name+`"`)
	d.both("    configuration:")
	d.both("      standardConfiguration:")
	for k := range rapid.IntRange(1, 4).Draw(d.t, "entries") {
		d.entry(fmt.Sprintf("KEY_%d", k))
	}
	if d.chance("last is repeated") {
		both := "        - key: REPEATED\n          description: twice\n"
		d.meant.WriteString(both)
		d.written.WriteString(both + both)
	}
}

// Of a file with faults that can be repaired becomes what was meant, its comments
// stay, and no fix is left.
func TestFixesMakeWhatWasMeant(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := &draft{t: t}
		d.both("deployAs:")
		for i := range rapid.IntRange(1, 3).Draw(t, "applications") {
			d.application(i)
		}
		want, findings := connectyaml.Parse([]byte(d.meant.String()))
		if want == nil {
			t.Fatalf("the file that was meant is not valid: %s", render(findings))
		}
		written := d.written.String()
		if rapid.Bool().Draw(t, "CRLF") {
			written = strings.ReplaceAll(written, "\n", "\r\n")
		}
		fixed := fixAll(t, []byte(written))
		got, findings := connectyaml.Parse(fixed)
		if got == nil {
			t.Fatalf("written:\n%s\nfixed:\n%s\n%s", written, fixed, render(findings))
		}
		if diff := cmp.Diff(said(want), said(got)); diff != "" {
			t.Fatalf("written:\n%s\nfixed:\n%s\n-meant +fixed:\n%s", written, fixed, diff)
		}
		for _, c := range d.comments {
			if !strings.Contains(string(fixed), c) {
				t.Fatalf("the comment %q is lost:\n%s", c, fixed)
			}
		}
		if strings.Count(string(fixed), "\r\n") != 0 && strings.Count(string(fixed), "\r\n") != strings.Count(string(fixed), "\n") {
			t.Fatalf("line ends are mixed:\n%q", fixed)
		}
	})
}

// said is what a Spec says, without the places.
func said(s *connectyaml.Spec) any {
	var out []any
	for _, a := range s.Applications {
		out = append(out, a.Name, a.Type, a.Endpoint, a.Configuration)
	}
	return out
}

// Nothing panics, whatever the file, and every fix is right.
func TestFixesOfMutatedFiles(t *testing.T) {
	t.Parallel()
	files := faultyFiles(t)
	names := slices.Sorted(maps.Keys(files))
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom(names).Draw(r, "file")
		m := mutations[rapid.IntRange(0, len(mutations)-1).Draw(r, "mutation")]
		text := string(files[name])
		if len(text) == 0 || len(text) > 8<<10 {
			return
		}
		text = m.apply(&mutator{rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0))}, text)
		_, findings := connectyaml.Parse([]byte(text))
		for _, f := range findings {
			if f.Fix != nil {
				checkFix(r, fmt.Sprintf("%s after %s: %q", name, m.name, text), []byte(text), f, findings)
			}
		}
		fixAll(r, []byte(text))
	})
}
