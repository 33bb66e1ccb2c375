package nginx

import "maps"

// A setup is what a harness.Setup is in NGINX's words: the lines that it adds to the blocks
// of a site, as templates over the site.
type setup struct {
	Main     string // at the top; of a scenario that is alone
	Events   string // in events{}, in the place of what is there; of one that is alone
	Cramped  bool   // there is a folder that is full, /cramped
	Keeps    bool   // there is a folder for what is kept, /kept
	HTTP     string // beside the site's blocks
	Members  string // in upstream{}, in the place of one server a host
	Pool     string // in upstream{}, more
	Server   string // in server{}
	Pass     string // in location{}, in the place of the pass
	Location string // in location{}, more
	TLS      string // in location{}, in the place of how TLS is spoken to the upstream
}

// setups are all that NGINX has been told of. A setup that is the same in a line or two is
// easier to read than one that is put together.
var setups = joined(poolSetups, reuseSetups, misconfigSetups, localSetups, tlsSetups, bodySetups, protocolSetups, edgeSetups, overloadSetups)

// joined is one table of several.
func joined[K comparable, V any](tables ...map[K]V) map[K]V {
	all := map[K]V{}
	for _, t := range tables {
		maps.Copy(all, t)
	}
	return all
}
