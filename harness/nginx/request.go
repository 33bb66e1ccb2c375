package nginx

import (
	"fmt"
	"slices"
	"sync"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx/config"
	"github.com/badgateway/badgateway/harness/nginx/routes"
)

// request is what decides which blocks of a configuration apply.
type request struct {
	host string
	port uint16
	path string // with its query
}

// reading is a configuration as it was read once: for each of the sites in it there is a policy
// to be found.
type reading struct {
	config *config.Config
	ways   []routes.Way
	err    error
	file   string // how a report calls the main file
}

func readOnce(files []harness.File, file string) *reading {
	r := &reading{file: file}
	r.config, r.err = config.Of(files, func(native string) string {
		if native == Path {
			return file
		}
		return native
	})
	if r.err == nil {
		r.ways, _ = routes.Find(r.config)
	}
	return r
}

// readings are those of the configurations that one gateway has made: each is asked about once
// for each of its sites.
type readings struct {
	mu   sync.Mutex
	read map[string]*reading // by the text of the main file
}

// of is the reading of a configuration whose main file comes first.
func (r *readings) of(files []harness.File, file string) *reading {
	r.mu.Lock()
	defer r.mu.Unlock()
	text := string(files[0].Text)
	if r.read[text] == nil {
		if r.read == nil {
			r.read = map[string]*reading{}
		}
		r.read[text] = readOnce(files, file)
	}
	return r.read[text]
}

// policyOf reads the policy that NGINX applies to a request. file is how a report calls the
// main file.
func policyOf(files []harness.File, file string, at request) (harness.Policy, error) {
	return readOnce(files, file).policy(at)
}

// policy is what NGINX applies to a request.
func (r *reading) policy(at request) (harness.Policy, error) {
	if r.err != nil {
		return harness.Policy{}, r.err
	}
	server := routes.ServerOf(r.config, at.host, at.port)
	if server == nil {
		return harness.Policy{}, &harness.Problem{Blame: harness.Usage,
			What: fmt.Sprintf("%s: no server{} in it listens on port %d", r.file, at.port),
			Hint: "name the file that holds the server"}
	}
	location, known := routes.Select(server, at.path)
	if !known {
		return harness.Policy{}, &harness.Problem{Blame: harness.Usage,
			What: fmt.Sprintf("%s: which location serves %s%s cannot be told", r.file, at.host, at.path),
			Hint: "a regular expression before it is one that Go cannot read"}
	}
	i := slices.IndexFunc(r.ways, func(w routes.Way) bool { return w.Server == server && w.Location == location })
	if i < 0 {
		return harness.Policy{}, &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf("%s: no proxy_pass serves %s%s", r.file, at.host, at.path),
			Hint: "only what NGINX passes on to an upstream can be tested"}
	}
	return PolicyOf(r.config, r.ways[i].Pass, r.ways[i].Upstream)
}
