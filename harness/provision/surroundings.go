package provision

import "github.com/badgateway/badgateway/harness/agent"

// accounts holds the users that gateway configurations name: the vendor's image has nginx, Debian www-data.
const accounts = `root:x:0:0:root:/root:/sbin/nologin
www-data:x:33:33:www-data:/var/www:/sbin/nologin
nginx:x:101:101:nginx:/nonexistent:/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin
`

// groups has nobody too: nginx takes a group of the user's name where a configuration names none.
const groups = "root:x:0:\nwww-data:x:33:\nnginx:x:101:\nnogroup:x:65534:\nnobody:x:65534:\n"

// Surroundings is what packages' install scripts and a running system would have made around a gateway.
func Surroundings() []agent.Entry {
	return []agent.Entry{
		{Path: "/etc/passwd", Mode: 0o644, Text: []byte(accounts)},
		{Path: "/etc/group", Mode: 0o644, Text: []byte(groups)},
		{Path: "/etc/nsswitch.conf", Mode: 0o644, Text: []byte("passwd: files\ngroup: files\nhosts: files dns\n")},
		{Path: "/tmp", Mode: 0o1777, Dir: true},
		{Path: "/var/tmp", Mode: 0o1777, Dir: true},
		{Path: "/run", Mode: 0o755, Dir: true},
		{Path: "/var/run", Link: "/run"},
		{Path: "/root", Mode: 0o700, Dir: true},
		{Path: "/var/lib/nginx", Mode: 0o755, Dir: true},
		{Path: "/var/cache/nginx", Mode: 0o755, Dir: true},
		// As in the vendor's image: the log is the gateway's output.
		{Path: "/var/log/nginx/access.log", Link: "/dev/stdout"},
		{Path: "/var/log/nginx/error.log", Link: "/dev/stderr"},
	}
}
