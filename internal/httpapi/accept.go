package httpapi

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// preferred is the media type of those offered that the caller likes best, by the
// weights of Accept (RFC 9110, section 12.5.1); the first offered of equals, and
// also when there is no Accept, or none of them is acceptable: an answer in another
// form says more than a refusal.
func preferred(h http.Header, offered ...string) string {
	best, most := offered[0], 0.0
	ranges := accepted(h)
	for _, media := range offered {
		if q := weight(ranges, media); q > most {
			best, most = media, q
		}
	}
	return best
}

// accepted are the ranges of Accept with their weights, without those that cannot
// be read.
func accepted(h http.Header) map[string]float64 {
	ranges := map[string]float64{}
	for part := range strings.SplitSeq(strings.Join(h.Values("Accept"), ","), ",") {
		name, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if given, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(given, 64); err != nil || !(q >= 0 && q <= 1) {
				continue
			}
		}
		ranges[name] = q
	}
	return ranges
}

// weight is that of the most specific range that has the media type; 0: none has.
func weight(ranges map[string]float64, media string) float64 {
	family, _, _ := strings.Cut(media, "/")
	for _, name := range []string{media, family + "/*", "*/*"} {
		if q, ok := ranges[name]; ok {
			return q
		}
	}
	return 0
}
