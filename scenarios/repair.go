package scenarios

import . "github.com/badgateway/badgateway/harness"

// repairs are the steps for a cause, where a scenario has none of its own.
var repairs = map[Cause][]Step{
	Crash:     {ReadLogs, CheckHealth, Restart, CurlFromProxy},
	Overload:  {CheckHealth, FindSlow, RaiseLimits, Restart},
	DNS:       {ReadLogs, CheckDNS, CurlFromProxy, FixConfig},
	Firewall:  {CurlFromProxy, CheckFirewall, CheckNetwork},
	Malformed: {ReadLogs, CurlFromProxy, FixApplication},
	Slow:      {ReadLogs, FindSlow, CheckHealth, RaiseTimeout},
	Network:   {CurlFromProxy, CheckNetwork, CheckFirewall},
	TLS:       {ReadLogs, CheckCerts, FixConfig},
	Misconfig: {ReadLogs, CurlFromProxy, FixConfig},
	Reuse:     {ReadLogs, FixConfig, CheckFirewall},
	Pool:      {ReadLogs, CheckHealth, Restart, FixConfig},
	Send:      {ReadLogs, CurlFromProxy, CheckHealth, RaiseTimeout},
	Body:      {ReadLogs, CurlFromProxy, FixApplication},
	Local:     {ReadLogs, CheckHealth, RaiseLimits},
	Edge:      {CheckEdge, CurlFromProxy, ReadLogs, FixConfig},
	FastCGI:   {ReadLogs, CheckHealth, FindSlow, Restart},
	UWSGI:     {ReadLogs, CheckHealth, FindSlow, Restart},
	SCGI:      {ReadLogs, CheckHealth, FindSlow, Restart},
	GRPC:      {ReadLogs, CheckHealth, FixApplication, FixConfig},
	WebSocket: {ReadLogs, CheckHealth, RaiseTimeout},
	Socket:    {ReadLogs, CheckHealth, FixConfig, Restart},
	HTTPS:     {ReadLogs, CheckCerts, CheckHealth},
	HTTP10:    {ReadLogs, CurlFromProxy, FixApplication},
	Memcached: {ReadLogs, CheckHealth, RaiseTimeout, FixConfig},
	Client:    {ReadLogs, CheckHealth, FixConfig},
}
