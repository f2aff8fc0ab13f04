package layout

// vendoredName tells whether a folder of that name is filled by a tool.
func vendoredName(name string) bool {
	return name == "node_modules" || name == ".venv"
}
