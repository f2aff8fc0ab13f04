package txtree

import "strings"

// secrets are texts in the form of secrets, for trees under testdata. They are put
// together here from parts, so that no file of this repository has that form:
// forges refuse a push of one that has.
var secrets = strings.NewReplacer(
	"PLANTED-GITHUB-TOKEN", "gh"+"p_"+"x9Kd2mQ7vRt4Lw8ZsB3nYc6HfJ1gPe5UaTq0",
	"PLANTED-SLACK-TOKEN", "xo"+"xb-"+"730191371696-1413868247813-"+"IG7Z6nYevC2hdviE3aJhb5kY",
	"PLANTED-RANDOM-VALUE", "q7Rk2"+"VbX9tLm4Zs"+"W8nYc6HfJ1gPe5Ua",
	"PLANTED-KEY-BEGIN", "-----BEGIN "+"PRIVATE KEY-----",
	"PLANTED-KEY-END", "-----END "+"PRIVATE KEY-----",
)
