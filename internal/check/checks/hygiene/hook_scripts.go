package hygiene

import (
	"path"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/check"
	"github.com/greenroom-registry/greenroom/internal/check/nodepackage"
	"github.com/greenroom-registry/greenroom/internal/check/source"
)

// hookScripts are the files that the commands around a deployment run, as inBuild
// spells them; those of package.json are known by their names.
func hookScripts(p *check.Pass) ([]string, error) {
	pkg, err := nodepackage.OfApplication(p.Tree, p.Application.Name)
	if err != nil {
		return nil, err
	}
	commands := []string{p.Application.PostDeploy, p.Application.PreUndeploy}
	if pkg != nil {
		for _, name := range pkg.Scripts() {
			if strings.Contains(name, "deploy") {
				commands = append(commands, pkg.Script(name))
			}
		}
	}
	var files []string
	for _, word := range strings.Fields(strings.Join(commands, " ")) {
		if source.LanguageOf(word) != 0 {
			files = append(files, inBuild(path.Clean(word)))
		}
	}
	return files, nil
}
