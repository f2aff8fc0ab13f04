package sqlstore

import (
	"fmt"
	"strings"

	"github.com/greenroom-registry/greenroom/internal/store"
)

// conditions are those of a WHERE, all of which must hold, and the values of
// their parameters.
type conditions struct {
	all  []string
	args []any
}

func (c *conditions) add(condition string) { c.all = append(c.all, condition) }

// arg returns the parameter that stands for a value.
func (c *conditions) arg(value any) string {
	c.args = append(c.args, value)
	return fmt.Sprintf("$%d", len(c.args))
}

// types wants a row to meet each of the sets.
func (c *conditions) types(masks []store.TypeMask) {
	for _, mask := range masks {
		c.add("(types & " + c.arg(int64(mask)) + ") <> 0")
	}
}

// in wants a column to have one of the values. No row has one of none.
func in[V ~string](c *conditions, column string, values []V) {
	if len(values) == 0 {
		c.add("1 = 0") // not every database has an empty list
		return
	}
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = c.arg(string(v))
	}
	c.add(column + " IN (" + strings.Join(names, ", ") + ")")
}

func (c *conditions) text() string { return strings.Join(c.all, " AND ") }

// page is the text of what selects a page, with limit and offset as parameters
// after all others.
func (c *conditions) page(order string) string {
	return fmt.Sprintf("%s ORDER BY %s LIMIT $%d OFFSET $%d", c.text(), order, len(c.args)+1, len(c.args)+2)
}
