package main

import (
	"flag"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite what the scripts of testdata expect")

// Scripts run the command itself: this binary under its name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"greenroom": main})
}

// Each file of testdata is one scenario. Beside the commands of testscript it has
//
//	repository DIR TAG           makes DIR.git of the folder, its one release tagged
//	up ARG ...                   runs `greenroom ARG ...` on a free port until it is ready
//	down                         stops it and prints what it printed
//	login FILE                   takes the client that `greenroom client create` printed
//	api METHOD PATH [BODYFILE]   prints the answer
//	await REF                    waits until the latest run of the draft has ended
//	settle FILE                  prints the file
//
// What they print is settled: ids, times and the like are replaced (see settler),
// and a path or a body may use what was put in their place.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			w := &world{settler: newSettler(env.WorkDir)}
			env.Values[worldKey{}] = w
			env.Defer(func() {
				if err := w.close(); err != nil {
					env.T().Fatal(err)
				}
			})
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"repository": command(2, 2, (*world).makeRepository),
			"up":         command(1, 20, (*world).startServer),
			"down":       command(0, 0, (*world).stopServer),
			"login":      command(1, 1, (*world).logIn),
			"api":        command(2, 3, (*world).callAPI),
			"await":      command(1, 1, (*world).awaitRun),
			"settle":     command(1, 1, (*world).printFile),
		},
	})
}
