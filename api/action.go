package api

// UpdateAction is one action of an update: the member "action" with its name, and
// its payload (reference page, Update actions). The functions below make them.
type UpdateAction map[string]any

// ConnectorStagedUpdate is the body of an update. Version must be the draft's
// current one; the actions apply in order, all or none.
type ConnectorStagedUpdate struct {
	Version int64          `json:"version"`
	Actions []UpdateAction `json:"actions"`
}

// SetName replaces the name.
func SetName(name string) UpdateAction {
	return UpdateAction{"action": "setName", "name": name}
}

// SetDescription replaces the description; "" clears it.
func SetDescription(description string) UpdateAction {
	return UpdateAction{"action": "setDescription", "description": description}
}

// SetRepository names another release; a URL of "" keeps the current one.
func SetRepository(r Repository) UpdateAction {
	a := UpdateAction{"action": "setRepository", "tag": r.Tag}
	if r.URL != "" {
		a["url"] = r.URL
	}
	return a
}

// UpdatePreviewable asks for a preview.
func UpdatePreviewable() UpdateAction { return UpdateAction{"action": "updatePreviewable"} }

// Publish asks for a publish, with or without certification. It must be the last
// action of its update.
func Publish(certification bool) UpdateAction {
	return UpdateAction{"action": "publish", "certification": certification}
}
